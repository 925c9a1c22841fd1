package io.orangery.postgres;

import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.ControlData;
import io.orangery.postgres.LocalPostgres.Divergence;
import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.LocalPostgres.StopMode;
import io.orangery.postgres.LocalPostgres.Stopped;
import io.orangery.postgres.LocalPostgres.Upstream;
import io.orangery.postgres.rewind.DivergenceCheck;
import io.orangery.postgres.rewind.Rewind;
import io.orangery.postgres.rewind.SingleUserRecovery;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

/** Bringing this node's WAL back to the leader's history (ha-behaviour 10.1, 25). Blocking. */
final class Rewinding {
    private static final int HANDLES_BACKUP_LABEL = 15;

    private final Host host;
    private final Stop stop;

    Rewinding(Host host, Stop stop) {
        this.host = host;
        this.stop = stop;
    }

    Divergence check(Upstream leader) throws IOException, InterruptedException {
        boolean running = host.server().find().isPresent();
        DivergenceCheck check = new DivergenceCheck(host.connections(), host.tools());
        return switch (check.run(host.settings(), running, host.control().read(), leader.address())) {
            case DivergenceCheck.Verdict.Diverged(String why) -> new Divergence.Needed(why);
            case DivergenceCheck.Verdict.Same() -> new Divergence.NotNeeded();
            case DivergenceCheck.Verdict.Undetermined(String why) -> new Divergence.Undetermined(why);
        };
    }

    boolean possible() throws InterruptedException {
        return host.settings().usePgRewind()
                && host.control()
                        .read()
                        .filter(control -> control.walLogHints() || control.checksumVersion() > 0)
                        .isPresent();
    }

    Outcome rewind(Upstream leader) throws IOException, InterruptedException {
        if (stop.stop(StopMode.FAST, Optional.of(host.settings().pgCtlTimeout()), true)
                instanceof Stopped.Failed(String why)) {
            return new Outcome.Failed("not stopped: " + why);
        }
        if (host.control().read().filter(Rewinding::crashed).isPresent()) {
            Outcome recovered = recover();
            if (!recovered.ok()) {
                return recovered;
            }
        }
        var rewind = new Rewind(host.connections(), host.tools());
        return switch (rewind.run(host.settings(), host.version(), leader.address(), leader.leaderCheckpointDone())) {
            case Rewind.Outcome.Done() -> new Outcome.Ok();
            case Rewind.Outcome.NotYet(String why) -> new Outcome.Failed(why);
            case Rewind.Outcome.Failed(String why) -> new Outcome.Failed(why);
        };
    }

    /** pg_rewind wants a data directory that was shut down. */
    private static boolean crashed(ControlData control) {
        return !control.state().equals("shut down") && !control.state().equals("shut down in recovery");
    }

    Outcome recover() throws IOException, InterruptedException {
        if (host.server().find().isPresent()) {
            return new Outcome.Failed(
                    "PostgreSQL runs on " + host.settings().dataDir() + ": single-user mode needs it stopped");
        }
        // A backup that was just restored would be ruined (T17).
        if (host.version().atLeast(HANDLES_BACKUP_LABEL)
                && Files.exists(host.settings().dataDir().resolve("backup_label"))) {
            return new Outcome.Failed("backup_label exists: PostgreSQL's own start handles it");
        }
        int exitCode = new SingleUserRecovery(host.tools()).run(host.settings(), host.version());
        Optional<ControlData> after = host.control().read();
        return after.filter(Rewinding::crashed).isEmpty() && after.isPresent()
                ? new Outcome.Ok()
                : new Outcome.Failed("crash recovery in single-user mode: exit code " + exitCode
                        + ", control file says " + after.map(ControlData::state).orElse("nothing"));
    }

    Outcome removeDataDirectory() throws IOException {
        if (host.server().find().isPresent()) {
            return new Outcome.Failed("PostgreSQL runs on " + host.settings().dataDir() + ": the directory stays");
        }
        host.directory().remove();
        host.memory().role(Role.UNINITIALIZED);
        host.memory().state(PostgresState.STOPPED);
        return new Outcome.Ok();
    }
}
