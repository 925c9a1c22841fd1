package io.orangery.http;

import io.orangery.core.policy.DcsSeen;
import io.orangery.core.policy.MemberPublication;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.protocol.MemberJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The status document (rest-api 7). Peers decide on it, so it never invents: without an answer of the server there is no {@code xlog}, and
 * peers count this node as not reachable.
 */
final class StatusDocument {
    private final NodeStatus status;
    private final View view;
    private final Map<String, Object> json = new LinkedHashMap<>();

    private StatusDocument(NodeStatus status) {
        this.status = status;
        this.view = status.view();
    }

    /**
     * @param seen what was seen; its reason and problem go into a field of our own
     * @param version of this software
     */
    static Map<String, Object> of(Agent.Seen seen, Duration now, String version) {
        StatusDocument document = new StatusDocument(new NodeStatus(seen.view(), now));
        document.server();
        document.cluster();
        document.node();
        document.own(seen, version);
        return document.json;
    }

    private void server() {
        json.put("state", status.state());
        status.row().ifPresent(row -> json.put("postmaster_start_time", PostgresTime.document(row.startedAt())));
        json.put("role", status.role());
        status.row().ifPresent(this::fullForm);
    }

    private void fullForm(MonitoringRow row) {
        json.put("server_version", row.serverVersion());
        json.put(
                "xlog",
                row.inRecovery()
                        ? standbyPositions(row)
                        : Map.of("location", row.walPosition().bytes()));
        flag("sync_standby", status.syncStandby());
        flag("quorum_standby", status.quorumStandby());
        json.put("timeline", view.postgres().flatMap(PostgresSeen::timeline).orElse(null));
        status.replicationState().ifPresent(state -> json.put("replication_state", state));
        if (!row.standbys().isEmpty()) {
            json.put("replication", replication(row));
        }
    }

    private Map<String, Object> standbyPositions(MonitoringRow row) {
        Map<String, Object> positions = new LinkedHashMap<>();
        positions.put("received_location", status.received().bytes());
        positions.put("replayed_location", status.replayed().bytes());
        positions.put(
                "replayed_timestamp",
                row.replayTimestamp().map(PostgresTime::document).orElse(null));
        positions.put("paused", row.replayPaused());
        return positions;
    }

    private static List<Map<String, Object>> replication(MonitoringRow row) {
        List<Map<String, Object>> senders = new ArrayList<>();
        for (MonitoringRow.Standby standby : row.standbys()) {
            Map<String, Object> sender = new LinkedHashMap<>();
            sender.put("usename", standby.userName());
            sender.put("application_name", standby.applicationName());
            String address = standby.clientAddress();
            sender.put("client_addr", address == null || address.isEmpty() ? null : address);
            sender.put("state", standby.state());
            sender.put("sync_state", standby.syncState());
            sender.put("sync_priority", standby.syncPriority());
            senders.add(sender);
        }
        return senders;
    }

    private void cluster() {
        flag("pause", view.paused());
        flag(
                "cluster_unlocked",
                status.cluster().filter(cluster -> !cluster.unlocked()).isEmpty());
        json.put("dcs_last_seen", dcsLastSeen(view));
    }

    private void node() {
        Map<String, Object> tags = MemberJson.publishedTags(view.settings().tags());
        if (!tags.isEmpty()) {
            json.put("tags", tags);
        }
        view.postgres()
                .flatMap(PostgresSeen::systemIdentifier)
                .ifPresent(identifier -> json.put("database_system_identifier", identifier));
        view.postgres()
                .map(PostgresSeen::pendingRestart)
                .filter(pending -> !pending.isEmpty())
                .ifPresent(pending -> {
                    json.put("pending_restart", true);
                    json.put("pending_restart_reason", MemberJson.pendingRestart(pending));
                });
        Map<String, Object> patroni = new LinkedHashMap<>();
        patroni.put("version", MemberPublication.PROTOCOL_VERSION);
        patroni.put("scope", view.settings().scope());
        patroni.put("name", view.self().name());
        json.put("patroni", patroni);
    }

    private void own(Agent.Seen seen, String version) {
        Map<String, Object> orangery = new LinkedHashMap<>();
        orangery.put("version", version);
        seen.why().ifPresent(why -> orangery.put("decision", why));
        view.operation()
                .ifPresent(running -> orangery.put("operation", running.kind().text()));
        seen.configurationProblem().ifPresent(problem -> orangery.put("configuration_problem", problem));
        orangery.put("prepared_to_lead", view.memory().preparedFor().isPresent());
        if (!seen.lastPauseMillis().isEmpty()) {
            orangery.put("last_pause_ms", seen.lastPauseMillis());
        }
        json.put("orangery", orangery);
    }

    private void flag(String field, boolean set) {
        if (set) {
            json.put(field, true);
        }
    }

    /**
     * Unix time of the last read of the keys that succeeded; 0 if there was none. While the store cannot be reached: when that began, which is at
     * most one period later.
     */
    static long dcsLastSeen(View view) {
        return switch (view.dcs()) {
            case DcsSeen.NotYet none -> 0;
            case DcsSeen.Fresh fresh -> wallClockAt(view, fresh.readAt());
            case DcsSeen.Unreachable unreachable ->
                unreachable.last().isEmpty() ? 0 : wallClockAt(view, unreachable.since());
        };
    }

    private static long wallClockAt(View view, Duration moment) {
        return view.wallClock().minus(view.now().minus(moment)).getEpochSecond();
    }
}
