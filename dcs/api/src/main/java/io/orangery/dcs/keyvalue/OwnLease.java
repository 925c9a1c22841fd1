package io.orangery.dcs.keyvalue;

import io.orangery.core.time.Ticker;
import io.orangery.dcs.Entry;
import io.orangery.dcs.Timing;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The one lease of a connection (dcs-layout 10.2): granted on demand, extended only when an operation asks. Refreshes run one after another,
 * so that two operations at a time never grant two leases. Any thread.
 */
final class OwnLease {
    /** @param provenAt before the request was sent whose answer said that the lease lives for {@code ttl} */
    record Held(long id, Duration ttl, Duration requestedTtl, Duration provenAt) {
        String session() {
            return Long.toString(id);
        }

        /** A key of the own name that hangs on another lease is not the own one. */
        boolean binds(Entry entry, String name) {
            return entry.value().equals(name) && entry.session().equals(session());
        }
    }

    private final KeyValueStore store;
    private final Ticker ticker;
    private final Retries retries;

    private Timing timing;
    private Optional<Held> held = Optional.empty();
    private CompletionStage<?> lastTurn = CompletableFuture.completedStage(null);

    OwnLease(KeyValueStore store, Ticker ticker, Retries retries, Timing timing) {
        this.store = store;
        this.ticker = ticker;
        this.retries = retries;
        this.timing = timing;
    }

    synchronized void retime(Timing newTiming) {
        timing = newTiming;
    }

    synchronized Duration ttl() {
        return held.map(Held::ttl).orElse(timing.ttl());
    }

    synchronized Optional<Held> held() {
        return held;
    }

    /** Refreshes the lease as asked, and once more, by granting a new one, when {@code use} finds it gone. */
    <T> CompletionStage<Reply<T>> use(Budget budget, boolean always, Function<Held, CompletionStage<Reply<T>>> use) {
        return refresh(budget, always).thenCompose(first -> switch (first) {
            case Reply.Success<Held>(Held lease) ->
                use.apply(lease).thenCompose(reply -> {
                    if (!(reply instanceof Reply.LeaseGone<T>)) {
                        return CompletableFuture.completedStage(reply);
                    }
                    forget(lease);
                    return again(budget, use);
                });
            default -> CompletableFuture.completedStage(first.<T>failure());
        });
    }

    private <T> CompletionStage<Reply<T>> again(Budget budget, Function<Held, CompletionStage<Reply<T>>> use) {
        return refresh(budget, true)
                .thenCompose(second -> second instanceof Reply.Success<Held>(Held lease)
                        ? use.apply(lease)
                        : CompletableFuture.completedStage(second.<T>failure()));
    }

    /** @param always false: a lease that was extended less than {@code loopWait} ago will do */
    private synchronized CompletionStage<Reply<Held>> refresh(Budget budget, boolean always) {
        CompletionStage<Reply<Held>> turn = lastTurn.thenCompose(previous -> refreshNow(budget, always));
        lastTurn = turn;
        return turn;
    }

    private CompletionStage<Reply<Held>> refreshNow(Budget budget, boolean always) {
        Optional<Held> usable = usable();
        if (usable.isEmpty()) {
            return grant(budget);
        }
        Held lease = usable.get();
        if (!always && isFresh(lease)) {
            return CompletableFuture.completedStage(new Reply.Success<>(lease));
        }
        return retries.repeat(budget, time -> extend(lease, time)).thenCompose(reply -> {
            if (!(reply instanceof Reply.LeaseGone<Held>)) {
                return CompletableFuture.completedStage(reply);
            }
            forget(lease);
            return grant(budget);
        });
    }

    /** A lease granted for another {@code ttl} is abandoned, not revoked: its keys move to the new one first. */
    private synchronized Optional<Held> usable() {
        return held.filter(lease -> lease.requestedTtl().equals(timing.ttl()));
    }

    private synchronized boolean isFresh(Held lease) {
        return ticker.now().minus(lease.provenAt()).compareTo(timing.loopWait()) < 0;
    }

    private CompletionStage<Reply<Held>> extend(Held lease, Duration timeout) {
        Duration before = ticker.now();
        return store.keepAlive(lease.id(), timeout)
                .thenApply(reply -> reply instanceof Reply.Success<Duration>(Duration ttl)
                        ? keep(new Held(lease.id(), ttl, lease.requestedTtl(), before))
                        : reply.failure());
    }

    private CompletionStage<Reply<Held>> grant(Budget budget) {
        Duration ttl;
        synchronized (this) {
            ttl = timing.ttl();
        }
        return retries.repeat(budget, time -> {
            Duration before = ticker.now();
            return store.grant(ttl, time)
                    .thenApply(reply -> reply instanceof Reply.Success<KeyValueStore.Grant>(KeyValueStore.Grant grant)
                            ? keep(new Held(grant.lease(), grant.ttl(), ttl, before))
                            : reply.failure());
        });
    }

    private synchronized Reply<Held> keep(Held lease) {
        held = Optional.of(lease);
        return new Reply.Success<>(lease);
    }

    private synchronized void forget(Held lease) {
        held = held.filter(other -> other.id() != lease.id());
    }
}
