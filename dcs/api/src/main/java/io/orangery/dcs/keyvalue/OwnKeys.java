package io.orangery.dcs.keyvalue;

import io.orangery.dcs.Answer;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.Entry;
import io.orangery.dcs.HandOver;
import io.orangery.dcs.HandedOver;
import io.orangery.dcs.Lease;
import io.orangery.dcs.keyvalue.OwnLease.Held;
import io.orangery.dcs.keyvalue.Transaction.Branch;
import io.orangery.dcs.keyvalue.Transaction.Change;
import io.orangery.dcs.keyvalue.Transaction.Comparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The two keys that hang on the own lease: {@code leader} and {@code members/<name>} (dcs-layout 10.5, 10.6). Any thread. */
final class OwnKeys {
    private record Touched(String json, long lease) {}

    private final KeyValueStore store;
    private final String me;
    private final String leader;
    private final String member;
    private final String memberPath;
    private final Retries retries;
    private final OwnLease lease;
    private final WatchedTree watched;
    private final LeaderExchange exchange;

    private volatile Optional<Touched> lastTouched = Optional.empty();

    OwnKeys(
            KeyValueStore store,
            DcsSettings settings,
            String me,
            Retries retries,
            OwnLease lease,
            WatchedTree watched) {
        this.store = store;
        this.me = me;
        this.memberPath = settings.own("members/" + me);
        this.leader = settings.base() + settings.own("leader");
        this.member = settings.base() + memberPath;
        this.retries = retries;
        this.lease = lease;
        this.watched = watched;
        this.exchange = new LeaderExchange(store, settings, me, retries, watched);
    }

    /**
     * The transaction is sent once: evidence for a promotion ages (deviations 1). When its reply is lost, a read says what came of it.
     *
     * <p>The lease is extended first even if it is fresh: its holder counts from the start of this operation.
     */
    CompletionStage<Answer<Lease>> acquire(Budget budget) {
        return lease.<Answer<Lease>>use(budget, true, held -> {
                    Branch create = new Branch(List.of(leaderIsAbsent()), putLeader(held));
                    return retries.once(budget, time -> store.transact(new Transaction(List.of(create), leader), time))
                            .thenCompose(reply -> switch (reply) {
                                case Reply.Success<Transaction.Outcome>(Transaction.Outcome outcome) ->
                                    success(
                                            outcome.branch().isPresent()
                                                    ? holding(budget, held, outcome.revision())
                                                    : judge(budget, held, outcome.found())
                                                            .orElseGet(() ->
                                                                    Answer.refused("leader key vanished meanwhile")));
                                case Reply.Failed<Transaction.Outcome>(String why) -> readBack(budget, held, why);
                                default -> CompletableFuture.completedStage(reply.<Answer<Lease>>failure());
                            });
                })
                .thenApply(reply -> reply.answer(answer -> answer));
    }

    private CompletionStage<Reply<Answer<Lease>>> readBack(Budget budget, Held held, String why) {
        return readLeader(budget)
                .thenApply(reply -> reply instanceof Reply.Success<Optional<Entry>>(var found)
                        ? new Reply.Success<>(judge(budget, held, found)
                                .orElseGet(() ->
                                        Answer.unreachable(why + "; the key is absent, but may still be created")))
                        : reply.failure());
    }

    /** What a leader key that was found means for its acquirer; empty when there is none. */
    private Optional<Answer<Lease>> judge(Budget budget, Held held, Optional<Entry> found) {
        return found.map(entry -> {
            watched.wrote(leader, entry);
            return isOwn(entry, held)
                    ? holding(budget, held, entry.version())
                    : Answer.refused("leader key is held by " + entry.value());
        });
    }

    CompletionStage<Answer<Lease>> renew(Budget budget) {
        return lease.<Answer<Lease>>use(
                        budget,
                        true,
                        held -> readLeader(budget).thenCompose(reply -> switch (reply) {
                            case Reply.Success<Optional<Entry>>(var found)
                            when found.filter(entry -> isOwn(entry, held)).isPresent() ->
                                success(holding(budget, held, found.get().version()));
                            case Reply.Success<Optional<Entry>>(var found)
                            when found.filter(entry -> !entry.value().equals(me))
                                    .isPresent() ->
                                success(Answer.refused(
                                        "leader key is held by " + found.get().value()));
                            case Reply.Success<Optional<Entry>>(var found)
                            when found.isEmpty() && exchange.hasGivenTheKeyAway() ->
                                success(Answer.refused("the leader key was given away, and it is free"));
                            case Reply.Success<Optional<Entry>> freeOrOfAnEarlierLease -> restore(budget, held);
                            default -> CompletableFuture.completedStage(reply.<Answer<Lease>>failure());
                        }))
                .thenApply(reply -> reply.answer(answer -> answer));
    }

    /** Binds both keys to the present lease; to repeat it changes nothing, so it may be repeated. */
    private CompletionStage<Reply<Answer<Lease>>> restore(Budget budget, Held held) {
        List<Change> puts = new ArrayList<>(putLeader(held));
        Optional<Touched> touched = lastTouched;
        touched.ifPresent(last -> puts.add(new Change.Put(member, last.json(), held.id())));
        Transaction transaction = new Transaction(
                List.of(
                        new Branch(List.of(new Comparison.ValueIs(leader, me)), puts),
                        new Branch(List.of(leaderIsAbsent()), puts)),
                leader);
        return retries.repeat(budget, time -> store.transact(transaction, time)).thenApply(reply -> {
            if (!(reply instanceof Reply.Success<Transaction.Outcome>(Transaction.Outcome outcome))) {
                return reply.failure();
            }
            if (outcome.branch().isEmpty()) {
                return new Reply.Success<>(judge(budget, held, outcome.found())
                        .orElseGet(() -> Answer.refused("leader key changes faster than it can be restored")));
            }
            touched.ifPresent(last -> wroteMember(last.json(), held, outcome.revision()));
            return new Reply.Success<>(holding(budget, held, outcome.revision()));
        });
    }

