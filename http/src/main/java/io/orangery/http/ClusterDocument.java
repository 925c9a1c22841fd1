package io.orangery.http;

import io.orangery.core.admission.GroupMode;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.FailoverRequest;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.MemberData;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.settings.SynchronousMode;
import io.orangery.protocol.MemberJson;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The topology document of one group (rest-api 9.1). Pure. */
final class ClusterDocument {
    /** Numeric offset always, fraction only if there is one (rest-api 21.3). */
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss");

    private final ClusterView cluster;
    private final GroupMode mode;

    private ClusterDocument(ClusterView cluster, GroupMode mode) {
        this.cluster = cluster;
        this.mode = mode;
    }

    static Map<String, Object> of(ClusterView cluster, GroupMode mode, String scope) {
        ClusterDocument document = new ClusterDocument(cluster, mode);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(
                "members",
                cluster.members().stream()
                        .sorted((a, b) -> a.id().compareTo(b.id()))
                        .map(document::member)
                        .toList());
        json.put("scope", scope);
        if (mode.paused()) {
            json.put("pause", true);
        }
        cluster.failover().flatMap(ClusterDocument::scheduled).ifPresent(at -> json.put("scheduled_switchover", at));
        return json;
    }

    private static Optional<Map<String, Object>> scheduled(FailoverRequest request) {
        return request.scheduledAt().map(at -> {
            Map<String, Object> scheduled = new LinkedHashMap<>();
            var time = at.atOffset(ZoneOffset.UTC);
            String fraction = time.getNano() == 0 ? "" : ".%06d".formatted(time.getNano() / 1000);
            scheduled.put("at", ISO.format(time) + fraction + "+00:00");
            request.leader().ifPresent(leader -> scheduled.put("from", leader.name()));
            request.candidate().ifPresent(candidate -> scheduled.put("to", candidate.name()));
            return scheduled;
        });
    }

    private Map<String, Object> member(Member member) {
        MemberData data = member.data();
        boolean leads = cluster.ledBy(member.id());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", member.id().name());
        json.put("role", role(member, leads));
        json.put("state", state(data, leads && !mode.standbyCluster()));
        json.put("api_url", data.apiUrl().orElse(null));
        data.address().ifPresent(address -> {
            json.put("host", address.host());
            json.put("port", address.port());
        });
        data.timeline().ifPresent(timeline -> json.put("timeline", timeline));
        if (data.pendingRestartFlag()) {
            json.put("pending_restart", true);
        }
        if (!data.pendingRestart().isEmpty()) {
            json.put("pending_restart_reason", MemberJson.pendingRestart(data.pendingRestart()));
        }
        Optional.ofNullable(data.extra().get("scheduled_restart"))
                .ifPresent(restart -> json.put("scheduled_restart", restart));
        if (!data.tags().values().isEmpty()) {
            json.put("tags", data.tags().values());
        }
        if (!leads) {
            position(json, "receive_", data.receiveLsn());
            position(json, "replay_", data.replayLsn());
            position(json, "", data.walLocation());
        }
        return json;
    }

    private String role(Member member, boolean leads) {
        if (leads) {
            return mode.standbyCluster() ? "standby_leader" : "leader";
        }
        if (mode.synchronousMode() == SynchronousMode.OFF || !cluster.sync().votes(member.id())) {
            return "replica";
        }
        return mode.synchronousMode() == SynchronousMode.QUORUM ? "quorum_standby" : "sync_standby";
    }

    private static String state(MemberData data, boolean leader) {
        String state = data.state() == PostgresState.UNKNOWN ? "" : data.state().text();
        return leader
                ? state
                : data.replicationState().filter(text -> !text.isEmpty()).orElse(state);
    }

    private void position(Map<String, Object> json, String prefix, Optional<Lsn> lsn) {
        json.put(prefix + "lsn", lsn.map(Lsn::toString).orElse("unknown"));
        json.put(
                prefix + "lag",
                lsn.<Object>map(position -> position.behind(cluster.status().optime()))
                        .orElse("unknown"));
    }
}
