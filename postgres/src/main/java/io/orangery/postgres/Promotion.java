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
 */
final class Promotion {
    private static final Logger LOG = LoggerFactory.getLogger(Promotion.class);
    private static final Duration PROBE = Duration.ofMillis(20);
    private static final Duration WAKE_AFTER = Duration.ofMillis(150);
    private static final Duration WAKE_EVERY = Duration.ofSeconds(1);
    private static final int STATEMENT_TIMEOUT_MILLIS = 2000;

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
        if (host.memory().role() == Role.PRIMARY && host.memory().state() == PostgresState.RUNNING && writable()) {
            return new Outcome.Ok();
        }
        // The probe's connection is made while the server promotes.
        CompletableFuture<Optional<Connection>> probe = CompletableFuture.supplyAsync(this::connect, threads);
        if (!postmaster.promote()) {
            probe.thenAccept(Promotion::close);
            return new Outcome.Failed(postmaster + " exited before it could be promoted");
        }
        host.memory().role(Role.PROMOTED);
        host.call("on_role_change", Role.PRIMARY);
        try {
            return awaitWritable(postmaster, probe, limit);
        } finally {
            probe.thenAccept(Promotion::close);
        }
    }

    private Outcome awaitWritable(Postmaster postmaster, CompletableFuture<Optional<Connection>> probe, Duration limit)
            throws InterruptedException {
        Duration end = host.ticker().now().plus(limit);
        Duration wake = limit.minus(WAKE_AFTER);
        while (!acceptsWrites(probe.getNow(Optional.empty()))) {
            if (postmaster.awaitExit(PROBE)) {
                return new Outcome.Failed("PostgreSQL exited while it was promoted");
            }
            if (host.ticker().now().compareTo(end) >= 0) {
                return new Outcome.StillStarting();
            }
            if (end.minus(host.ticker().now()).compareTo(wake) < 0) {
                // A reload wakes the startup process: having taken the request it may still sleep until its next
                // attempt to
                // reach a primary, wal_retrieve_retry_interval (measured: 5 s in 2 of 45 promotions without a primary).
                postmaster.signal(Signal.HUP);
                wake = wake.minus(WAKE_EVERY);
            }
        }
        host.memory().role(Role.PRIMARY);
        events.accept(new Event.Changed());
        return new Outcome.Ok();
    }

    /** Without a connection the control file tells, which is written a little before writes are accepted. */
    private boolean acceptsWrites(Optional<Connection> probe) throws InterruptedException {
        if (probe.isPresent()) {
            try {
                return writable(probe.get());
            } catch (SQLException lost) {
                LOG.debug("the probe failed: {}", lost.getMessage());
            }
        }
        return host.control()
                .read()
                .filter(data -> data.state().equals("in production"))
                .isPresent();
    }

    private Optional<Connection> connect() {
        try {
            return Optional.of(host.connections().superuser("promote", STATEMENT_TIMEOUT_MILLIS));
        } catch (SQLException exhausted) {
            LOG.warn("no connection to watch the promotion, the control file will tell: {}", exhausted.getMessage());
            return Optional.empty();
        }
    }

    private boolean writable() {
        Optional<Connection> connection = connect();
        try {
            return connection.isPresent() && writable(connection.get());
        } catch (SQLException unknown) {
            return false;
        } finally {
            close(connection);
        }
    }

    private static boolean writable(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("SELECT NOT pg_catalog.pg_is_in_recovery()")) {
            return answer.next() && answer.getBoolean(1);
        }
    }

    private static void close(Optional<Connection> connection) {
        try {
            if (connection.isPresent()) {
                connection.get().close();
            }
        } catch (SQLException alreadyGone) {
            LOG.debug("closing the probe: {}", alreadyGone.getMessage());
        }
    }
}
