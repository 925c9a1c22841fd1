package io.orangery.protocol.mesh;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Tags;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.protocol.CitusEventJson;
import io.orangery.protocol.EventReplyJson;
import io.orangery.protocol.Json;
import io.orangery.protocol.mesh.MeshMessage.EventAnswer.Outcome;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Messages as JSON text, which is what is signed and sent. */
public final class MeshJson {
    private MeshJson() {}

    /** What came of reading a text. */
    public sealed interface Parsed {
        record Message(MeshMessage message) implements Parsed {}

        /** @param why field, value and what was expected */
        record Invalid(String why) implements Parsed {}
    }

    private static final String KIND = "kind";
    private static final String AFTER_STREAM = "after_stream_millis";

    public static String write(MeshMessage message) {
        Map<String, Object> json = new LinkedHashMap<>();
        switch (message) {
            case MeshMessage.StatusQuestion(Optional<Duration> afterStream) -> {
                json.put(KIND, "status_question");
                afterStream.ifPresent(limit -> json.put(AFTER_STREAM, limit.toMillis()));
            }
            case MeshMessage.StatusAnswer(PeerAnswer answer) -> {
                json.put(KIND, "status_answer");
                status(json, answer);
            }
            case MeshMessage.EventNotice(CitusEvent event) -> {
                json.put(KIND, "citus_event");
                json.put("event", Json.parseObject(CitusEventJson.write(event)).orElseThrow());
            }
            case MeshMessage.EventAnswer(Outcome outcome, EventReply reply) -> {
                json.put(KIND, "citus_event_answer");
                json.put("outcome", outcome.text());
                json.put("reply", EventReplyJson.fields(reply));
            }
        }
        return Json.write(json);
    }

    private static void status(Map<String, Object> json, PeerAnswer answer) {
        switch (answer) {
            case PeerAnswer.Silent(String why) -> json.put("silent", why);
            case PeerAnswer.Answered facts -> {
                json.put("in_recovery", facts.inRecovery());
                json.put("position", facts.position().bytes());
                json.put("timeline", facts.timeline());
                json.put("tags", facts.tags().values());
                json.put("watchdog_failed", facts.watchdogFailed());
                json.put("running", facts.running());
                facts.systemIdentifier().ifPresent(identifier -> json.put("system_identifier", identifier));
                facts.prepared().ifPresent(prepared -> json.put("prepared_to_lead", prepared));
            }
        }
    }

    public static Parsed read(String text) {
        Optional<Map<String, Object>> json = Json.parseObject(text);
        if (json.isEmpty()) {
            return new Parsed.Invalid("expected a JSON object, got " + text.length() + " other characters");
        }
        Map<String, Object> fields = json.get();
        String kind = fields.get(KIND) instanceof String named ? named : "";
        return switch (kind) {
            case "status_question" -> readQuestion(fields);
            case "status_answer" -> readStatus(fields);
            case "citus_event" -> readEvent(fields);
            case "citus_event_answer" -> readOutcome(fields);
            default -> invalid(fields, KIND, "a kind of message that this version knows");
        };
    }

    private static Parsed readQuestion(Map<String, Object> fields) {
        Object limit = fields.get(AFTER_STREAM);
        if (limit == null) {
            return new Parsed.Message(new MeshMessage.StatusQuestion());
        }
        return limit instanceof Number millis && millis.longValue() > 0
                ? new Parsed.Message(new MeshMessage.StatusQuestion(Optional.of(Duration.ofMillis(millis.longValue()))))
                : invalid(fields, AFTER_STREAM, "a number of milliseconds above 0");
    }

    /** A fact that is missing makes the whole answer unusable: evidence is never made up. */
    private static Parsed readStatus(Map<String, Object> fields) {
        if (fields.get("silent") instanceof String why) {
            return new Parsed.Message(new MeshMessage.StatusAnswer(new PeerAnswer.Silent(why)));
        }
        if (!(fields.get("in_recovery") instanceof Boolean inRecovery)) {
            return invalid(fields, "in_recovery", "true or false");
        }
        if (!(fields.get("position") instanceof Number position) || position.longValue() < 0) {
            return invalid(fields, "position", "a number of bytes");
        }
        if (!(fields.get("timeline") instanceof Integer timeline) || timeline < 0) {
            return invalid(fields, "timeline", "a whole number of 0 or more");
        }
        if (!(fields.get("tags") instanceof Map<?, ?> tags)) {
            return invalid(fields, "tags", "an object");
        }
        if (!(fields.get("watchdog_failed") instanceof Boolean watchdogFailed)) {
            return invalid(fields, "watchdog_failed", "true or false");
        }
        if (!(fields.get("running") instanceof Boolean running)) {
            return invalid(fields, "running", "true or false");
        }
        Optional<String> identifier =
                fields.get("system_identifier") instanceof String known ? Optional.of(known) : Optional.empty();
        return new Parsed.Message(new MeshMessage.StatusAnswer(new PeerAnswer.Answered(
                inRecovery,
                new Lsn(position.longValue()),
                timeline,
                tags(tags),
                watchdogFailed,
                running,
                identifier,
                fields.get("prepared_to_lead") instanceof Boolean prepared
                        ? Optional.of(prepared)
                        : Optional.empty())));
    }

    private static Tags tags(Map<?, ?> values) {
        Map<String, Object> tags = new LinkedHashMap<>();
        values.forEach((tag, value) -> tags.put(String.valueOf(tag), value));
        return new Tags(tags);
    }

    private static Parsed readEvent(Map<String, Object> fields) {
        if (!(fields.get("event") instanceof Map<?, ?> event)) {
            return invalid(fields, "event", "an object");
        }
        Map<String, Object> body = new TreeMap<>();
        event.forEach((field, value) -> body.put(String.valueOf(field), value));
        try {
            // Without an id it could not be recognised when it comes by REST too, so none is made up: CitusEvent
            // refuses the empty one.
            return switch (CitusEventJson.read(body, () -> "")) {
                case CitusEventJson.Parsed.Event(CitusEvent read) ->
                    new Parsed.Message(new MeshMessage.EventNotice(read));
                case CitusEventJson.Parsed.Invalid(String why) -> new Parsed.Invalid("event: " + why);
            };
        } catch (IllegalArgumentException noId) {
            return new Parsed.Invalid("event: " + noId.getMessage());
        }
    }

    private static Parsed readOutcome(Map<String, Object> fields) {
        return Arrays.stream(Outcome.values())
                .filter(outcome -> outcome.text().equals(fields.get("outcome")))
                .findFirst()
                .<Parsed>map(
                        outcome -> new Parsed.Message(new MeshMessage.EventAnswer(outcome, reply(fields.get("reply")))))
                .orElseGet(() -> invalid(fields, "outcome", "processed or not_leader"));
    }

    private static EventReply reply(Object field) {
        if (!(field instanceof Map<?, ?> map)) {
            return EventReply.HEARD;
        }
        Map<String, Object> json = new TreeMap<>();
        map.forEach((name, value) -> json.put(String.valueOf(name), value));
        return EventReplyJson.read(json).orElse(EventReply.HEARD);
    }

    private static Parsed invalid(Map<String, Object> fields, String field, String expected) {
        return new Parsed.Invalid(field + ": expected " + expected + ", got " + Json.write(fields.get(field)));
    }
}
