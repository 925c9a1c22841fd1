package io.orangery.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import io.orangery.core.cluster.ClusterStatus;
import io.orangery.core.cluster.FailoverRequest;
import io.orangery.core.cluster.HandOver;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.SyncKey;
import io.orangery.core.cluster.TimelineHistory;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Values of the keys {@code status}, {@code sync}, {@code failover} and {@code history} (dcs-layout 3.5 to 3.9). */
public final class KeyJson {
    private KeyJson() {}

    /** Numeric offset always, fraction only if there is one. */
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true)
            .appendPattern("xxx")
            .toFormatter();

    private static final String HAND_OVER = "orangery_hand_over";

    // --- status
    // --------------------------------------------------------------------------------------------------------------------------

    public static String writeStatus(ClusterStatus status) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("optime", status.optime().bytes());
        if (!status.slots().isEmpty()) {
            Map<String, Long> slots = new TreeMap<>();
            status.slots().forEach((name, lsn) -> slots.put(name, lsn.bytes()));
            json.put("slots", slots);
        }
        if (!status.retainSlots().isEmpty()) {
            json.put("retain_slots", status.retainSlots().stream().sorted().toList());
        }
        return Json.write(json);
    }

    static ClusterStatus readStatus(StoredKey key) {
        Optional<JsonNode> json = Json.parse(key.value());
        if (json.isEmpty() || !json.get().isObject()) {
            return new ClusterStatus(new Lsn(Json.number(key.value()).orElse(0L)), Map.of(), List.of(), key.version());
        }
        Map<String, Lsn> slots = new TreeMap<>();
        unpacked(json.get().get("slots"))
                .ifPresent(node -> node.properties()
                        .forEach(entry -> slots.put(
                                entry.getKey(),
                                new Lsn(Json.number(entry.getValue().asText()).orElse(0L)))));
        List<String> retained = new ArrayList<>();
        unpacked(json.get().get("retain_slots")).ifPresent(node -> node.forEach(name -> retained.add(name.asText())));
        return new ClusterStatus(
                new Lsn(Json.number(json.get(), "optime").orElse(0L)), slots, List.copyOf(retained), key.version());
    }

    /** Kubernetes delivers these as JSON in a string. */
    private static Optional<JsonNode> unpacked(JsonNode node) {
        return node != null && node.isTextual() ? Json.parse(node.asText()) : Optional.ofNullable(node);
    }

    // --- sync
    // ----------------------------------------------------------------------------------------------------------------------------

    public static String writeSync(Optional<NodeId> leader, Collection<NodeId> voters, int quorum) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("leader", leader.map(NodeId::name).orElse(null));
        json.put("quorum", quorum);
        json.put(
                "sync_standby",
                voters.isEmpty()
                        ? null
                        : String.join(
                                ",",
                                new TreeSet<>(voters.stream().map(NodeId::name).toList())));
        return Json.write(json);
    }

    static SyncKey readSync(StoredKey key) {
        Optional<JsonNode> json = Json.parse(key.value()).filter(JsonNode::isObject);
        Optional<NodeId> leader = json.flatMap(node -> Json.text(node, "leader"))
                .filter(name -> !name.isBlank())
                .map(NodeId::new);
        if (leader.isEmpty()) {
            return new SyncKey(Optional.empty(), java.util.Set.of(), 0, key.version());
        }
        TreeSet<NodeId> voters = new TreeSet<>();
        Json.text(json.get(), "sync_standby").ifPresent(names -> {
            for (String name : names.split(",")) {
                if (!name.isBlank()) {
                    voters.add(new NodeId(name.strip()));
                }
            }
        });
        return new SyncKey(
                leader, voters, Json.number(json.get(), "quorum").orElse(0L).intValue(), key.version());
    }

    // --- failover
    // ------------------------------------------------------------------------------------------------------------------------

    public static String writeFailover(
            Optional<NodeId> leader, Optional<NodeId> candidate, Optional<OffsetDateTime> scheduledAt) {
        Map<String, Object> json = new LinkedHashMap<>();
        leader.ifPresent(name -> json.put("leader", name.name()));
        candidate.ifPresent(name -> json.put("member", name.name()));
        scheduledAt.ifPresent(time -> json.put("scheduled_at", TIME.format(time)));
        return Json.write(json);
    }

    /** Other agents read it as a switchover from this leader to this candidate, and do not look at the rest. */
    public static String writeHandOver(NodeId leader, NodeId candidate, HandOver handOver) {
        Map<String, Object> left = new LinkedHashMap<>();
        left.put("checkpoint", handOver.checkpoint().bytes());
        left.put("timeline", handOver.timeline());
        left.put("system_identifier", handOver.systemIdentifier());
        left.put("spent_ms", handOver.spentMillis());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("leader", leader.name());
        json.put("member", candidate.name());
        json.put(HAND_OVER, left);
        return Json.write(json);
    }

    /** Whatever is missing makes it worthless: evidence is never made up. */
    private static Optional<HandOver> handOver(JsonNode json) {
        JsonNode left = json.get(HAND_OVER);
        if (left == null || !left.isObject()) {
            return Optional.empty();
        }
        Optional<String> system = Json.text(left, "system_identifier").filter(text -> !text.isBlank());
        return Json.number(left, "checkpoint")
                .flatMap(checkpoint -> Json.number(left, "timeline")
                        .flatMap(timeline -> system.map(identifier -> new HandOver(
                                new Lsn(checkpoint), timeline.intValue(), identifier, millis(left.get("spent_ms"))))));
    }

    private static Map<String, Long> millis(JsonNode json) {
        Map<String, Long> spent = new LinkedHashMap<>();
        if (json != null && json.isObject()) {
            json.properties()
                    .forEach(entry -> spent.put(entry.getKey(), entry.getValue().asLong()));
        }
        return spent;
    }

    static Optional<FailoverRequest> readFailover(StoredKey key) {
        Optional<JsonNode> json = Json.parse(key.value());
        if (json.isEmpty() || !json.get().isObject()) {
            return legacyFailover(key);
        }
        Optional<NodeId> leader = name(json.get(), "leader");
        Optional<NodeId> member = name(json.get(), "member");
        if (leader.isEmpty() && member.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> scheduled = Json.text(json.get(), "scheduled_at").filter(text -> !text.isBlank());
        Optional<Instant> at = scheduled.flatMap(KeyJson::instant);
        return Optional.of(new FailoverRequest(
                leader,
                member,
                at,
                scheduled.isPresent() && at.isEmpty(),
                key.version(),
                handOver(json.get()),
                key.modifyVersion()));
    }

    /** {@code old:new}, not JSON. */
    private static Optional<FailoverRequest> legacyFailover(StoredKey key) {
        int colon = key.value().indexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        Optional<NodeId> leader = named(key.value().substring(0, colon));
        Optional<NodeId> member = named(key.value().substring(colon + 1));
        return leader.isEmpty() && member.isEmpty()
                ? Optional.empty()
                : Optional.of(new FailoverRequest(leader, member, Optional.empty(), false, key.version()));
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(
                    OffsetDateTime.parse(text.strip().replaceFirst(" ", "T")).toInstant());
        } catch (DateTimeParseException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<NodeId> name(JsonNode json, String field) {
        return Json.text(json, field).flatMap(KeyJson::named);
    }

    private static Optional<NodeId> named(String text) {
        return text.isBlank() ? Optional.empty() : Optional.of(new NodeId(text.strip()));
    }

    // --- history
    // -------------------------------------------------------------------------------------------------------------------------

    public static String writeHistory(List<TimelineHistory.Entry> entries) {
        List<List<Object>> rows = new ArrayList<>();
        for (TimelineHistory.Entry entry : entries) {
            List<Object> row =
                    new ArrayList<>(List.of(entry.timeline(), entry.end().bytes(), entry.reason()));
            entry.endedAt().ifPresent(row::add);
            if (entry.endedAt().isPresent()) {
                entry.newLeader().ifPresent(row::add);
            }
            rows.add(row);
        }
        return Json.write(rows);
    }

    static TimelineHistory readHistory(StoredKey key) {
        Optional<JsonNode> json = Json.parse(key.value()).filter(JsonNode::isArray);
        if (json.isEmpty()) {
            return new TimelineHistory(List.of(), false, key.version());
        }
        List<TimelineHistory.Entry> entries = new ArrayList<>();
        for (JsonNode row : json.get()) {
            if (!row.isArray()
                    || row.size() < 3
                    || !row.get(0).canConvertToInt()
                    || !row.get(1).canConvertToLong()) {
                return new TimelineHistory(List.of(), false, key.version());
            }
            entries.add(new TimelineHistory.Entry(
                    row.get(0).intValue(),
                    new Lsn(row.get(1).longValue()),
                    row.get(2).asText(),
                    row.size() > 3 && !row.get(3).isNull()
                            ? Optional.of(row.get(3).asText())
                            : Optional.empty(),
                    row.size() > 4 && !row.get(4).isNull()
                            ? Optional.of(row.get(4).asText())
                            : Optional.empty()));
        }
        return new TimelineHistory(List.copyOf(entries), true, key.version());
    }
}
