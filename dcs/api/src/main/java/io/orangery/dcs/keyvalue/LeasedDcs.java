package io.orangery.dcs.keyvalue;

import io.orangery.core.time.Ticker;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Change;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.Entry;
import io.orangery.dcs.HandOver;
import io.orangery.dcs.HandedOver;
import io.orangery.dcs.Lease;
import io.orangery.dcs.Timing;
import io.orangery.dcs.Tree;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The port over a store with the model of etcd. It answers for paths, budgets, and for what an operation means when a reply is lost; it has
 * no thread and no clock of its own. Any thread.
 */
public class LeasedDcs implements Dcs {
    private final KeyValueStore store;
    private final DcsSettings settings;
    private final Ticker ticker;
    private final Retries retries;
    private final OwnLease lease;
    private final WatchedTree watched;
    private final Optional<OwnKeys> own;
    private final PermanentKeys permanent;

    private volatile Timing timing;
    private volatile boolean closed;

    /** @param random from 0 to 1, for the pauses between tries */
    protected LeasedDcs(
            KeyValueStore store, DcsSettings settings, Ticker ticker, Scheduler scheduler, DoubleSupplier random) {
        this.store = store;
        this.settings = settings;
        this.ticker = ticker;
        this.timing = new Timing(settings.ttl(), settings.loopWait(), settings.retryTimeout());
        this.retries = new Retries(scheduler, random);
        this.lease = new OwnLease(store, ticker, retries, timing);
        this.watched = new WatchedTree(store, scheduler, settings.base(), readPrefix());
        this.own = settings.member().map(name -> new OwnKeys(store, settings, name, retries, lease, watched));
        this.permanent = new PermanentKeys(store, retries, watched);
        // The command line asks once and leaves: a watch would cost it a round trip.
        if (own.isPresent()) {
            watched.start(settings.retryTimeout());
        }
    }

    @Override
    public CompletionStage<Answer<Tree>> read() {
        return whileOpen(() -> watched.view()
                .map(tree -> CompletableFuture.completedStage(Answer.done(tree)))
                .orElseGet(() -> list(readPrefix())));
    }

    @Override
    public CompletionStage<Answer<Tree>> readLinearizable() {
        return whileOpen(() -> list(settings.base() + settings.own("")));
    }

    @Override
    public CompletionStage<Answer<Tree>> readGroup(int group) {
        return whileOpen(() -> list(settings.base() + group + "/"));
    }

    @Override
    public CompletionStage<Answer<Optional<Entry>>> readLeader(Optional<Integer> group) {
        String path = group.map(number -> number + "/leader").orElse("leader");
        return whileOpen(() -> retries.repeat(budget(), time -> store.get(settings.base() + path, time))
                .thenApply(reply -> orUnreachable(reply.answer(
                        range -> Answer.done(Optional.ofNullable(range.entries().get(settings.base() + path)))))));
    }

    @Override
    public CompletionStage<Answer<Lease>> acquireLeader() {
        return asMember(keys -> keys.acquire(budget()));
    }

    @Override
    public CompletionStage<Answer<Lease>> renewLeader() {
        return asMember(keys -> keys.renew(budget()));
    }

    @Override
    public CompletionStage<Answer<Lease>> takeLeader() {
        return asMember(keys -> keys.take(budget()));
    }

    @Override
    public CompletionStage<Answer<Void>> releaseLeader() {
        return asMember(keys -> keys.release(budget()));
    }

    @Override
    public CompletionStage<Answer<HandedOver>> handOver(HandOver handOver) {
        return asMember(keys -> keys.handOver(budget(), handOver));
    }

    @Override
    public CompletionStage<Answer<Void>> touchMember(String json) {
        return asMember(keys -> keys.touch(budget(), json));
    }

    @Override
    public CompletionStage<Answer<Long>> write(String key, String value, Condition condition) {
        return whileOpen(() -> permanent.write(budget(), settings.base() + key, value, condition));
    }

    @Override
    public CompletionStage<Answer<Void>> delete(String key, Condition condition) {
        return whileOpen(() -> permanent.delete(budget(), settings.base() + key, condition));
    }

    @Override
    public CompletionStage<Answer<Void>> deleteCluster() {
        return whileOpen(() -> permanent.deleteAll(budget(), settings.base() + settings.own("")));
    }

    @Override
    public void onChange(Consumer<Change> listener) {
        watched.listener(listener);
        watched.start(timing.retryTimeout());
    }

    @Override
    public void retime(Timing newTiming) {
        timing = newTiming;
        lease.retime(newTiming);
    }

    @Override
    public Duration grantedTtl() {
        return lease.ttl();
    }

    @Override
    public void close() {
        closed = true;
        watched.close();
        store.close();
    }

    private String readPrefix() {
        return settings.wholeFormation() ? settings.base() : settings.base() + settings.own("");
    }

    private Budget budget() {
        return Budget.starting(ticker, timing.retryTimeout());
    }

    private CompletionStage<Answer<Tree>> list(String prefix) {
        int cut = settings.base().length();
        return retries.repeat(budget(), time -> store.list(prefix, time))
                .thenApply(reply -> orUnreachable(reply.answer(range -> {
                    TreeMap<String, Entry> entries = new TreeMap<>();
                    range.entries().forEach((key, entry) -> entries.put(key.substring(cut), entry));
                    return Answer.done(new Tree(entries));
                })));
    }

    /** A read has no condition that could fail: that the store rejects it says nothing about the keys (dcs-layout 10.9). */
    private static <T> Answer<T> orUnreachable(Answer<T> answer) {
        return answer instanceof Answer.Refused<T>(String why) ? Answer.unreachable(why) : answer;
    }

    private <T> CompletionStage<Answer<T>> asMember(Function<OwnKeys, CompletionStage<Answer<T>>> operation) {
        return whileOpen(() -> own.map(operation)
                .orElseGet(() -> CompletableFuture.completedStage(
                        Answer.refused("this connection belongs to no member and holds no lease"))));
    }

    private <T> CompletionStage<Answer<T>> whileOpen(Supplier<CompletionStage<Answer<T>>> operation) {
        if (closed) {
            return CompletableFuture.completedStage(Answer.unreachable("the connection is closed"));
        }
        return operation.get().thenApply(answer -> {
            if (answer instanceof Answer.Unreachable<T>) {
                // A stream over the same dead connection may take long to notice.
                watched.rebuild(timing.retryTimeout());
            }
            return answer;
        });
    }
}
