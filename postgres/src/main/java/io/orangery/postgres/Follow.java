package io.orangery.postgres;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.LocalPostgres.StopMode;
import io.orangery.postgres.LocalPostgres.Stopped;
import io.orangery.postgres.LocalPostgres.Upstream;
import io.orangery.postgres.configuration.PgPass;
import io.orangery.postgres.configuration.RecoveryDifference;
import io.orangery.postgres.configuration.RecoverySettings;
import io.orangery.postgres.configuration.Wanted;
import io.orangery.postgres.process.Postmaster;
import io.orangery.postgres.process.Signal;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the server a standby of somebody, or of nobody (ha-behaviour 17.3); also the restart in the present role. Blocking. */
final class Follow {
    private static final Logger LOG = LoggerFactory.getLogger(Follow.class);
    private static final int STATEMENT_TIMEOUT_MILLIS = 2000;

    private final Host host;
    private final Start start;
    private final Stop stop;
    /** What was written last, or found when a running standby was taken over; empty: unknown, or a primary. */
    private volatile Optional<LinkedHashMap<String, String>> inForce = Optional.empty();

    Follow(Host host, Start start, Stop stop) {
        this.host = host;
        this.start = start;
        this.stop = stop;
    }

    Outcome follow(Optional<Upstream> upstream, Role role, Optional<Duration> timeout)
            throws IOException, InterruptedException {
        LinkedHashMap<String, String> recovery = recovery(upstream);
        login(upstream);
        Wanted wanted = host.wantedAsStandby(recovery);
        Optional<Postmaster> postmaster = host.server().find();
        boolean roleChange = changesRole(role);
        if (postmaster.isEmpty()) {
            host.directory().removePromoteTrigger();
            inForce = Optional.of(recovery);
            return start.start(wanted, role, roleChange ? "on_role_change" : "on_start", timeout);
        }
        return switch (difference(postmaster.get(), wanted)) {
            case SAME -> {
                inForce = Optional.of(recovery);
                yield take(role, roleChange);
            }
            case RELOAD -> {
                host.writePostgresqlConf(wanted);
                inForce = Optional.of(recovery);
                postmaster.get().signal(Signal.HUP);
                LOG.info(
                        "follows {} after a reload",
                        upstream.map(of -> of.address().toString()).orElse("nobody"));
                yield take(role, roleChange);
            }
            case RESTART -> {
                LOG.info(
                        "restarts to follow {}",
                        upstream.map(of -> of.address().toString()).orElse("nobody"));
                inForce = Optional.of(recovery);
                yield restart(wanted, role, roleChange ? "on_role_change" : "on_restart", timeout);
            }
        };
    }

    /** Nothing is asked or read: what was written last against what would be written now. */
    boolean follows(Optional<Upstream> upstream) {
        try {
            return inForce.isPresent()
                    && host.memory().role() != Role.PRIMARY
                    && inForce.get().equals(recovery(upstream));
        } catch (IOException unknownVersion) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private LinkedHashMap<String, String> recovery(Optional<Upstream> upstream)
            throws IOException, InterruptedException {
        Optional<HostPort> address = upstream.map(Upstream::address);
        boolean ownSlot = upstream.flatMap(Upstream::name).isPresent();
        return RecoverySettings.of(host.settings(), host.version(), address, ownSlot);
    }

    private void login(Optional<Upstream> upstream) throws IOException {
        if (upstream.isPresent()) {
            List<String> lines =
                    PgPass.lines(host.settings().replication(), upstream.get().address());
            if (!lines.isEmpty()) {
                host.files().writePgPass(lines);
            }
        }
    }

    private boolean changesRole(Role next) {
        Role now = host.memory().role();
        boolean moved = now == Role.PRIMARY
                || now == Role.PROMOTED
                || now == Role.DEMOTED
                || now == Role.STANDBY_LEADER && next == Role.REPLICA
                || now == Role.REPLICA && next == Role.STANDBY_LEADER;
        return moved && host.callbacks().called();
    }

    private RecoveryDifference difference(Postmaster postmaster, Wanted wanted) {
        if (host.memory().role() == Role.PRIMARY) {
            return RecoveryDifference.RESTART;
        }
        if (!postmaster.started()) {
            return host.files().recoveryDiffers(wanted, Optional.empty());
        }
        try (Connection connection = host.connections().superuser("follow", STATEMENT_TIMEOUT_MILLIS)) {
            return host.files().recoveryDiffers(wanted, Optional.of(connection));
        } catch (SQLException notNow) {
            LOG.warn("the recovery settings in force could not be asked: {}", notNow.getMessage());
            return host.files().recoveryDiffers(wanted, Optional.empty());
        }
    }

    private Outcome take(Role role, boolean roleChange) {
        if (host.memory().role() != role) {
            host.memory().role(role);
            if (roleChange) {
                host.call("on_role_change", role);
            }
        }
        return new Outcome.Ok();
    }

    Outcome restart(Duration startTimeout) throws IOException, InterruptedException {
        boolean primary = host.memory().role() == Role.PRIMARY;
        if (primary) {
            return restartPrimary(Optional.of(startTimeout));
        }
        LinkedHashMap<String, String> recovery = inForce.isPresent() ? inForce.get() : recovery(Optional.empty());
        Role role = host.memory().role() == Role.STANDBY_LEADER ? Role.STANDBY_LEADER : Role.REPLICA;
        return restart(host.wantedAsStandby(recovery), role, "on_restart", Optional.of(startTimeout));
    }

    /**
     * The files are written before the stop: the start then finds them as they have to be. Nothing reads them in between; should the server not
     * stop, what it runs with is written again.
     */
    private Outcome restartPrimary(Optional<Duration> startTimeout) throws IOException, InterruptedException {
        Optional<Postmaster> running = host.server().find();
        Wanted before = host.wantedOfPrimary();
        Wanted next = host.wantedAsPrimary();
        host.writeAll(next);
        Outcome outcome = restart(next, Role.PRIMARY, "on_restart", startTimeout);
        boolean goesOn = running.isPresent() && host.server().find().equals(running);
        if (outcome instanceof Outcome.Failed && goesOn) {
            host.writePostgresqlConf(before);
        }
        return outcome;
    }

    private Outcome restart(Wanted wanted, Role role, String callback, Optional<Duration> startTimeout)
            throws IOException, InterruptedException {
        try {
            if (stop.stop(StopMode.FAST, Optional.empty(), false) instanceof Stopped.Failed(String why)) {
                host.memory().state(PostgresState.RESTART_FAILED);
                return new Outcome.Failed("not stopped: " + why);
            }
            host.memory().state(PostgresState.RESTARTING);
            return start.start(wanted, role, callback, startTimeout);
        } catch (InterruptedException cancelled) {
            host.memory().state(PostgresState.RESTART_FAILED);
            throw cancelled;
        }
    }

    /** Recovery settings of the present server, for a rewrite of its files. */
    Wanted present() throws IOException, InterruptedException {
        // While a promotion is under way the signal file is PostgreSQL's to remove.
        boolean primary = host.memory().role() == Role.PRIMARY;
        return primary
                ? host.wantedOfPrimary()
                : host.wantedAsStandby(inForce.isPresent() ? inForce.get() : recovery(Optional.empty()));
    }

    void found(LinkedHashMap<String, String> recovery) {
        inForce = Optional.of(recovery);
    }

    /** It became a primary, or the directory is another one now. */
    void forget() {
        inForce = Optional.empty();
    }
}
