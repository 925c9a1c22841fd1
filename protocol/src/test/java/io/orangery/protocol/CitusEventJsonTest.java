package io.orangery.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.NodeId;
import java.time.Duration;
import java.util.Map;
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

    @Test
    void aBadFieldIsNamedWithItsValue() {
        assertThat(CitusEventJson.read(Map.of("type", "after_promote", "group", "one"), () -> "new"))
                .isEqualTo(
                        new CitusEventJson.Parsed.Invalid("group: expected a whole number of 0 or more, got \"one\""));
    }
}
