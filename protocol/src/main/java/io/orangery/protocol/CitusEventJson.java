package io.orangery.protocol;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.NodeId;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Body of {@code POST /citus}: an event of a worker group for the coordinator's leader (rest-api 15, citus.md 6.1). */
public final class CitusEventJson {
    private CitusEventJson() {}

    /** Field of the id; other agents neither send nor look at it. */
    private static final String ID_FIELD = "orangery_id";

    /** Field with what only Orangery's agents ask of each other. */
    private static final String WISHES_FIELD = "orangery";

    /** What came of reading a body. */
    public sealed interface Parsed {
        record Event(CitusEvent event) implements Parsed {}

        /** @param why field, value and what was expected */
        record Invalid(String why) implements Parsed {}
    }

    public static String write(CitusEvent event) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("type", event.type().text());
        json.put("group", event.group().number());
        json.put("leader", event.leader().name());
        json.put("timeout", event.timeout().toSeconds());
        json.put("cooldown", event.cooldown().toSeconds());
        json.put(ID_FIELD, event.id());
        if (event.wishes().answersInDetail()) {
            json.put(WISHES_FIELD, write(event.wishes()));
        }
        return Json.write(json);
    }

    private static Map<String, Object> write(CitusEvent.Wishes wishes) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("move_reads", wishes.moveReads());
        wishes.successor().ifPresent(name -> json.put("successor", name.name()));
        json.put("on_blockers", wishes.onBlockers().text());
        if (!wishes.spentMillis().isEmpty()) {
            json.put("spent_ms", wishes.spentMillis());
        }
        return json;
    }

    private static CitusEvent.Wishes readWishes(Object field) {
        if (!(field instanceof Map<?, ?> json)) {
            return CitusEvent.Wishes.NONE;
        }
        Optional<NodeId> successor = json.get("successor") instanceof String name && !name.isBlank()
                ? Optional.of(new NodeId(name))
                : Optional.empty();
        return new CitusEvent.Wishes(
                true,
                Boolean.TRUE.equals(json.get("move_reads")),
                successor,
                CitusEvent.OnBlockers.of(String.valueOf(json.get("on_blockers")))
                        .orElse(CitusEvent.OnBlockers.TERMINATE),
                EventReplyJson.millis(json.get("spent_ms")));
    }

    /** @param newId for events of agents that send no id */
    public static Parsed read(Map<String, Object> body, Supplier<String> newId) {
        Optional<CitusEvent.Type> type = Arrays.stream(CitusEvent.Type.values())
                .filter(known -> known.text().equals(body.get("type")))
                .findFirst();
        if (type.isEmpty()) {
            String known = Arrays.stream(CitusEvent.Type.values())
                    .map(CitusEvent.Type::text)
                    .collect(Collectors.joining(", "));
            return invalid(body, "type", "one of " + known);
        }
        if (!(body.get("group") instanceof Integer group) || group < 0) {
            return invalid(body, "group", "a whole number of 0 or more");
        }
        if (!(body.get("leader") instanceof String leader) || leader.isBlank()) {
            return invalid(body, "leader", "the name of a member");
        }
        if (!(body.get("timeout") instanceof Number timeout) || timeout.doubleValue() < 0.001) {
            return invalid(body, "timeout", "a positive number of seconds");
        }
        if (!(body.get("cooldown") instanceof Number cooldown) || cooldown.doubleValue() < 0.001) {
            return invalid(body, "cooldown", "a positive number of seconds");
        }
        String id = body.get(ID_FIELD) instanceof String text && !text.isBlank() ? text : newId.get();
        return new Parsed.Event(new CitusEvent(
                type.get(),
                new GroupId(group),
                new NodeId(leader),
                seconds(timeout),
                seconds(cooldown),
                id,
                readWishes(body.get(WISHES_FIELD))));
    }

    private static Duration seconds(Number number) {
        return Duration.ofMillis((long) (number.doubleValue() * 1000));
    }

    private static Parsed invalid(Map<String, Object> body, String field, String expected) {
        return new Parsed.Invalid(field + ": expected " + expected + ", got " + Json.write(body.get(field)));
    }
}
