package io.orangery.postgres.citus;

import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.TopologyStep;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.postgres.sql.Connections;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link CitusMetadata} over JDBC: one thread, one {@link CitusSession}. Questions to others run on threads and connections of their own. */
public final class JdbcCitusMetadata implements CitusMetadata {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcCitusMetadata.class);

    /** For statements outside of a transaction. */
    private static final Duration ORDINARY = Duration.ofSeconds(5);

    /** For the message that cancels a statement. */
    private static final Duration CANCEL_LIMIT = Duration.ofMillis(500);

    private static final String CLOSED = "the adapter is closed";

    private final Connections connections;
    private final CurrentSession session;
    private final LockHolders holders;
    private final OtherServers others;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("citus-metadata").daemon().factory());
    private final ExecutorService questions = Executors.newVirtualThreadPerTaskExecutor();
    /** Of the thread. */
    private long lastTransaction;

    /**
     * @param settings those of the moment: credentials count from the next connection on, also for questions to other members
     * @param database the one that the extension is in
     */
    public JdbcCitusMetadata(Supplier<PostgresSettings> settings, String database) {
        this.connections = new Connections(settings);
        this.session = new CurrentSession(connections, database);
        this.holders = new LockHolders(settings, database, connections);
        this.others = new OtherServers(settings, database, connections);
    }

    /** Work on the connection. */
    private interface Work<T> {
        T on(CitusSession session) throws SQLException;
    }

    @Override
    public CompletionStage<Result<Void>> connect() {
        CompletionStage<Result<Void>> ready = asked(() -> {
            holders.ready();
            return null;
        });
        return submit(this::connected).thenCombine(ready, (connected, besides) -> connected);
    }

    private Result<Void> connected() {
        if (session.present().filter(CitusSession::inTransaction).isPresent()) {
            return Result.done(null);
        }
        // a connection that broke unnoticed is found out here, and not by the pause
        Result<Void> first = warmUp();
        return first instanceof Result.Failed<Void>(Cause cause, String why) && cause == Cause.CONNECTION
                ? warmUp()
                : first;
    }

    private Result<Void> warmUp() {
        return onOpened(open -> {
            open.warmUp();
            return null;
        });
    }

    @Override
    public CompletionStage<Result<Capabilities>> capabilities() {
        return outsideTransaction(CitusSession::capabilities);
    }

    @Override
    public CompletionStage<Result<List<GroupTopology>>> load() {
        return outsideTransaction(CitusSession::load);
    }

    @Override
    public CompletionStage<Result<Boolean>> synced() {
        return outsideTransaction(CitusSession::synced);
    }

    @Override
    public CompletionStage<Result<Transaction>> begin(Duration locks, Duration untilDeadline) {
        return outsideTransaction(open -> open.begin(++lastTransaction, locks, untilDeadline));
    }

    @Override
    public CompletionStage<Result<OptionalInt>> execute(
            Transaction transaction, TopologyStep step, Optional<Duration> cooldown) {
        return within(transaction, open -> open.execute(step, cooldown));
    }

    @Override
    public CompletionStage<Result<Void>> hold(Transaction transaction, Duration untilDeadline) {
        return within(transaction, open -> {
            open.hold(untilDeadline);
            return null;
        });
    }

    @Override
    public CompletionStage<Result<Void>> commit(Transaction transaction, Duration limit) {
        return within(transaction, open -> {
            var over = new AtomicBoolean();
            CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS, questions)
                    .execute(() -> {
                        if (over.compareAndSet(false, true)) {
                            open.cancel();
                        }
                    });
            open.commit(limit);
            if (!over.compareAndSet(false, true)) {
                LOG.warn(
                        "the commit on the coordinator did not wait for its standbys any longer than {} ms",
                        limit.toMillis());
                // a cancellation that is still on its way must not hit the next statement
                session.drop(open);
            }
            return null;
        });
    }

    @Override
    public CompletionStage<Result<Void>> rollback(Transaction transaction) {
        return submit(() -> session.present()
                .filter(open -> open.carries(transaction))
                .map(open -> this.<Void>on(open, using -> {
                    using.rollback();
                    return null;
                }))
                .orElseGet(() -> Result.done(null)));
    }

    // --- questions

    @Override
    public CompletionStage<Result<List<Blocker>>> blockers() {
        return session.present()
                .map(waiting -> asked(() -> holders.blocking(waiting.backend())))
                .orElseGet(() -> CompletableFuture.completedFuture(Result.done(List.of())));
    }

    @Override
    public CompletionStage<Result<List<Blocker>>> writersOf(GroupId group) {
        int own = session.present().map(CitusSession::backend).orElse(0);
        return asked(() -> holders.writersOf(group, own));
    }

    @Override
    public CompletionStage<Result<Integer>> cancelMetadataSync() {
        return asked(holders::cancelMetadataSync);
    }

    @Override
    public CompletionStage<Void> acquaint(Set<HostPort> servers) {
        others.connections().keepOnly(servers);
        return CompletableFuture.allOf(servers.stream()
                .map(server -> writable(server, ORDINARY).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    @Override
    public CompletionStage<Result<Lsn>> caughtUp(HostPort primary, HostPort standby, Duration limit) {
        var answer = new CompletableFuture<Result<Lsn>>();
        question(
                        () -> others.caughtUp(primary, standby, limit, answer::isDone),
                        Result.<Lsn>failed(Cause.CONNECTION, CLOSED))
                .thenAccept(answer::complete);
        return answer.completeOnTimeout(
                Result.failed(
                        Cause.OTHER,
                        standby + " has not replayed all of " + primary + " within " + limit.toMillis() + " ms"),
                limit.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletionStage<Standing> standing(HostPort server, Duration limit) {
        return question(() -> others.standing(server, limit), new Standing.Other(CLOSED))
                .completeOnTimeout(
                        new Standing.Other("no answer within " + limit.toMillis() + " ms"),
                        limit.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletionStage<Writability> writable(HostPort server, Duration limit) {
        return question(() -> others.writability(server, limit), new Writability.Unknown(CLOSED))
                .completeOnTimeout(
                        new Writability.Unknown("no answer within " + limit.toMillis() + " ms"),
                        limit.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private <T> CompletableFuture<Result<T>> asked(SqlFailure.Call<T> call) {
        return question(() -> SqlFailure.catching(call), Result.failed(Cause.CONNECTION, CLOSED));
    }

    private <T> CompletableFuture<T> question(Supplier<T> asked, T whenClosed) {
        try {
            return CompletableFuture.supplyAsync(asked, questions);
        } catch (RejectedExecutionException closed) {
            return CompletableFuture.completedFuture(whenClosed);
        }
    }

    // --- the connection

    private <T> CompletionStage<Result<T>> outsideTransaction(Work<T> work) {
        return submit(() -> onOpened(open -> {
            open.requireNoTransaction();
            return work.on(open);
        }));
    }

    private <T> Result<T> onOpened(Work<T> work) {
        return switch (SqlFailure.catching(session::opened)) {
            case Result.Failed<CitusSession>(Cause cause, String why) -> Result.failed(cause, why);
            case Result.Done<CitusSession>(CitusSession open) -> on(open, work);
        };
    }

    /** Work of a transaction that is gone leaves the present one alone. */
    private <T> CompletionStage<Result<T>> within(Transaction transaction, Work<T> work) {
        return submit(() -> session.present()
                .filter(open -> open.carries(transaction))
                .map(open -> on(open, work))
                .orElseGet(() -> Result.failed(Cause.CONNECTION, "the transaction is gone: its connection was lost")));
    }

    private <T> Result<T> on(CitusSession open, Work<T> work) {
        Result<T> result = SqlFailure.catching(() -> work.on(open));
        if (result instanceof Result.Failed<T>) {
            session.drop(open);
        }
        return result;
    }

    private <T> CompletionStage<Result<T>> submit(Supplier<Result<T>> call) {
        var answer = new CompletableFuture<Result<T>>();
        try {
            thread.execute(() -> answer.complete(call.get()));
        } catch (RejectedExecutionException closed) {
            answer.complete(Result.failed(Cause.CONNECTION, CLOSED));
        }
        return answer;
    }

    @Override
    public void disconnect() {
        session.takeAway().ifPresent(this::breakOff);
        holders.connections().closeAll();
        others.connections().closeAll();
    }

    /** Cancelled first: a backend that waits for locks does not notice at once that its client is gone. */
    private void breakOff(CitusSession dropped) {
        question(
                        () -> {
                            dropped.cancel();
                            return true;
                        },
                        false)
                .completeOnTimeout(false, CANCEL_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .thenRun(dropped::abort);
    }

    @Override
    public void close() {
        disconnect();
        thread.shutdown();
        questions.shutdown();
        connections.close();
    }
}
