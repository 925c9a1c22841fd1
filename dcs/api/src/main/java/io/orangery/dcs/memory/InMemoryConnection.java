package io.orangery.dcs.memory;

import io.orangery.dcs.keyvalue.KeyValueStore;
import io.orangery.dcs.keyvalue.Reply;
import io.orangery.dcs.keyvalue.Scheduler;
import io.orangery.dcs.keyvalue.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** Carries requests, replies and events between one {@link InMemoryDcs} and the store, through its {@link Disturbance}. */
final class InMemoryConnection implements KeyValueStore {
    private final InMemoryStore store;
    private final Scheduler scheduler;
    private final Disturbance disturbance;
    private final Set<Following> watches = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    InMemoryConnection(InMemoryStore store, Scheduler scheduler, Disturbance disturbance) {
        this.store = store;
        this.scheduler = scheduler;
        this.disturbance = disturbance;
        disturbance.onBreak(() -> List.copyOf(watches).forEach(watch -> watch.end("connection lost")));
    }

    @Override
    public CompletionStage<Reply<Range>> get(String key, Duration timeout) {
        return send(timeout, () -> new Reply.Success<>(store.get(key)));
    }

    @Override
    public CompletionStage<Reply<Range>> list(String prefix, Duration timeout) {
        return send(timeout, () -> new Reply.Success<>(store.list(prefix)));
    }

    @Override
    public CompletionStage<Reply<Transaction.Outcome>> transact(Transaction transaction, Duration timeout) {
        return send(
                timeout,
                () -> store.transact(transaction)
                        .<Reply<Transaction.Outcome>>map(Reply.Success::new)
                        .orElseGet(() -> new Reply.LeaseGone<>("requested lease not found")));
    }

    @Override
    public CompletionStage<Reply<Grant>> grant(Duration ttl, Duration timeout) {
        return send(timeout, () -> new Reply.Success<>(store.grant(ttl)));
    }

    @Override
    public CompletionStage<Reply<Duration>> keepAlive(long lease, Duration timeout) {
        return send(
                timeout,
                () -> store.keepAlive(lease)
                        .<Reply<Duration>>map(Reply.Success::new)
                        .orElseGet(() -> new Reply.LeaseGone<>("lease " + lease + " has ended")));
    }

    @Override
    public Watch watch(String prefix, long fromRevision, Observer observer) {
        Following watch = new Following(prefix, observer);
        watches.add(watch);
        store.follow(fromRevision, watch)
                .ifPresentOrElse(
                        watch::changed, () -> watch.end("revision " + fromRevision + " is not there to follow from"));
        return watch;
    }

    /** What is under way still arrives: a process that dies does not call its packets back. */
    @Override
    public void close() {
        closed = true;
        List.copyOf(watches).forEach(Following::close);
    }

    private <T> CompletionStage<Reply<T>> send(Duration timeout, Supplier<Reply<T>> effect) {
        CompletableFuture<Reply<T>> reply = new CompletableFuture<>();
        if (closed) {
            return CompletableFuture.completedStage(new Reply.Failed<>("the connection is closed"));
        }
        scheduler.after(disturbance.nextRequestDelay(), () -> arrive(effect, reply));
        scheduler.after(timeout, () -> reply.complete(new Reply.Failed<>("no reply within " + timeout)));
        return reply;
    }

    private <T> void arrive(Supplier<Reply<T>> effect, CompletableFuture<Reply<T>> reply) {
        if (!disturbance.takesRequest() || !store.isServing()) {
            return;
        }
        Reply<T> result = effect.get();
        if (disturbance.takesReply()) {
            scheduler.after(disturbance.nextReplyDelay(), () -> reply.complete(result));
        }
    }

    private final class Following implements Watch, InMemoryStore.Follower {
        private final String prefix;
        private final Observer observer;
        private volatile boolean ended;
        /** Each delivery takes the oldest, so a shorter delay overtakes nothing. */
        private final Queue<List<Event>> underWay = new ConcurrentLinkedQueue<>();

        Following(String prefix, Observer observer) {
            this.prefix = prefix;
            this.observer = observer;
        }

        @Override
        public void changed(List<Event> events) {
            List<Event> below = events.stream()
                    .filter(event -> event.key().startsWith(prefix))
                    .toList();
            if (ended || below.isEmpty()) {
                return;
            }
            underWay.add(below);
            scheduler.after(disturbance.nextWatchDelay(), () -> deliver(underWay.remove()));
        }

        private void deliver(List<Event> events) {
            if (!ended && disturbance.takesEvents()) {
                observer.changed(events);
            }
        }

        /** Breaks it, visibly to the observer. */
        @Override
        public void end(String why) {
            if (!ended) {
                close();
                // Even to a follower that is being told by the store this comes as a message of its own.
                scheduler.after(Duration.ZERO, () -> observer.broken(why));
            }
        }

        @Override
        public void close() {
            ended = true;
            store.unfollow(this);
            watches.remove(this);
        }
    }
}
