package io.orangery.postgres;

import io.orangery.core.cluster.MemberData.ChangedParameter;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.time.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is remembered of PostgreSQL between looks: state, role, what waits for a restart (ha-behaviour 1.1, 1.2). Any thread. */
final class Memory {
    private static final Logger LOG = LoggerFactory.getLogger(Memory.class);

    private final Ticker ticker;
    private PostgresState state = PostgresState.STOPPED;
    private Duration stateSince;
    private Role role = Role.UNINITIALIZED;
    private Duration roleSince;
    private Map<String, ChangedParameter> pendingRestart = Map.of();
    private Optional<String> synchronousNames = Optional.empty();
    private boolean synchronousNamesManaged;
    private Map<String, String> bounds = Map.of();
    private boolean bootstrapping;

    Memory(Ticker ticker) {
        this.ticker = ticker;
        this.stateSince = ticker.now();
        this.roleSince = stateSince;
    }

    synchronized PostgresState state() {
        return state;
    }

    synchronized Duration stateSince() {
        return stateSince;
    }

    synchronized Role role() {
        return role;
    }

    synchronized void state(PostgresState next) {
        if (state != next) {
            LOG.info("PostgreSQL's state: {} -> {}", state.text(), next.text());
            state = next;
            stateSince = ticker.now();
        }
    }

    synchronized void role(Role next) {
        if (role != next) {
            LOG.info("PostgreSQL's role: {} -> {}", role.text(), next.text());
            role = next;
            roleSince = ticker.now();
        }
    }

    /**
     * The server answered. A command that is under way has the last word on the state.
     *
     * @param asked when: an answer to an older question says nothing about a role that was taken since
     */
    synchronized void answered(boolean inRecovery, Duration asked) {
        switch (state) {
            case STARTING, BOOTSTRAP_STARTING, STOPPED, START_FAILED, CRASHED, RESTART_FAILED, STOP_FAILED ->
                state(PostgresState.RUNNING);
            default -> {}
        }
        if (asked.compareTo(roleSince) < 0) {
            return;
        }
        if (!inRecovery) {
            role(Role.PRIMARY);
        } else if (role != Role.STANDBY_LEADER && role != Role.PROMOTED) {
            role(Role.REPLICA);
        }
    }

    /** A postmaster lives, and startup is not over. */
    synchronized void stillStarting() {
        switch (state) {
            case RUNNING, STOPPED, START_FAILED, CRASHED, RESTART_FAILED -> state(PostgresState.STARTING);
            default -> {}
        }
    }

    /**
     * No postmaster lives.
     *
     * @return true when nobody had asked for that
     */
    synchronized boolean gone() {
        switch (state) {
            case RUNNING -> state(PostgresState.CRASHED);
            case STARTING, BOOTSTRAP_STARTING -> state(PostgresState.START_FAILED);
            case STOPPING -> state(PostgresState.STOPPED);
            default -> {}
        }
        return state == PostgresState.CRASHED || state == PostgresState.START_FAILED;
    }

    synchronized Map<String, ChangedParameter> pendingRestart() {
        return pendingRestart;
    }

    synchronized void pendingRestart(Map<String, ChangedParameter> next) {
        pendingRestart = Map.copyOf(next);
    }

    /** The managed value of {@code synchronous_standby_names}; see {@link #synchronousNamesManaged()}. */
    synchronized Optional<String> synchronousNames() {
        return synchronousNames;
    }

    synchronized boolean synchronousNamesManaged() {
        return synchronousNamesManaged;
    }

    /** @param names empty: not managed, the user's own value counts */
    synchronized void synchronousNames(Optional<String> names) {
        synchronousNames = names;
        synchronousNamesManaged = names.isPresent();
    }

    /** Parameters that are bounded for the time of a switchover, with their values; see {@link ManagedParameters}. */
    synchronized Map<String, String> bounds() {
        return bounds;
    }

    synchronized void bounds(Map<String, String> next) {
        bounds = Map.copyOf(next);
    }

    synchronized boolean bootstrapping() {
        return bootstrapping;
    }

    synchronized void bootstrapping(boolean now) {
        bootstrapping = now;
    }
}
