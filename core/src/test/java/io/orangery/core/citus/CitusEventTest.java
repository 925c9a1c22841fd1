package io.orangery.core.citus;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.CitusEvent.OnBlockers;
import io.orangery.core.citus.CitusEvent.Type;
import io.orangery.core.citus.CitusEvent.Wishes;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.NodeId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CitusEventTest {
    private static CitusEvent event(Type type, boolean detailed) {
        Wishes wishes = new Wishes(detailed, false, Optional.empty(), OnBlockers.TERMINATE, Map.of());
        return new CitusEvent(
                type, new GroupId(1), new NodeId("a"), Duration.ofSeconds(30), Duration.ofSeconds(10), "id", wishes);
    }

    @Test
    void onlyBeforeDemoteIsWaitedForByEverybody() {
        assertThat(event(Type.BEFORE_DEMOTE, false).awaitsReply()).isTrue();
        assertThat(event(Type.BEFORE_PROMOTE, true).awaitsReply()).isFalse();
        assertThat(event(Type.AFTER_PROMOTE, true).awaitsReply()).isTrue();
        assertThat(event(Type.AFTER_PROMOTE, false).awaitsReply()).isFalse();
    }

    @Test
    void whoWishesNothingMeansWhatEveryAgentMeans() {
        assertThat(Wishes.NONE.onBlockers()).isEqualTo(OnBlockers.TERMINATE);
        assertThat(Wishes.NONE.moveReads()).isFalse();
        assertThat(Wishes.NONE.answersInDetail()).isFalse();
    }

    @Test
    void whatBecomesOfBlockersIsAWord() {
        for (OnBlockers each : OnBlockers.values()) {
            assertThat(OnBlockers.of(each.text().toUpperCase(java.util.Locale.ROOT)))
                    .contains(each);
        }
        assertThat(OnBlockers.of("wait")).isEmpty();
    }
}
