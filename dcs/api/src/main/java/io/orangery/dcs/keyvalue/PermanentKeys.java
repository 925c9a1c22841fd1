package io.orangery.dcs.keyvalue;

import io.orangery.dcs.Answer;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Entry;
import io.orangery.dcs.keyvalue.Transaction.Branch;
import io.orangery.dcs.keyvalue.Transaction.Change;
import io.orangery.dcs.keyvalue.Transaction.Comparison;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Writes and deletes of keys that hang on no lease. Keys are absolute. Any thread. */
final class PermanentKeys {
    private final KeyValueStore store;
    private final Retries retries;
    private final WatchedTree watched;

    PermanentKeys(KeyValueStore store, Retries retries, WatchedTree watched) {
        this.store = store;
        this.retries = retries;
        this.watched = watched;
    }

    CompletionStage<Answer<Long>> write(Budget budget, String key, String value, Condition condition) {
        Branch put = new Branch(comparisons(key, condition), List.of(new Change.Put(key, value, 0)));
        Transaction transaction = new Transaction(List.of(put), key);
        if (condition instanceof Condition.Always) {
            return retries.repeat(budget, time -> store.transact(transaction, time))
                    .thenApply(reply -> reply.answer(outcome -> written(key, value, outcome, condition)));
        }
        return retries.once(budget, time -> store.transact(transaction, time))
                .thenCompose(reply -> reply instanceof Reply.Failed<Transaction.Outcome>(String why)
                        ? afterLostReply(budget, key, value, condition, why)
                        : CompletableFuture.completedStage(
                                reply.answer(outcome -> written(key, value, outcome, condition))));
    }

    /** The write may have taken effect: what the key holds now decides, not a second try. */
    private CompletionStage<Answer<Long>> afterLostReply(
            Budget budget, String key, String value, Condition condition, String why) {
        return find(budget, key)
                .thenApply(reply -> reply.answer(found -> {
                    found.ifPresent(entry -> watched.wrote(key, entry));
                    if (holds(condition, found)) {
                        return Answer.unreachable(why + "; the key is unchanged, but the write may still take effect");
                    }
                    if (found.filter(entry -> entry.value().equals(value)).isEmpty()) {
                        return refusal(key, found);
                    }
                    // Every candidate creates `initialize` with the same empty value: an equal value does not say who
                    // was first.
                    return condition instanceof Condition.Absent
                            ? Answer.unreachable(
                                    why + "; the key exists with this value, which somebody else may have written")
                            : Answer.done(found.get().version());
                }));
    }

    private Answer<Long> written(String key, String value, Transaction.Outcome outcome, Condition condition) {
        if (outcome.branch().isEmpty()) {
            outcome.found().ifPresent(entry -> watched.wrote(key, entry));
            return refusal(key, outcome.found());
        }
        watched.wrote(key, new Entry(value, outcome.revision(), outcome.revision(), ""));
        return Answer.done(outcome.revision());
    }

    CompletionStage<Answer<Void>> delete(Budget budget, String key, Condition condition) {
        Branch delete = new Branch(comparisons(key, condition), List.of(new Change.Delete(key)));
        Transaction transaction = new Transaction(List.of(delete), key);
        if (condition instanceof Condition.Always) {
            return retries.repeat(budget, time -> store.transact(transaction, time))
                    .thenApply(reply -> reply.answer(outcome -> deleted(key, outcome)));
        }
        return retries.once(budget, time -> store.transact(transaction, time))
                .thenCompose(reply -> reply instanceof Reply.Failed<Transaction.Outcome>(String why)
                        ? find(budget, key)
                                .thenApply(second -> second.answer(found -> deletedOrNot(key, condition, found, why)))
                        : CompletableFuture.completedStage(reply.answer(outcome -> deleted(key, outcome))));
    }

    private Answer<Void> deletedOrNot(String key, Condition condition, Optional<Entry> found, String why) {
        if (found.isEmpty()) {
            return Answer.done(null);
        }
        return holds(condition, found)
                ? Answer.unreachable(why + "; the key is unchanged, but the delete may still take effect")
                : refusal(key, found);
    }

    private Answer<Void> deleted(String key, Transaction.Outcome outcome) {
        if (outcome.branch().isEmpty()) {
            return refusal(key, outcome.found());
        }
        watched.deleted(key, outcome.revision());
        return Answer.done(null);
    }

    CompletionStage<Answer<Void>> deleteAll(Budget budget, String prefix) {
        Transaction transaction = Transaction.unconditional(prefix, new Change.DeleteAll(prefix));
        return retries.repeat(budget, time -> store.transact(transaction, time))
                .thenApply(reply -> reply.answer(outcome -> {
                    watched.deletedAll(prefix, outcome.revision());
                    return Answer.done(null);
                }));
    }

    private CompletionStage<Reply<Optional<Entry>>> find(Budget budget, String key) {
        return retries.repeat(budget, time -> store.get(key, time))
                .thenApply(reply -> reply instanceof Reply.Success<KeyValueStore.Range>(KeyValueStore.Range range)
                        ? new Reply.Success<>(
                                Optional.ofNullable(range.entries().get(key)))
                        : reply.failure());
    }

    private static List<Comparison> comparisons(String key, Condition condition) {
        return switch (condition) {
            case Condition.Always() -> List.of();
            case Condition.Absent() -> List.of(new Comparison.VersionIs(key, 0));
            case Condition.Version(long version) -> List.of(new Comparison.VersionIs(key, version));
        };
    }

    private static boolean holds(Condition condition, Optional<Entry> found) {
        return switch (condition) {
            case Condition.Always() -> true;
            case Condition.Absent() -> found.isEmpty();
            case Condition.Version(long version) -> found.map(Entry::version).orElse(0L) == version;
        };
    }

    private static <T> Answer<T> refusal(String key, Optional<Entry> found) {
        return Answer.refused(
                found.map(entry -> key + " has version " + entry.version()).orElseGet(() -> key + " does not exist"));
    }
}
