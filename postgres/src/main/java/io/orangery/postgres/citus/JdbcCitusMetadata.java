package io.orangery.postgres.citus;

import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.TopologyStep;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.postgres.sql.Connections;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
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

    private final Supplier<PostgresSettings> settings;
    private final String database;
    private final Connections connections;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("citus-metadata").daemon().factory());
    private final ExecutorService questions = Executors.newVirtualThreadPerTaskExecutor();
    private final Object guard = new Object();
    private Optional<CitusSession> session = Optional.empty();
    /** Raised by {@link #disconnect}: a connection that was being opened meanwhile is not kept. */
    private long generation;
    /** Of the thread. */
    private long lastTransaction;

    /**
     * @param settings those of the moment: credentials count from the next connection on, also for questions to other members
     * @param database the one that the extension is in
     */
    public JdbcCitusMetadata(Supplier<PostgresSettings> settings, String database) {
        this.settings = settings;
        this.database = database;
        this.connections = new Connections(settings);
    }

    /** Work on the connection. */
    private interface Work<T> {
        T on(CitusSession session) throws SQLException;
    }

    @Override
    public CompletionStage<Result<Void>> connect() {
        return CompletableFuture.completedFuture(Result.failed(Cause.OTHER, "not implemented yet"));
    }

    @Override
    public CompletionStage<Result<Capabilities>> capabilities() {
        return CompletableFuture.completedFuture(Result.failed(Cause.OTHER, "not implemented yet"));
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
                drop(open);
                open.abort();
            }
            return null;
        });
    }

    @Override
    public CompletionStage<Result<Void>> rollback(Transaction transaction) {
        return submit(() -> current()
                .filter(open -> open.carries(transaction))
                .map(open -> this.<Void>on(open, using -> {
                    using.rollback();
                    return null;
                }))
                .orElseGet(() -> Result.done(null)));
    }

    @Override
    public CompletionStage<Result<List<Blocker>>> blockers() {
        Optional<CitusSession> waiting = current();
        if (waiting.isEmpty()) {
            return CompletableFuture.completedFuture(Result.done(List.of()));
        }
        int backend = waiting.get().backend();
        return question(
                () -> SqlFailure.catching(() -> blockersOf(backend)), Result.failed(Cause.CONNECTION, "closed"));
    }

    private List<Blocker> blockersOf(int backend) throws SQLException {
        List<Blocker> blockers = new ArrayList<>();
        try (Connection connection = connections.superuser("citus", database, (int) ORDINARY.toMillis());
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT pid, coalesce(usename, ''), coalesce(application_name, ''),"
                                + " coalesce(state, ''), coalesce(extract(epoch FROM clock_timestamp() - xact_start), 0) * 1000"
                                + " FROM unnest(pg_blocking_pids(" + backend + ")) AS blocking(pid)"
                                + " JOIN pg_stat_activity USING (pid)")) {
            while (rows.next()) {
                blockers.add(new Blocker(
                        rows.getInt(1),
                        rows.getString(2),
                        rows.getString(3),
                        rows.getString(4),
                        Duration.ofMillis((long) rows.getDouble(5))));
            }
        }
        return List.copyOf(blockers);
    }

    @Override
    public CompletionStage<Result<List<Blocker>>> writersOf(GroupId group) {
        return CompletableFuture.completedFuture(Result.failed(Cause.OTHER, "not implemented yet"));
    }

    @Override
    public CompletionStage<Result<Integer>> cancelMetadataSync() {
        return CompletableFuture.completedFuture(Result.failed(Cause.OTHER, "not implemented yet"));
    }

    @Override
    public CompletionStage<Void> acquaint(Set<HostPort> servers) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Result<Lsn>> caughtUp(HostPort primary, HostPort standby, Duration limit) {
        return CompletableFuture.completedFuture(Result.failed(Cause.OTHER, "not implemented yet"));
    }

    @Override
    public CompletionStage<Writability> writable(HostPort server, Duration limit) {
        CompletableFuture<Writability> answer =
                question(() -> ask(server, limit), new Writability.Unknown("the adapter is closed"));
        return answer.completeOnTimeout(
                new Writability.Unknown("no answer within " + limit.toMillis() + " ms"),
                limit.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private Writability ask(HostPort server, Duration limit) {
        try (Connection connection =
                        connections.remote(server, settings.get().superuser(), database, (int) limit.toMillis());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT pg_is_in_recovery(), system_identifier::text FROM pg_control_system()")) {
            row.next();
            return row.getBoolean(1) ? new Writability.InRecovery() : new Writability.Writable(row.getString(2));
        } catch (SQLException | RuntimeException noAnswer) {
            return new Writability.Unknown(SqlFailure.text(noAnswer));
        }
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
        return submit(() -> switch (SqlFailure.catching(this::opened)) {
            case Result.Failed<CitusSession>(Cause cause, String why) -> Result.failed(cause, why);
            case Result.Done<CitusSession>(CitusSession open) ->
                on(open, using -> {
                    using.requireNoTransaction();
                    return work.on(using);
                });
        });
    }

    /** Work of a transaction that is gone leaves the present one alone. */
    private <T> CompletionStage<Result<T>> within(Transaction transaction, Work<T> work) {
        return submit(() -> current()
                .filter(open -> open.carries(transaction))
                .map(open -> on(open, work))
                .orElseGet(() -> Result.failed(Cause.CONNECTION, "the transaction is gone: its connection was lost")));
    }

    private <T> Result<T> on(CitusSession open, Work<T> work) {
        Result<T> result = SqlFailure.catching(() -> work.on(open));
        if (result instanceof Result.Failed<T>) {
            // Closing is rolling back; what is left of a failed transaction must never be used again.
            drop(open);
            open.abort();
        }
        return result;
    }

    private <T> CompletionStage<Result<T>> submit(Supplier<Result<T>> call) {
        var answer = new CompletableFuture<Result<T>>();
        try {
            thread.execute(() -> answer.complete(call.get()));
        } catch (RejectedExecutionException closed) {
            answer.complete(Result.failed(Cause.CONNECTION, "closed"));
        }
        return answer;
    }

    private CitusSession opened() throws SQLException {
        Optional<CitusSession> present = current();
        if (present.isPresent() && present.get().open()) {
            return present.get();
        }
        long before = generation();
        var opened = new CitusSession(connections.superuser("citus", database, (int) ORDINARY.toMillis()));
        synchronized (guard) {
            if (generation == before) {
                session = Optional.of(opened);
                return opened;
            }
        }
        opened.abort();
        throw new SQLException("disconnected meanwhile", "08003");
    }

    private Optional<CitusSession> current() {
        synchronized (guard) {
            return session;
        }
    }

    private long generation() {
        synchronized (guard) {
            return generation;
        }
    }

    private void drop(CitusSession broken) {
        synchronized (guard) {
            session = session.filter(present -> present != broken);
        }
    }

    @Override
    public void disconnect() {
        Optional<CitusSession> dropped;
        synchronized (guard) {
            dropped = session;
            session = Optional.empty();
            generation++;
        }
        dropped.ifPresent(this::breakOff);
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
