package io.orangery.core.postgres;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.MemberData.ChangedParameter;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * One look at the local PostgreSQL. Immutable.
 *
 * @param postmaster process id; empty: no postmaster runs on this data directory
 * @param state as published
 * @param stateSince monotonic time at which {@code state} was entered
 * @param role as published: of the server when it answered, else as remembered
 * @param row empty when the server was not asked or did not answer; see {@code rowFailure}
 * @param rowFailure why there is no row; empty when there is one or nothing runs
 * @param pendingRestart parameters that wait for a restart
 * @param replicationTimeline timeline by IDENTIFY_SYSTEM, cached; empty when unknown
 * @param lookedAt monotonic time at which the look began
 */
public record PostgresSeen(
        DataDirectory directory,
        Optional<Long> postmaster,
        PostgresState state,
        Duration stateSince,
        Role role,
        Optional<MonitoringRow> row,
        Optional<String> rowFailure,
        Map<String, ChangedParameter> pendingRestart,
        Optional<Integer> replicationTimeline,
        Duration lookedAt) {

    public boolean postmasterAlive() {
        return postmaster.isPresent();
    }

    /**
     * The server is a primary: it says so, or it does not answer and was one when it last did (ha-behaviour 5, trap T10).
     */
    public boolean primary() {
        return row.map(answer -> !answer.inRecovery()).orElse(postmasterAlive() && role == Role.PRIMARY);
    }

    /** The server may accept writes now or after a start that is under way. */
    public boolean mayBeWritable() {
        return primary() || postmasterAlive() && role == Role.PROMOTED;
    }

    public boolean starting() {
        return postmasterAlive() && state.starting();
    }

    public Optional<Lsn> position() {
        return row.map(MonitoringRow::position);
    }

    public Optional<String> systemIdentifier() {
        return directory.controlData().map(ControlData::systemIdentifier);
    }

    /** Timeline to publish and compare: a primary's own; a standby's received one, else what IDENTIFY_SYSTEM said. */
    public Optional<Integer> timeline() {
        return row.flatMap(answer -> answer.inRecovery()
                ? answer.receivedTimeline().or(() -> replicationTimeline)
                : Optional.of(answer.timeline()));
    }

    /** This look without the server's answer. */
    public PostgresSeen withoutRow(String why) {
        return new PostgresSeen(
                directory,
                postmaster,
                state,
                stateSince,
                role,
                Optional.empty(),
                Optional.of(why),
                pendingRestart,
                replicationTimeline,
                lookedAt);
    }
}
