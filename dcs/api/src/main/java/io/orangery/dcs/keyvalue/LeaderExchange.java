package io.orangery.dcs.keyvalue;

import io.orangery.dcs.Answer;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.Entry;
import io.orangery.dcs.HandOver;
import io.orangery.dcs.HandedOver;
import io.orangery.dcs.keyvalue.OwnLease.Held;
import io.orangery.dcs.keyvalue.Transaction.Branch;
import io.orangery.dcs.keyvalue.Transaction.Change;
import io.orangery.dcs.keyvalue.Transaction.Comparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Exchanges the leader key of the own group: from the own lease to that of the successor's member key, without a gap (deviations 1). Any
 * thread.
 */
final class LeaderExchange {
    /** Times that the successor may write its member key between our reading and our writing. */
    private static final int ROUNDS = 3;

    /** What the exchange depends on, all as of one revision. */
    private record Keys(Optional<Entry> leader, Optional<Entry> failover, Optional<Entry> member) {}

    /** The keys that the transaction compares: {@code leader} is the own one, {@code member} hangs on a lease. */
    private record Terms(HandOver handOver, Entry leader, Entry member) {}

    private final KeyValueStore store;
    private final String me;
    private final String base;
    private final String group;
    private final Retries retries;
    private final WatchedTree watched;
    /** Version of the own leader key that has been, or may have been, given away; 0: the latest one was not. */
    private volatile long givenAway;

    LeaderExchange(KeyValueStore store, DcsSettings settings, String me, Retries retries, WatchedTree watched) {
        this.store = store;
        this.me = me;
        this.base = settings.base();
        this.group = base + settings.own("");
        this.retries = retries;
        this.watched = watched;
    }

    /** Until the key is the own one again. A free key is then no longer simply restored: others may have led since. */
    boolean hasGivenTheKeyAway() {
        return givenAway > 0;
    }

    /** The own lease holds the leader key in this version. A late answer about the key that was given away counts for nothing. */
    void holds(long version) {
        if (version > givenAway) {
            givenAway = 0;
        }
    }

    /** First on the keys as the watch has shown them: the transaction compares them all, and one trip to the store is saved. */
    CompletionStage<Answer<HandedOver>> run(Budget budget, Held held, HandOver handOver) {
        Optional<Keys> shown = watched.view()
                .map(tree -> keys(path -> tree.get(path.substring(base.length())), handOver))
                .filter(keys -> obstacle(keys, held, handOver).isEmpty());
        return shown.map(keys -> send(budget, terms(handOver, keys))
                        .thenCompose(answer -> answer.map(CompletableFuture::completedStage)
                                .orElseGet(() -> run(budget, held, handOver, ROUNDS))))
                .orElseGet(() -> run(budget, held, handOver, ROUNDS));
    }

    private static Terms terms(HandOver handOver, Keys keys) {
        return new Terms(handOver, keys.leader().orElseThrow(), keys.member().orElseThrow());
    }

    private CompletionStage<Answer<HandedOver>> run(Budget budget, Held held, HandOver handOver, int rounds) {
        return read(budget, handOver).thenCompose(reply -> {
            if (!(reply instanceof Reply.Success<Keys>(Keys keys))) {
                return CompletableFuture.completedStage(
                        reply.<Answer<HandedOver>>failure().answer(answer -> answer));
            }
            Optional<String> obstacle = obstacle(keys, held, handOver);
            if (obstacle.isPresent()) {
                return refused(obstacle.get());
            }
            if (rounds == 0) {
                return refused("the member key of " + handOver.successor() + " changes faster than it can be read");
            }
            return send(budget, terms(handOver, keys))
                    .thenCompose(answer -> answer.map(CompletableFuture::completedStage)
                            .orElseGet(() -> run(budget, held, handOver, rounds - 1)));
        });
    }

    /** Why the leader key cannot go to the successor; empty: it can. */
    private Optional<String> obstacle(Keys keys, Held held, HandOver handOver) {
        String successor = handOver.successor();
        if (successor.equals(me)) {
            return Optional.of(me + " cannot succeed itself");
        }
        if (keys.leader().filter(leader -> held.binds(leader, me)).isEmpty()) {
            return Optional.of("the own lease does not hold the leader key: " + holder(keys));
        }
        long failover = version(keys.failover());
        if (failover == 0 || failover != handOver.failoverVersion()) {
            return Optional.of("failover has version " + failover + ", not " + handOver.failoverVersion());
        }
        if (keys.member().isEmpty()) {
            return Optional.of("there is no member key of " + successor);
        }
        return keys.member().get().session().isEmpty()
                ? Optional.of("the member key of " + successor + " hangs on no lease")
                : Optional.empty();
    }

