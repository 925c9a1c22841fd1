package io.orangery.protocol;

import io.orangery.core.citus.Completion.Outcome;
import io.orangery.core.citus.EventReply;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Answer to an event that asked for one in detail. Other agents are answered {@code OK}, whatever came of it. */
public final class EventReplyJson {
    private EventReplyJson() {}

    public static String write(EventReply reply) {
        return Json.write(fields(reply));
    }

    /** The same to be put into another document. */
    public static Map<String, Object> fields(EventReply reply) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("outcome", reply.outcome().name().toLowerCase(Locale.ROOT));
        json.put("reads_moved", reply.readsMoved());
        json.put("blockers", reply.blockers());
        json.put("pause_ms", reply.pauseMillis());
        return json;
    }

    /** What an agent of any kind answered. */
    public static EventReply read(String body) {
        return Json.parseObject(body).flatMap(EventReplyJson::read).orElse(EventReply.HEARD);
    }

    /** Empty: there is no outcome in it that this version knows. */
    public static Optional<EventReply> read(Map<String, Object> json) {
        String text = String.valueOf(json.get("outcome")).toUpperCase(Locale.ROOT);
        return Arrays.stream(Outcome.values())
                .filter(known -> known.name().equals(text))
                .findFirst()
                .map(outcome -> new EventReply(
                        outcome,
                        Boolean.TRUE.equals(json.get("reads_moved")),
                        texts(json.get("blockers")),
                        millis(json.get("pause_ms"))));
    }

    private static List<String> texts(Object field) {
        return field instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    static Map<String, Long> millis(Object field) {
        Map<String, Long> millis = new LinkedHashMap<>();
        if (field instanceof Map<?, ?> map) {
            map.forEach((name, value) -> {
                if (value instanceof Number number) {
                    millis.put(String.valueOf(name), number.longValue());
                }
            });
        }
        return millis;
    }
}
