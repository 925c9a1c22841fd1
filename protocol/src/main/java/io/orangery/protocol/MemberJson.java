package io.orangery.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.MemberData;
import io.orangery.core.cluster.MemberData.ChangedParameter;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.cluster.Tags;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The value of a member key (dcs-layout 3.4). Fields that are not known are kept for display and ignored otherwise. */
public final class MemberJson {
    private MemberJson() {}

    /** Extra field: address of the agent's mesh node. Readers of other kinds ignore it. */
    public static final String MESH_FIELD = "orangery_mesh";

    private static final Set<String> KNOWN = Set.of(
            "conn_url",
            "api_url",
            "state",
            "role",
            "version",
            "tags",
            "xlog_location",
            "replay_lsn",
            "receive_lsn",
            "replication_state",
            "timeline",
            "pending_restart",
            "pending_restart_reason",
            "checkpoint_after_promote",
            "pause",
            "conn_kwargs",
            MESH_FIELD);

    public static String write(MemberData data) {
        Map<String, Object> json = new LinkedHashMap<>();
        data.connUrl().ifPresent(url -> json.put("conn_url", url));
        data.apiUrl().ifPresent(url -> json.put("api_url", url));
        json.put("state", data.state().text());
        json.put("role", data.role().text());
        data.softwareVersion().ifPresent(version -> json.put("version", version));
        if (!data.checkpointAfterPromote()) {
            json.put("checkpoint_after_promote", false);
        }
        Map<String, Object> tags = publishedTags(data.tags());
        if (!tags.isEmpty()) {
            json.put("tags", tags);
        }
        if (data.pendingRestartFlag()) {
            json.put("pending_restart", true);
            json.put("pending_restart_reason", pendingRestart(data.pendingRestart()));
        }
        data.walLocation().ifPresent(lsn -> json.put("xlog_location", lsn.bytes()));
        data.receiveLsn().ifPresent(lsn -> json.put("receive_lsn", lsn.bytes()));
        data.replayLsn().ifPresent(lsn -> json.put("replay_lsn", lsn.bytes()));
        data.replicationState().ifPresent(state -> json.put("replication_state", state));
        data.timeline().filter(timeline -> timeline > 0).ifPresent(timeline -> json.put("timeline", timeline));
        if (data.pause()) {
            json.put("pause", true);
        }
        data.meshAddress().ifPresent(address -> json.put(MESH_FIELD, address));
        return Json.write(json);
    }

    /** Tolerant: what cannot be read is absent. */
    public static MemberData read(String value) {
        if (value.startsWith("postgres")) {
            return ancient(value);
        }
        return Json.parse(value)
                .filter(JsonNode::isObject)
                .map(MemberJson::read)
                .orElse(MemberData.NONE);
    }

    private static MemberData read(JsonNode json) {
        Optional<String> connUrl = Json.text(json, "conn_url");
        Map<String, Object> extra =
                new LinkedHashMap<>(Json.parseObject(json.toString()).orElse(Map.of()));
        extra.keySet().removeAll(KNOWN);
        return new MemberData(
                connUrl.flatMap(MemberJson::address).or(() -> addressOfKwargs(json.get("conn_kwargs"))),
                connUrl,
                Json.text(json, "api_url"),
                Json.text(json, "state").map(PostgresState::of).orElse(PostgresState.UNKNOWN),
                Json.text(json, "role").map(Role::of).orElse(Role.UNKNOWN),
                Json.text(json, "version"),
                tags(json.get("tags")),
                Json.number(json, "xlog_location").map(Lsn::new),
                Json.number(json, "replay_lsn").map(Lsn::new),
                Json.number(json, "receive_lsn").map(Lsn::new),
                Json.text(json, "replication_state"),
                Json.number(json, "timeline").map(Long::intValue).filter(timeline -> timeline > 0),
                reasons(json.get("pending_restart_reason")),
                Json.flag(json, "pending_restart"),
                !json.has("checkpoint_after_promote") || Json.flag(json, "checkpoint_after_promote"),
                Json.flag(json, "pause"),
                Json.text(json, MESH_FIELD),
                extra);
    }

    /** False boolean tags are not published, except the two that readers need beside a priority (ha-behaviour 1.4). */
    public static Map<String, Object> publishedTags(Tags tags) {
        Map<String, Object> published = new LinkedHashMap<>();
        tags.values().forEach((tag, value) -> {
            boolean needed = tag.equals("nofailover") && tags.values().containsKey("failover_priority")
                    || tag.equals("nosync") && tags.values().containsKey("sync_priority");
            boolean predefined = switch (tag) {
                case "nofailover", "nosync", "nostream", "noloadbalance", "clonefrom" -> true;
                default -> false;
            };
            if (!predefined || needed || !Boolean.FALSE.equals(value)) {
                published.put(tag, value);
            }
        });
        return published;
    }

    /** As {@code pending_restart_reason} says it. */
    public static Map<String, Object> pendingRestart(Map<String, ChangedParameter> pending) {
        Map<String, Object> reasons = new LinkedHashMap<>();
        pending.forEach((name, change) -> {
            Map<String, Object> reason = new LinkedHashMap<>();
            reason.put("old_value", change.oldValue());
            reason.put("new_value", change.newValue());
            reasons.put(name, reason);
        });
        return reasons;
    }

    private static Map<String, ChangedParameter> reasons(JsonNode json) {
        Map<String, ChangedParameter> reasons = new LinkedHashMap<>();
        if (json != null && json.isObject()) {
            json.properties()
                    .forEach(entry -> reasons.put(
                            entry.getKey(),
                            new ChangedParameter(
                                    Json.text(entry.getValue(), "old_value").orElse("?"),
                                    Json.text(entry.getValue(), "new_value").orElse("?"))));
        }
        return reasons;
    }

    private static Tags tags(JsonNode json) {
        return json == null || !json.isObject()
                ? Tags.NONE
                : new Tags(Json.parseObject(json.toString()).orElse(Map.of()));
    }

    private static Optional<HostPort> address(String connUrl) {
        try {
            URI uri = URI.create(connUrl);
            return uri.getHost() == null
                    ? Optional.empty()
                    : Optional.of(new HostPort(uri.getHost(), uri.getPort() == -1 ? 5432 : uri.getPort()));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    private static Optional<HostPort> addressOfKwargs(JsonNode kwargs) {
        if (kwargs == null || !kwargs.isObject()) {
            return Optional.empty();
        }
        return Json.text(kwargs, "host")
                .map(host -> new HostPort(
                        host, Json.number(kwargs, "port").orElse(5432L).intValue()));
    }

    /** A URL whose query parameter {@code application_name} holds the API URL. */
    private static MemberData ancient(String value) {
        int mark = value.indexOf("?application_name=");
        String connUrl = mark < 0 ? value : value.substring(0, mark);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("conn_url", connUrl);
        if (mark >= 0) {
            json.put("api_url", value.substring(mark + "?application_name=".length()));
        }
        return read(Json.parse(Json.write(json)).orElseThrow());
    }
}
