package io.orangery.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.NodeRow;
import io.orangery.core.cluster.GroupId;
import io.orangery.postgres.citus.CitusMetadata.Transaction;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OpenPauseTest {
    private static final GroupId GROUP = new GroupId(1);

    private static GroupTopology rows(String primary) {
        return GroupTopology.of(
                GROUP, List.of(NodeRow.wanted(GROUP, ModelledMetadata.address(primary), NodeRow.Role.PRIMARY)));
    }

    private static OpenPause pause() {
        return new OpenPause(
                new Transaction(4711, 1),
                Duration.ofSeconds(10),
                Duration.ofSeconds(40),
                Duration.ofMillis(6),
                Duration.ZERO,
                rows("a"),
                rows("a"));
    }

    @Test
    void readsHaveMovedWhenTheRowsAreOthers() {
        assertThat(pause().readsMoved()).isFalse();
        assertThat(pause().withReadsMoved(rows("b"), Duration.ofMillis(31)).readsMoved())
                .isTrue();
    }

    @Test
    void whatNobodyHasMeasuredIsTheHandOver() {
        Map<String, Long> spent = new LinkedHashMap<>();
        spent.put("stop", 60L);
        spent.put("promote", 45L);
        Map<String, Long> account = pause().withReadsMoved(rows("b"), Duration.ofMillis(31))
                .account(spent, Duration.ofMillis(10_182), Duration.ofMillis(5));
        assertThat(account.keySet())
                .containsExactly("total", "locks", "reads", "stop", "promote", "hand_over", "commit");
        assertThat(account)
                .isEqualTo(Map.of(
                        "total",
                        182L,
                        "locks",
                        6L,
                        "reads",
                        31L,
                        "stop",
                        60L,
                        "promote",
                        45L,
                        "hand_over",
                        35L,
                        "commit",
                        5L));
    }

    /** Clocks of two hosts: the parts may be more than the whole. */
    @Test
    void theHandOverIsNeverNegative() {
        assertThat(pause().account(Map.of("stop", 500L), Duration.ofMillis(10_100), Duration.ZERO))
                .containsEntry("hand_over", 0L)
                .containsEntry("total", 100L);
    }
}
