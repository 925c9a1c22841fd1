package io.orangery.postgres;

import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.postgres.LocalPostgres.Event;
import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.configuration.CommandLine;
import io.orangery.postgres.configuration.Wanted;
import io.orangery.postgres.process.Postmaster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the configuration, launches the postmaster and waits until it takes connections (ha-behaviour 30.4). Blocking. */
final class Start {
    private static final Logger LOG = LoggerFactory.getLogger(Start.class);

    /** How often {@code postmaster.pid} is read while the server starts: nothing tells of a change. */
    private static final Duration PROBE = Duration.ofMillis(5);

    private final Host host;
    private final Executor threads;
    private final Consumer<Event> events;

    Start(Host host, Executor threads, Consumer<Event> events) {
        this.host = host;
        this.threads = threads;
        this.events = events;
    }

    /**
     * @param callback {@code on_start}, {@code on_restart} or {@code on_role_change}: what is called when it runs
     * @param limit empty: postgresql.pg_ctl_timeout
     */
    Outcome start(Wanted wanted, Role role, String callback, Optional<Duration> limit)
            throws IOException, InterruptedException {
        Optional<String> obstacle = obstacle(wanted);
        if (obstacle.isPresent()) {
            host.memory().state(PostgresState.START_FAILED);
            return new Outcome.Failed(obstacle.get());
        }
        host.memory().role(role);
        if (host.memory().state() != PostgresState.RESTARTING) {
            host.memory().state(PostgresState.STARTING);
        }
        host.memory().pendingRestart(Map.of());
        host.connections().closeAll();
        // A bound is of one postmaster.
        host.memory().bounds(Map.of());
        host.writeAll(wanted);
        Postmaster postmaster = launch(wanted);
        CompletableFuture<Boolean> up = watch(postmaster, callback, role);
        return await(postmaster, up, limit.orElse(host.settings().pgCtlTimeout()));
    }

    private Postmaster launch(Wanted wanted) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                host.installation().program("postgres"),
                "-D",
                host.settings().dataDir().toString()));
        command.addAll(CommandLine.of(wanted));
        return host.server().launch(command);
    }

    private Optional<String> obstacle(Wanted wanted) {
        if (host.server().singleUserServer().isPresent()) {
            return Optional.of("a server in single-user mode, process "
                    + host.server().singleUserServer().get() + ", runs on "
                    + host.settings().dataDir());
        }
        Optional<Integer> major = host.directory().majorVersion();
        if (major.isEmpty()) {
            return Optional.of(host.settings().dataDir().resolve("PG_VERSION")
                    + " is missing or unreadable: expected the data directory of a cluster");
        }
        return major.filter(found -> found != wanted.version().major())
                .map(found -> host.settings().dataDir() + " belongs to PostgreSQL " + found + ", but "
                        + host.installation().program("postgres") + " is version "
                        + wanted.version().major() + "; expected the programs of version " + found
                        + " (postgresql.bin_dir)");
    }

    /** Goes on when the one who asked for the start has stopped waiting: a slow start ends with an event. */
    private CompletableFuture<Boolean> watch(Postmaster postmaster, String callback, Role role) {
        var up = new CompletableFuture<Boolean>();
        threads.execute(() -> {
            try {
                boolean started = awaitStarted(postmaster);
                if (started) {
                    host.memory().state(PostgresState.RUNNING);
                    host.call(callback, role);
                }
                up.complete(started);
                if (started) {
                    events.accept(new Event.Changed());
                    backup();
                }
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
                up.complete(postmaster.alive());
            } catch (RuntimeException failed) {
                up.completeExceptionally(failed);
            }
        });
        return up;
    }

    /** @return false when it exited instead */
    private static boolean awaitStarted(Postmaster postmaster) throws InterruptedException {
        while (!postmaster.started()) {
            if (postmaster.awaitExit(PROBE)) {
                return false;
            }
        }
        return true;
    }

    /** Of files with which the server started; nobody waits for it. */
    private void backup() {
        try {
            host.files().backup();
        } catch (IOException failed) {
            LOG.warn("configuration files could not be backed up: {}", failed.getMessage());
        }
    }

    private Outcome await(Postmaster postmaster, CompletableFuture<Boolean> up, Duration limit)
            throws InterruptedException {
        try {
            if (up.get(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                return new Outcome.Ok();
            }
        } catch (TimeoutException slow) {
            LOG.warn("{} is still starting after {} s", postmaster, limit.toSeconds());
            host.memory().state(PostgresState.STARTING);
            return new Outcome.StillStarting();
        } catch (java.util.concurrent.ExecutionException failed) {
            throw new IllegalStateException("the start could not be watched", failed.getCause());
        }
        host.memory()
                .state(
                        host.memory().state() == PostgresState.RESTARTING
                                ? PostgresState.RESTART_FAILED
                                : PostgresState.START_FAILED);
        return new Outcome.Failed(
                "PostgreSQL exited while it was starting: " + host.server().lastOutput());
    }

    /** A server that was found while it starts: {@code then} runs and an event comes when it takes connections. */
    void watchAdopted(Postmaster postmaster, Runnable then) {
        threads.execute(() -> {
            try {
                if (awaitStarted(postmaster)) {
                    then.run();
                    events.accept(new Event.Changed());
                }
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** For a start that is repeated while the first one is under way. */
    Outcome awaitRunning(Postmaster postmaster, Duration limit) throws InterruptedException {
        Duration end = host.ticker().now().plus(limit);
        while (!postmaster.started()) {
            if (postmaster.awaitExit(PROBE)) {
                return new Outcome.Failed("PostgreSQL exited while it was starting: "
                        + host.server().lastOutput());
            }
            if (host.ticker().now().compareTo(end) >= 0) {
                return new Outcome.StillStarting();
            }
        }
        return new Outcome.Ok();
    }
}
