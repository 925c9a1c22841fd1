package io.orangery.core.citus;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.SyncKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CompleteStandbyTest {
    private static ClusterView group(SyncKey sync) {
        ClusterView none = ClusterView.EMPTY;
        return new ClusterView(
                none.initialize(),
                none.config(),
                none.leader(),
                none.status(),
                none.members(),
                none.failover(),
                sync,
                none.history(),
                none.failsafe(),
                none.workers(),
                none.meshId());
    }

    private static ClusterView group(int quorum, String... voters) {
        return group(new SyncKey(Optional.of(node("a")), nodes(voters), quorum, 1));
    }

    private static NodeId node(String name) {
        return new NodeId(name);
    }

    private static Set<NodeId> nodes(String... names) {
        Set<NodeId> nodes = new TreeSet<>();
        List.of(names).forEach(name -> nodes.add(node(name)));
        return nodes;
    }

    private static Map<NodeId, Lsn> flushed(Object... namesAndPositions) {
        Map<NodeId, Lsn> flushed = new HashMap<>();
        for (int i = 0; i < namesAndPositions.length; i += 2) {
            flushed.put(node((String) namesAndPositions[i]), new Lsn((Integer) namesAndPositions[i + 1]));
        }
        return flushed;
    }

    @Test
    void theFarthestOfEnoughAnswersHasEverything() {
        ClusterView anyOneOfTwo = group(1, "b", "c");
        assertThat(CompleteStandby.of(anyOneOfTwo, flushed("b", 100, "c", 200))).contains(node("c"));
        assertThat(CompleteStandby.of(anyOneOfTwo, flushed("b", 200))).isEmpty();
    }

    @Test
    void whereEachAcknowledgesOneAnswerIsEnough() {
        assertThat(CompleteStandby.of(group(0, "b", "c"), flushed("b", 100))).contains(node("b"));
        assertThat(CompleteStandby.of(group(0, "b", "c"), flushed())).isEmpty();
    }

    @Test
    void whoIsNotNamedNeitherCountsNorServes() {
        assertThat(CompleteStandby.of(group(1, "b", "c"), flushed("b", 100, "d", 300)))
                .isEmpty();
        assertThat(CompleteStandby.of(group(1, "b", "c"), flushed("b", 100, "c", 90, "d", 300)))
                .contains(node("b"));
    }

    @Test
    void theFormerLeaderIsNoStandby() {
        assertThat(CompleteStandby.candidates(group(1, "a", "b", "c"))).isEqualTo(nodes("b", "c"));
        assertThat(CompleteStandby.of(group(1, "a", "b", "c"), flushed("a", 500, "b", 100)))
                .isEmpty();
    }

    @Test
    void aGroupThatPromisesNothingHasNobody() {
        assertThat(CompleteStandby.candidates(group(SyncKey.ABSENT))).isEmpty();
        assertThat(CompleteStandby.of(group(SyncKey.ABSENT), flushed("b", 100))).isEmpty();
        assertThat(CompleteStandby.of(group(0), flushed("b", 100))).isEmpty();
    }

    /** Against the definition: whatever k of n have acknowledged, and whoever answers, the one that is found has it. */
    @Test
    void whoIsFoundHasWhateverWasAcknowledged() {
        Random random = new Random(20_261_127);
        for (int round = 0; round < 5_000; round++) {
            int n = 1 + random.nextInt(5);
            int k = 1 + random.nextInt(n);
            String[] names = IntStream.range(0, n).mapToObj(i -> "s" + i).toArray(String[]::new);
            Map<NodeId, Lsn> all = new HashMap<>();
            List.of(names).forEach(name -> all.put(node(name), new Lsn(random.nextInt(10))));
            // the last acknowledged commit is what k of them have flushed
            Lsn acknowledged = all.values().stream()
                    .sorted((one, other) -> other.compareTo(one))
                    .skip(k - 1L)
                    .findFirst()
                    .orElseThrow();
            Map<NodeId, Lsn> answers = new HashMap<>(all);
            answers.keySet().removeIf(name -> random.nextInt(3) == 0);
            CompleteStandby.of(group(n - k, names), answers)
                    .ifPresent(found -> assertThat(all.get(found).atLeast(acknowledged))
                            .as("%d of %s, %s answered", k, all, answers)
                            .isTrue());
        }
    }
}
