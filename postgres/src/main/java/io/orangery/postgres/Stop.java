package io.orangery.postgres;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.ControlData;
import io.orangery.postgres.LocalPostgres.StopMode;
import io.orangery.postgres.LocalPostgres.Stopped;
import io.orangery.postgres.process.Postmaster;
import io.orangery.postgres.process.ShutdownCheckpoint;
import io.orangery.postgres.process.Signal;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signals the postmaster and waits for its exit, which is an event (ha-behaviour 16). Blocking. */
final class Stop {
    private static final Logger LOG = LoggerFactory.getLogger(Stop.class);

    /** PostgreSQL itself kills its children five seconds after an immediate shutdown was asked for. */
    private static final Duration IMMEDIATE_LIMIT = Duration.ofSeconds(10);

    private static final Duration IMMEDIATE_AFTER_FAST = Duration.ofMillis(300);

    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
    private static final Duration FOR_EVER = Duration.ofDays(10_000);

    private final Host host;

    Stop(Host host) {
        this.host = host;
    }

    Stopped stop(StopMode mode, Optional<Duration> timeout, boolean published) throws InterruptedException {
        if (host.server().singleUserServer().isPresent()) {
            return new Stopped.Failed("a server in single-user mode cannot be stopped");
        }
        Optional<Postmaster> postmaster = host.server().find();
        if (postmaster.isEmpty()) {
            return result();
        }
        host.memory().state(published ? PostgresState.STOPPING : PostgresState.RESTARTING);
        if (!end(postmaster.get(), mode, timeout)) {
            host.memory().state(PostgresState.STOP_FAILED);
            return new Stopped.Failed(postmaster.get() + " did not go away, not even when it was killed");
        }
        host.connections().closeAll();
        if (published) {
            stopped();
        }
        return result();
    }

    /** @return false when it still lives */
    private static boolean end(Postmaster postmaster, StopMode mode, Optional<Duration> timeout)
            throws InterruptedException {
        if (mode == StopMode.FAST) {
            postmaster.signal(Signal.INT);
            if (postmaster.awaitExit(timeout.orElse(FOR_EVER))) {
                return true;
            }
            LOG.warn(
                    "{} did not stop within {} s: immediate shutdown",
                    postmaster,
                    timeout.orElse(FOR_EVER).toSeconds());
        }
        postmaster.signal(Signal.QUIT);
        // The limit of a fast stop is spent: it was given because a lease ends or because clients have waited long
        // enough.
        Duration limit = mode == StopMode.FAST ? IMMEDIATE_AFTER_FAST : timeout.orElse(IMMEDIATE_LIMIT);
        if (postmaster.awaitExit(limit)) {
            return true;
        }
        postmaster.killWithChildren();
        return postmaster.awaitExit(KILL_LIMIT);
    }

    private void stopped() {
        Memory memory = host.memory();
        memory.state(PostgresState.STOPPED);
        switch (memory.role()) {
            case PRIMARY, PROMOTED, STANDBY_LEADER -> memory.role(Role.DEMOTED);
            default -> {}
        }
        host.call("on_stop", memory.role());
    }

    private Stopped result() throws InterruptedException {
        Optional<ControlData> control = host.control().read().filter(ControlData::shutDown);
        if (control.isEmpty()) {
            return new Stopped.Ended();
        }
        ControlData data = control.get();
        return new Stopped.Cleanly(data.checkpoint(), beforeSwitch(data), data.checkpointTimeline());
    }

    /** Only archiving puts a WAL switch in front of the shutdown checkpoint; reading WAL costs a process. */
    private Lsn beforeSwitch(ControlData data) throws InterruptedException {
        String archiveMode = host.settings().parameters().getOrDefault("archive_mode", "off");
        boolean archiving = !archiveMode.isEmpty()
                && !"off".startsWith(archiveMode)
                && !"false".startsWith(archiveMode)
                && !"no".startsWith(archiveMode)
                && !archiveMode.equals("0");
        return archiving
                ? new ShutdownCheckpoint(host.installation(), host.settings().dataDir(), host.control())
                        .beforeSwitch(data)
                : data.checkpoint();
    }
}
