package io.orangery.postgres;

import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.postgres.LocalPostgres.Event;
import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.process.Postmaster;
import io.orangery.postgres.process.Signal;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Promotes (ha-behaviour 13, steps 5 and 6). The request is the trigger file and a signal, which is all that {@code pg_promote} does and which
 * needs no connection: it works while connections are exhausted. Blocking.
 *
 * <p>A startup process that takes the request while it tries to stream from a primary that has just gone still sleeps until its next attempt,
 * up to {@code wal_retrieve_retry_interval} (5 s; {@code WaitForWALToBecomeAvailable}): after a planned stop that is the rule. A
 * reload wakes it. It is sent the moment the server shows that sleep, and where that cannot be seen, after a while.
 */
final class Promotion {
    private static final Logger LOG = LoggerFactory.getLogger(Promotion.class);
    private static final Duration PROBE = Duration.ofMillis(8);
    /** Where the sleep can be seen this is far too late to matter; a reload costs every backend some work. */
    private static final Duration WAKE_AFTER = Duration.ofSeconds(1);

    /** Where it cannot. */
    private static final Duration WAKE_BLINDLY_AFTER = Duration.ofMillis(150);

    private static final Duration WAKE_EVERY = Duration.ofSeconds(1);
    private static final String WRITABLE = "SELECT NOT pg_catalog.pg_is_in_recovery()";
    /** In one question: it is asked again and again on a host that has enough to do. */
    private static final String PROGRESS = """
            SELECT NOT pg_catalog.pg_is_in_recovery(),
                   EXISTS (SELECT 1 FROM pg_catalog.pg_stat_get_activity(NULL)
                           WHERE backend_type = 'startup' AND wait_event = 'RecoveryRetrieveRetryInterval')
            """;

    private final Host host;
    private final Executor threads;
    private final Consumer<Event> events;

    Promotion(Host host, Executor threads, Consumer<Event> events) {
        this.host = host;
        this.threads = threads;
        this.events = events;
    }

    Outcome promote(Duration limit) throws IOException, InterruptedException {
        Optional<Postmaster> found = host.server().find();
        if (found.isEmpty()) {
            return new Outcome.Failed("PostgreSQL does not run");
        }
        Postmaster postmaster = found.get();
        var probe = new Probe();
        try {
            if (host.memory().role() == Role.PRIMARY
                    && host.memory().state() == PostgresState.RUNNING
                    && probe.connected()
                            .join()
                            .filter(open -> truth(open, WRITABLE))
                            .isPresent()) {
                return new Outcome.Ok();
            }
            if (!postmaster.promote()) {
                return new Outcome.Failed(postmaster + " exited before it could be promoted");
            }
            host.memory().role(Role.PROMOTED);
            host.call("on_role_change", Role.PRIMARY);
            return awaitWritable(postmaster, probe, limit);
        } finally {
            probe.end();
        }
    }

    private Outcome awaitWritable(Postmaster postmaster, Probe probe, Duration limit) throws InterruptedException {
        Duration end = host.ticker().now().plus(limit);
        boolean seen = host.connections().keeps(ManagedParameters.PROMOTION);
        Duration wake = limit.minus(seen ? WAKE_AFTER : WAKE_BLINDLY_AFTER);
        while (!probe.acceptsWrites()) {
            if (postmaster.awaitExit(PROBE)) {
                return new Outcome.Failed("PostgreSQL exited while it was promoted");
            }
            if (host.ticker().now().compareTo(end) >= 0) {
                return new Outcome.StillStarting();
            }
            boolean overdue = end.minus(host.ticker().now()).compareTo(wake) < 0;
            if (overdue) {
                wake = wake.minus(WAKE_EVERY);
            }
            if (overdue || probe.sleeps()) {
                postmaster.signal(Signal.HUP);
            }
        }
        host.memory().role(Role.PRIMARY);
        events.accept(new Event.Changed());
        return new Outcome.Ok();
    }

    /**
     * Tells whether writes are accepted: by the connection that was kept for this, else by one that is opened while the server promotes, and
     * as long as there is none by the control file, which is written the moment writes are accepted.
     */
    private final class Probe {
        private CompletableFuture<Optional<Connection>> connection = connect();
        /** As the last answer had it: the startup process sleeps before its next attempt to stream (so named since PostgreSQL 13). */
        private boolean sleeps;

        CompletableFuture<Optional<Connection>> connected() {
            return connection;
        }

        boolean acceptsWrites() throws InterruptedException {
            Optional<Connection> open = connection.getNow(Optional.empty());
            if (open.isEmpty()) {
                return inProduction();
            }
            try {
                return progress(open.get());
            } catch (SQLException lost) {
                LOG.debug("the probe failed: {}", lost.getMessage());
                sleeps = false;
                host.connections().discard(ManagedParameters.PROMOTION);
                connection = connect();
                return inProduction();
            }
        }

        private boolean progress(Connection open) throws SQLException {
            try (Statement statement = open.createStatement();
                    ResultSet answer = statement.executeQuery(PROGRESS)) {
                answer.next();
                sleeps = answer.getBoolean(2);
                return answer.getBoolean(1);
            }
        }

        boolean sleeps() {
            return sleeps;
        }

        /** The connection is not needed any more, also when it is still being opened. */
        void end() {
            connection.thenRun(() -> host.connections().discard(ManagedParameters.PROMOTION));
        }
    }

    private boolean inProduction() throws InterruptedException {
        return host.control()
                .read()
                .filter(data -> data.state().equals("in production"))
                .isPresent();
    }

    private CompletableFuture<Optional<Connection>> connect() {
        return host.connections().keeps(ManagedParameters.PROMOTION)
                ? CompletableFuture.completedFuture(open())
                : CompletableFuture.supplyAsync(this::open, threads);
    }

    private Optional<Connection> open() {
        try {
            return Optional.of(host.connections().kept(ManagedParameters.PROMOTION));
        } catch (SQLException exhausted) {
            LOG.warn("no connection to watch the promotion, the control file will tell: {}", exhausted.getMessage());
            return Optional.empty();
        }
    }

    private static boolean truth(Connection connection, String question) {
        try {
            return ask(connection, question);
        } catch (SQLException unknown) {
            return false;
        }
    }

    private static boolean ask(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(question)) {
            return answer.next() && answer.getBoolean(1);
        }
    }
}