    /** Sent once. Empty: a comparison did not hold and nothing was changed; the keys say which. */
    private CompletionStage<Optional<Answer<HandedOver>>> send(Budget budget, Terms terms) {
        return retries.once(budget, time -> store.transact(transaction(terms), time))
                .thenCompose(reply -> switch (reply) {
                    case Reply.Success<Transaction.Outcome>(Transaction.Outcome outcome)
                    when outcome.branch().isEmpty() -> CompletableFuture.completedStage(Optional.empty());
                    case Reply.Failed<Transaction.Outcome>(String why) ->
                        readBack(budget, terms, why).thenApply(Optional::of);
                    default ->
                        CompletableFuture.completedStage(
                                Optional.of(reply.answer(outcome -> exchanged(terms, outcome.revision()))));
                });
    }

    private Transaction transaction(Terms terms) {
        HandOver handOver = terms.handOver();
        List<Change> puts = new ArrayList<>();
        puts.add(new Change.Put(
                key("leader"),
                handOver.successor(),
                Long.parseLong(terms.member().session())));
        puts.add(new Change.Put(key("failover"), handOver.failover(), 0));
        handOver.status().ifPresent(status -> puts.add(new Change.Put(key("status"), status, 0)));
        List<Comparison> comparisons = List.of(
                new Comparison.VersionIs(key("leader"), terms.leader().version()),
                new Comparison.VersionIs(key("failover"), handOver.failoverVersion()),
                new Comparison.VersionIs(memberKey(handOver), terms.member().version()));
        return new Transaction(List.of(new Branch(comparisons, puts)), key("leader"));
    }

    private Answer<HandedOver> exchanged(Terms terms, long revision) {
        givenAway = terms.leader().version();
        HandOver handOver = terms.handOver();
        watched.wrote(
                key("leader"),
                new Entry(
                        handOver.successor(), revision, revision, terms.member().session()));
        watched.wrote(key("failover"), new Entry(handOver.failover(), revision, revision, ""));
        handOver.status().ifPresent(status -> watched.wrote(key("status"), new Entry(status, revision, revision, "")));
        return Answer.done(HandedOver.EXCHANGED);
    }

    /** The exchange may have taken effect: the keys decide, not a second try. */
    private CompletionStage<Answer<HandedOver>> readBack(Budget budget, Terms terms, String why) {
        givenAway = terms.leader().version();
        return read(budget, terms.handOver())
                .thenApply(reply -> reply instanceof Reply.Success<Keys>(Keys keys)
                        ? judge(terms, keys, why)
                        : Answer.unreachable(why + "; the leader key may have been, or may still be, handed over"));
    }

    private Answer<HandedOver> judge(Terms terms, Keys keys, String why) {
        if (version(keys.leader()) == terms.leader().version()) {
            return Answer.unreachable(why + "; the leader key is still the own one, but may still be handed over");
        }
        if (version(keys.failover()) == terms.handOver().failoverVersion()) {
            return Answer.refused("the leader key was lost before it could be handed over: " + holder(keys));
        }
        keys.leader().ifPresent(leader -> watched.wrote(key("leader"), leader));
        keys.failover().ifPresent(failover -> watched.wrote(key("failover"), failover));
        return keys.leader().filter(leader -> belongsToSuccessor(leader, terms)).isPresent()
                ? Answer.done(HandedOver.EXCHANGED)
                : Answer.unreachable(why + "; failover has changed since, and " + holder(keys)
                        + ": the leader key may have been handed over in between");
    }

    private static boolean belongsToSuccessor(Entry leader, Terms terms) {
        return leader.value().equals(terms.handOver().successor())
                && leader.session().equals(terms.member().session());
    }

    private CompletionStage<Reply<Keys>> read(Budget budget, HandOver handOver) {
        return retries.repeat(budget, time -> store.list(group, time))
                .thenApply(reply -> reply instanceof Reply.Success<KeyValueStore.Range>(KeyValueStore.Range range)
                        ? new Reply.Success<>(
                                keys(key -> Optional.ofNullable(range.entries().get(key)), handOver))
                        : reply.failure());
    }

    private Keys keys(Function<String, Optional<Entry>> entries, HandOver handOver) {
        return new Keys(
                entries.apply(key("leader")), entries.apply(key("failover")), entries.apply(memberKey(handOver)));
    }

    private String key(String name) {
        return group + name;
    }

    private String memberKey(HandOver handOver) {
        return key("members/" + handOver.successor());
    }

    private static long version(Optional<Entry> entry) {
        return entry.map(Entry::version).orElse(0L);
    }

    private static String holder(Keys keys) {
        return keys.leader().map(leader -> "it is held by " + leader.value()).orElse("there is none");
    }

    private static CompletionStage<Answer<HandedOver>> refused(String why) {
        return CompletableFuture.completedStage(Answer.refused(why));
    }
}
