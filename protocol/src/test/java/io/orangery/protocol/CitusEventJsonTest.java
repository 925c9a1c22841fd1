package io.orangery.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CitusEventJsonTest {
    @Test
    void whatIsWrittenIsRead() {
        for (CitusEvent.Type type : CitusEvent.Type.values()) {
            CitusEvent event = new CitusEvent(
                    type, new GroupId(2), new NodeId("w1"), Duration.ofSeconds(30), Duration.ofSeconds(10), "id");
            Map<String, Object> body =
                    Json.parseObject(CitusEventJson.write(event)).orElseThrow();
            assertThat(body)
                    .containsEntry("group", 2)
                    .containsEntry("timeout", 30)
                    .containsEntry("type", type.text());
            assertThat(CitusEventJson.read(body, () -> "unused")).isEqualTo(new CitusEventJson.Parsed.Event(event));
        }
    }

    private static CitusEvent wishing(CitusEvent.Wishes wishes) {
        return new CitusEvent(
                CitusEvent.Type.BEFORE_DEMOTE,
                new GroupId(2),
                new NodeId("w1"),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                "id",
                wishes);
    }

    @Test
    void wishesAreReadAsTheyWereWritten() {
        for (CitusEvent.OnBlockers onBlockers : CitusEvent.OnBlockers.values()) {
            for (Optional<NodeId> successor : List.of(Optional.of(new NodeId("w2")), Optional.<NodeId>empty())) {
                CitusEvent event = wishing(new CitusEvent.Wishes(
                        true, successor.isPresent(), successor, onBlockers, Map.of("stop", 40L, "receive", 5L)));
                Map<String, Object> body =
                        Json.parseObject(CitusEventJson.write(event)).orElseThrow();
                assertThat(CitusEventJson.read(body, () -> "unused")).isEqualTo(new CitusEventJson.Parsed.Event(event));
            }
        }
    }

    /** Others would not know what to do with them, and answer nothing in detail. */
    @Test
    void withoutWishesTheBodyIsTheOneThatEverybodyKnows() {
        assertThat(Json.parseObject(CitusEventJson.write(wishing(CitusEvent.Wishes.NONE)))
                        .orElseThrow())
                .containsOnlyKeys("type", "group", "leader", "timeout", "cooldown", "orangery_id");
    }

    /** Of a later version, or damaged: what is not understood is not wished. */
    @Test
    void wishesThatAreNotUnderstoodAreNone() {
        Map<String, Object> body =
                new java.util.HashMap<>(Json.parseObject(CitusEventJson.write(wishing(CitusEvent.Wishes.NONE)))
                        .orElseThrow());
        body.put("orangery", Map.of("move_reads", "yes", "successor", "", "on_blockers", "bribe", "spent_ms", 7));
        assertThat(((CitusEventJson.Parsed.Event) CitusEventJson.read(body, () -> "unused"))
                        .event()
                        .wishes())
                .isEqualTo(new CitusEvent.Wishes(
                        true, false, Optional.empty(), CitusEvent.OnBlockers.TERMINATE, Map.of()));
        body.put("orangery", true);
        assertThat(((CitusEventJson.Parsed.Event) CitusEventJson.read(body, () -> "unused"))
                        .event()
                        .wishes())
                .isEqualTo(CitusEvent.Wishes.NONE);
    }

    @Test
    void aBadFieldIsNamedWithItsValue() {
        assertThat(CitusEventJson.read(Map.of("type", "after_promote", "group", "one"), () -> "new"))
                .isEqualTo(
                        new CitusEventJson.Parsed.Invalid("group: expected a whole number of 0 or more, got \"one\""));
    }
}
