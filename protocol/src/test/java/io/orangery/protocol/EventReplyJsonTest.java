package io.orangery.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.Completion.Outcome;
import io.orangery.core.citus.EventReply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventReplyJsonTest {
    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsRead(Outcome outcome) {
        EventReply reply = new EventReply(outcome, true, List.of("backend 7 (alice)"), Map.of("total", 182L));
        assertThat(EventReplyJson.read(EventReplyJson.write(reply))).isEqualTo(reply);
    }

    @Test
    void theAccountKeepsItsOrder() {
        Map<String, Long> account = new LinkedHashMap<>();
        List.of("total", "locks", "reads", "stop", "hand_over", "commit").forEach(name -> account.put(name, 1L));
        EventReply read =
                EventReplyJson.read(EventReplyJson.write(new EventReply(Outcome.DONE, false, List.of(), account)));
        assertThat(read.pauseMillis().keySet()).containsExactlyElementsOf(account.keySet());
    }

    /** Agents that answer {@code OK} whatever came of it. */
    @ParameterizedTest
    @ValueSource(strings = {"OK", "", "[]", "{}", "{\"outcome\":\"perhaps\"}"})
    void whatSaysNoMoreIsHeard(String body) {
        assertThat(EventReplyJson.read(body)).isEqualTo(EventReply.HEARD);
    }

    @Test
    void fieldsThatCannotBeUsedAreLeftOut() {
        assertThat(
                        EventReplyJson.read(
                                "{\"outcome\":\"blocked\",\"reads_moved\":\"yes\",\"blockers\":7,\"pause_ms\":{\"total\":\"long\",\"locks\":3}}"))
                .isEqualTo(new EventReply(Outcome.BLOCKED, false, List.of(), Map.of("locks", 3L)));
    }
}
