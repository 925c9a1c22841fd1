package io.orangery.core.policy;

import io.orangery.core.cluster.MemberData;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.NodeSettings;
import java.util.Map;
import java.util.Optional;

/** What a node publishes of itself in its member key (ha-behaviour 32, dcs-layout 3.4). Pure. */
public final class MemberPublication {
    /** Dotted numbers only, not lower than the release that is spoken: Patroni draws conclusions from it (dcs-layout 17). */
    public static final String PROTOCOL_VERSION = "4.1.4";

    private MemberPublication() {}

    /** @param meshAddress of the own mesh node; empty when the mesh is off or not yet up */
    public static MemberData of(View view, Optional<String> meshAddress) {
        NodeSettings settings = view.settings();
        Optional<PostgresSeen> seen = view.postgres();
        Optional<MonitoringRow> row =
                seen.filter(postgres -> showsPositions(view, postgres)).flatMap(PostgresSeen::row);
        Optional<MonitoringRow> standby = row.filter(MonitoringRow::inRecovery);
        Map<String, MemberData.ChangedParameter> pending =
                seen.map(PostgresSeen::pendingRestart).orElse(Map.of());
        return new MemberData(
                Optional.of(settings.postgres().connectAddress()),
                Optional.of("postgres://" + settings.postgres().connectAddress() + "/"
                        + settings.postgres().database()),
                Optional.of(settings.restApi().apiUrl()),
                seen.map(PostgresSeen::state).orElse(PostgresState.UNKNOWN),
                seen.map(postgres -> role(view, postgres)).orElse(Role.UNINITIALIZED),
                Optional.of(PROTOCOL_VERSION),
                settings.tags(),
                row.map(MonitoringRow::position),
                standby.flatMap(MonitoringRow::replayLsn).filter(lsn -> lsn.bytes() > 0),
                standby.map(MonitoringRow::receiveLsn).filter(lsn -> lsn.bytes() > 0),
                standby.flatMap(MemberPublication::replicationState),
                row.flatMap(answer -> seen.get().timeline()),
                pending,
                !pending.isEmpty(),
                !(view.holdsLease() && seen.filter(PostgresSeen::primary).isPresent())
                        || view.memory().checkpointAfterPromote(),
                view.paused(),
                meshAddress,
                Map.of());
    }

    private static Role role(View view, PostgresSeen postgres) {
        if (postgres.directory() instanceof DataDirectory.Empty) {
            return Role.UNINITIALIZED;
        }
        return postgres.role();
    }

    private static Optional<String> replicationState(MonitoringRow row) {
        if (row.streaming()) {
            return Optional.of("streaming");
        }
        return row.restoreCommandSet() ? Optional.of("in archive recovery") : Optional.empty();
    }

    private static boolean showsPositions(View view, PostgresSeen postgres) {
        boolean busy = view.operation()
                .filter(running -> running.kind() != Operation.Kind.PROMOTE)
                .isPresent();
        return !busy
                && switch (postgres.state()) {
                    case RUNNING, RESTARTING, STARTING -> true;
                    default -> false;
                };
    }
}