    CompletionStage<Answer<Lease>> take(Budget budget) {
        return lease.<Answer<Lease>>use(budget, true, held -> {
                    Transaction transaction = new Transaction(List.of(new Branch(List.of(), putLeader(held))), leader);
                    return retries.repeat(budget, time -> store.transact(transaction, time))
                            .thenApply(reply ->
                                    reply instanceof Reply.Success<Transaction.Outcome>(Transaction.Outcome outcome)
                                            ? new Reply.Success<>(holding(budget, held, outcome.revision()))
                                            : reply.failure());
                })
                .thenApply(reply -> reply.answer(answer -> answer));
    }

    /** Bound to the version that was read to be own, so it may be repeated and never hits another's key. */
    CompletionStage<Answer<Void>> release(Budget budget) {
        return readLeader(budget).thenCompose(reply -> {
            if (!(reply instanceof Reply.Success<Optional<Entry>>(Optional<Entry> found))) {
                return CompletableFuture.completedStage(reply.answer(entry -> Answer.done(null)));
            }
            if (found.isEmpty()) {
                return CompletableFuture.completedStage(Answer.done(null));
            }
            Entry entry = found.get();
            if (lease.held().filter(held -> isOwn(entry, held)).isEmpty()) {
                return CompletableFuture.completedStage(
                        Answer.refused("leader key is not held by the own lease but by " + entry.value()));
            }
            return deleteLeader(budget, entry.version());
        });
    }

    private CompletionStage<Answer<Void>> deleteLeader(Budget budget, long version) {
        Branch delete =
                new Branch(List.of(new Comparison.VersionIs(leader, version)), List.of(new Change.Delete(leader)));
        return retries.repeat(budget, time -> store.transact(new Transaction(List.of(delete), leader), time))
                .thenApply(reply -> reply.answer(outcome -> {
                    if (outcome.branch().isPresent()) {
                        watched.deleted(leader, outcome.revision());
                    }
                    // Not applied: an earlier try was, or the lease has ended; either way this version is gone.
                    return Answer.done(null);
                }));
    }

    CompletionStage<Answer<HandedOver>> handOver(Budget budget, HandOver handOver) {
        return lease.held()
                .map(held -> exchange.run(budget, held, handOver))
                .orElseGet(() -> CompletableFuture.completedStage(Answer.refused("this connection has no lease")));
    }

    CompletionStage<Answer<Void>> touch(Budget budget, String json) {
        return lease.<Void>use(budget, false, held -> {
                    if (isUnchanged(json, held)) {
                        return CompletableFuture.completedStage(new Reply.Success<Void>(null));
                    }
                    Transaction put = Transaction.unconditional(member, new Change.Put(member, json, held.id()));
                    return retries.repeat(budget, time -> store.transact(put, time))
                            .thenApply(reply -> {
                                if (!(reply
                                        instanceof Reply.Success<Transaction.Outcome>(Transaction.Outcome outcome))) {
                                    return reply.failure();
                                }
                                wroteMember(json, held, outcome.revision());
                                return new Reply.Success<Void>(null);
                            });
                })
                .thenApply(reply -> reply.answer(Answer::done));
    }

    /** By the view when there is one: it also shows when the key was deleted by hand. */
    private boolean isUnchanged(String json, Held held) {
        return watched.view()
                .map(tree -> tree.get(memberPath)
                        .filter(entry ->
                                entry.value().equals(json) && entry.session().equals(held.session()))
                        .isPresent())
                .orElseGet(() -> lastTouched.equals(Optional.of(new Touched(json, held.id()))));
    }

    private void wroteMember(String json, Held held, long revision) {
        lastTouched = Optional.of(new Touched(json, held.id()));
        watched.wrote(member, new Entry(json, revision, revision, held.session()));
    }

    private CompletionStage<Reply<Optional<Entry>>> readLeader(Budget budget) {
        return retries.repeat(budget, time -> store.get(leader, time))
                .thenApply(reply -> reply instanceof Reply.Success<KeyValueStore.Range>(KeyValueStore.Range range)
                        ? new Reply.Success<>(
                                Optional.ofNullable(range.entries().get(leader)))
                        : reply.failure());
    }

    private boolean isOwn(Entry entry, Held held) {
        return held.binds(entry, me);
    }

    private Comparison leaderIsAbsent() {
        return new Comparison.VersionIs(leader, 0);
    }

    private List<Change> putLeader(Held held) {
        return List.of(new Change.Put(leader, me, held.id()));
    }

    private Answer<Lease> holding(Budget budget, Held held, long version) {
        exchange.holds(version);
        watched.wrote(leader, new Entry(me, version, version, held.session()));
        return Answer.done(new Lease(budget.remaining(held.provenAt(), held.ttl()), version, held.session()));
    }

    private static <T> CompletionStage<Reply<T>> success(T value) {
        return CompletableFuture.completedStage(new Reply.Success<>(value));
    }
}
