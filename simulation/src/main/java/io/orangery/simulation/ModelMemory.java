package io.orangery.simulation;

import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.time.Ticker;
import java.time.Duration;
import java.util.Optional;

/** What one run of an agent remembers of its PostgreSQL; the same rules as the real adapter's (ha-behaviour 1.1, 1.2). */
final class ModelMemory {
    private final Ticker ticker;
    private PostgresState state = PostgresState.STOPPED;
    private Duration stateSince;
    private Role role = Role.UNINITIALIZED;
    private Optional<String> managedNames = Optional.empty();
    private Optional<Optional<String>> follows = Optional.empty();

    ModelMemory(Ticker ticker) {
        this.ticker = ticker;
        this.stateSince = ticker.now();
    }

    PostgresState state() {
        return state;
    }

    void state(PostgresState next) {
        if (state != next) {
            state = next;
            stateSince = ticker.now();
        }
    }

    Duration stateSince() {
        return stateSince;
    }

    Role role() {
        return role;
    }

    void role(Role next) {
        role = next;
    }

    void answered(boolean inRecovery) {
        switch (state) {
            case STARTING, BOOTSTRAP_STARTING, STOPPED, START_FAILED, CRASHED, RESTART_FAILED, STOP_FAILED ->
                state(PostgresState.RUNNING);
            default -> {}
        }
        if (!inRecovery) {
            role = Role.PRIMARY;
        } else if (role != Role.PROMOTED) {
            role = Role.REPLICA;
        }
    }

    void stillStarting() {
        switch (state) {
            case RUNNING, STOPPED, START_FAILED, CRASHED, RESTART_FAILED -> state(PostgresState.STARTING);
            default -> {}
        }
    }

    void gone() {
        switch (state) {
            case RUNNING -> state(PostgresState.CRASHED);
            case STARTING, BOOTSTRAP_STARTING -> state(PostgresState.START_FAILED);
            case STOPPING -> state(PostgresState.STOPPED);
            default -> {}
        }
    }

    void stopped() {
        state(PostgresState.STOPPED);
        if (role == Role.PRIMARY || role == Role.PROMOTED) {
            role = Role.DEMOTED;
        }
    }

    /** The managed synchronous_standby_names; empty: not managed. */
    Optional<String> managedNames() {
        return managedNames;
    }

    void managedNames(Optional<String> names) {
        managedNames = names;
    }

    /** Whom the configuration in force follows; outer empty: not known. */
    Optional<Optional<String>> follows() {
        return follows;
    }

    void follows(Optional<Optional<String>> upstream) {
        follows = upstream;
    }
}
