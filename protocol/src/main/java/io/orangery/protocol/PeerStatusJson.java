package io.orangery.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.cluster.Tags;
import io.orangery.core.policy.PeerAnswer;
import java.util.Map;
import java.util.Optional;

/** What another member's status document says about it in a race (rest-api 7.7, ha-behaviour 12.3). Whoever wrote it: any agent. */
public final class PeerStatusJson {
    private PeerStatusJson() {}

    /** @param body of {@code GET /patroni}; the HTTP status does not count */
    public static PeerAnswer read(String body) {
        Optional<JsonNode> document = Json.parse(body).filter(JsonNode::isObject);
        if (document.isEmpty()) {
            return new PeerAnswer.Silent("its status is not a JSON object");
        }
        return wal(document.get())
                .<PeerAnswer>map(wal -> answered(document.get(), wal))
                .orElseGet(() -> new PeerAnswer.Silent("its status holds no WAL position (state "
                        + Json.text(document.get(), "state").orElse("unknown") + ")"));
    }

    /** Field of Orangery's own: how long writes were held last; empty when there is none. */
    public static Map<String, Long> lastPause(String body) {
        return Json.parseObject(body)
                .map(document -> document.get("orangery"))
                .filter(Map.class::isInstance)
                .map(own -> EventReplyJson.millis(((Map<?, ?>) own).get("last_pause_ms")))
                .orElse(Map.of());
    }

    private static Optional<JsonNode> wal(JsonNode document) {
        return Optional.ofNullable(document.get("wal"))
                .or(() -> Optional.ofNullable(document.get("xlog")))
                .filter(JsonNode::isObject);
    }

    private static PeerAnswer answered(JsonNode document, JsonNode wal) {
        Lsn written = position(wal, "location");
        boolean primary = Json.text(document, "role")
                .filter(role -> Role.of(role) == Role.PRIMARY)
                .isPresent();
        Lsn standby = Lsn.max(position(wal, "received_location"), position(wal, "replayed_location"));
        JsonNode tags = document.get("tags");
        return new PeerAnswer.Answered(
                written.bytes() == 0 && !primary,
                Lsn.max(written, standby),
                Json.number(document, "timeline").orElse(0L).intValue(),
                tags == null || !tags.isObject()
                        ? Tags.NONE
                        : new Tags(Json.parseObject(tags.toString()).orElseThrow()),
                Json.flag(document, "watchdog_failed"),
                Json.text(document, "state")
                        .map(PostgresState::of)
                        .filter(PostgresState.RUNNING::equals)
                        .isPresent(),
                Json.text(document, "database_system_identifier"),
                Optional.ofNullable(document.get("orangery"))
                        .filter(JsonNode::isObject)
                        .map(own -> Json.flag(own, "prepared_to_lead")));
    }

    private static Lsn position(JsonNode wal, String field) {
        return new Lsn(Json.number(wal, field).orElse(0L));
    }
}
