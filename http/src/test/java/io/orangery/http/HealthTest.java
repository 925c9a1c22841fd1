package io.orangery.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.PostgresState;
import io.orangery.core.settings.SynchronousMode;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rest-api 5 and 6 as tables. */
class HealthTest {

    private static boolean passes(NodeBuilder node, String target) {
        int mark = target.indexOf('?');
        return Health.passes(
                mark < 0 ? target : target.substring(0, mark),
                mark < 0 ? Map.of() : Call.query(target.substring(mark + 1)),
                new NodeStatus(node.view(), NodeBuilder.NOW));
    }

    /** Table 5.4, column by column. */
    @ParameterizedTest
    @CsvSource({
        // path           , primary, sync, quorum, async, noloadbalance, standby leader, its replica, down
        "/                , 1, 0, 0, 0, 0, 0, 0, 0",
        "/primary         , 1, 0, 0, 0, 0, 0, 0, 0",
        "/read-write      , 1, 0, 0, 0, 0, 0, 0, 0",
        "/master          , 1, 0, 0, 0, 0, 0, 0, 0",
        "/leader          , 1, 0, 0, 0, 0, 1, 0, 0",
        "/standby-leader  , 0, 0, 0, 0, 0, 1, 0, 0",
        "/standby_leader  , 0, 0, 0, 0, 0, 1, 0, 0",
        "/replica         , 0, 1, 1, 1, 0, 0, 1, 0",
        "/read-only       , 1, 1, 1, 1, 0, 1, 1, 0",
        "/sync            , 0, 1, 0, 0, 0, 0, 0, 0",
        "/synchronous     , 0, 1, 0, 0, 0, 0, 0, 0",
        "/read-only-sync  , 1, 1, 0, 0, 0, 1, 0, 0",
        "/quorum          , 0, 0, 1, 0, 0, 0, 0, 0",
        "/read-only-quorum, 1, 0, 1, 0, 0, 1, 0, 0",
        "/async           , 0, 0, 0, 1, 0, 0, 1, 0",
        "/asynchronous    , 0, 0, 0, 1, 0, 0, 1, 0",
        "/health          , 1, 1, 1, 1, 1, 1, 1, 0",
        "/foo             , 0, 0, 0, 0, 0, 0, 0, 0",
    })
    void eachRolePassesItsChecks(
            String path,
            int primary,
            int sync,
            int quorum,
            int async,
            int excluded,
            int standbyLeader,
            int itsReplica,
            int down) {
        NodeBuilder[] nodes = {
            NodeBuilder.primary(),
            NodeBuilder.replica().synchronous(SynchronousMode.PRIORITY, "bravo"),
            NodeBuilder.replica().synchronous(SynchronousMode.QUORUM, "bravo"),
            NodeBuilder.replica(),
            NodeBuilder.replica().tag("noloadbalance", true),
            NodeBuilder.primary().standbyCluster(),
            NodeBuilder.replica().standbyCluster(),
            NodeBuilder.primary().withoutLease().state(PostgresState.STOPPED),
        };
        int[] expected = {primary, sync, quorum, async, excluded, standbyLeader, itsReplica, down};
        for (int i = 0; i < nodes.length; i++) {
            assertThat(passes(nodes[i], path)).as("%s, column %d", path, i + 1).isEqualTo(expected[i] == 1);
        }
    }

    @Test
    void aPrimaryThatIsNotBalancedStillTakesReads() {
        assertThat(passes(NodeBuilder.primary().tag("noloadbalance", true), "/read-only"))
                .isTrue();
    }

    @Test
    void writesGoToTheLeaseHolderEvenBeforeItIsPromoted() {
        assertThat(passes(NodeBuilder.replica().leaseEndsIn(Duration.ofSeconds(20)), "/primary"))
                .isTrue();
        assertThat(passes(NodeBuilder.primary().state(PostgresState.RESTARTING), "/primary"))
                .isTrue();
        assertThat(passes(NodeBuilder.primary().state(PostgresState.RESTARTING), "/health"))
                .isFalse();
    }

    @Test
    void aLeaseEndsByTheClockThoughNobodyLooksAgain() {
        var view = NodeBuilder.primary().leaseEndsIn(Duration.ofSeconds(20)).view();
        assertThat(Health.passes("/primary", Map.of(), new NodeStatus(view, NodeBuilder.NOW.plusSeconds(19))))
                .isTrue();
        assertThat(Health.passes("/primary", Map.of(), new NodeStatus(view, NodeBuilder.NOW.plusSeconds(20))))
                .isFalse();
    }

    @Test
    void keysOlderThanTtlDoNotCount() {
        var view = NodeBuilder.replica().view();
        assertThat(Health.passes("/async", Map.of(), new NodeStatus(view, NodeBuilder.NOW.plusSeconds(27))))
                .isTrue();
        assertThat(Health.passes("/async", Map.of(), new NodeStatus(view, NodeBuilder.NOW.plusSeconds(28))))
                .isFalse();
    }

    @Test
    void lagIsMeasuredToTheLeader() {
        NodeBuilder lagging = NodeBuilder.replica().replayed(NodeBuilder.POSITION - 20 * 1024);
        assertThat(passes(lagging, "/replica?lag=10kB")).isFalse();
        assertThat(passes(lagging, "/replica?lag=20kB")).isTrue();
        assertThat(passes(lagging, "/replica?lag=20480")).isTrue();
        assertThat(passes(lagging, "/replica?lag=20479")).isFalse();
        assertThat(passes(lagging, "/replica?lag=")).isTrue();
        assertThat(passes(lagging, "/async?lag=0")).isFalse();
        assertThat(passes(lagging, "/read-only?lag=0")).isFalse();
    }

    @Test
    void archiveRecoveryIsAReplicaUnlessStreamingIsAskedFor() {
        NodeBuilder archive = NodeBuilder.replica().notStreaming();
        assertThat(passes(archive, "/replica")).isTrue();
        assertThat(passes(archive, "/replica?replication_state=streaming")).isFalse();
        assertThat(passes(archive, "/replica?replication_state=in+archive%20recovery"))
                .isTrue();
    }

    @Test
    void tagsMustAllMatchWhereTheyAreLookedAt() {
        NodeBuilder node = NodeBuilder.primary().tag("zone", "Z1").tag("rack", 7);
        assertThat(passes(node, "/health?tag_zone=Z1&tag_rack=7")).isTrue();
        assertThat(passes(node, "/health?tag_zone=z1")).isFalse();
        assertThat(passes(node, "/health?tag_zone=Z1&tag_rack=8")).isFalse();
        assertThat(passes(node, "/read-only?tag_floor=1")).isFalse();
        assertThat(passes(node, "/primary?tag_floor=1")).isTrue();
        assertThat(passes(node.tag("noloadbalance", false), "/health?tag_noloadbalance=false"))
                .isFalse();
    }

    @Test
    void theFirstOfSeveralValuesCounts() {
        assertThat(Call.query("lag=1&lag=2&empty=&tag_a=%C3%A4+b")).isEqualTo(Map.of("lag", "1", "tag_a", "ä b"));
    }

    @Test
    void aStuckLoopIsNotAlive() {
        var primary = NodeBuilder.primary().view();
        assertThat(Health.alive(new NodeStatus(primary, NodeBuilder.NOW.plusSeconds(39))))
                .isTrue();
        assertThat(Health.alive(new NodeStatus(primary, NodeBuilder.NOW.plusSeconds(40))))
                .isFalse();
        var replica = NodeBuilder.replica().view();
        assertThat(Health.alive(new NodeStatus(replica, NodeBuilder.NOW.plusSeconds(69))))
                .isTrue();
        assertThat(Health.alive(new NodeStatus(replica, NodeBuilder.NOW.plusSeconds(70))))
                .isFalse();
        assertThat(Health.alive(
                        new NodeStatus(NodeBuilder.replica().paused().view(), NodeBuilder.NOW.plusSeconds(700))))
                .isTrue();
    }

    @Test
    void aReplicaIsReadyWhenItHasCaughtUp() {
        assertThat(ready(NodeBuilder.replica(), "")).isTrue();
        assertThat(ready(NodeBuilder.replica().notStreaming(), "")).isFalse();
        assertThat(ready(NodeBuilder.replica().state(PostgresState.STARTING), ""))
                .isFalse();
        assertThat(ready(NodeBuilder.primary().state(PostgresState.STARTING), ""))
                .isTrue();
        NodeBuilder lagging = NodeBuilder.replica().replayed(NodeBuilder.POSITION - 2_000_000);
        assertThat(ready(lagging, "")).isFalse();
        assertThat(ready(lagging, "lag=x")).isFalse();
        assertThat(ready(lagging, "lag=10MB")).isTrue();
        assertThat(ready(lagging, "mode=write")).isTrue();
        assertThat(ready(NodeBuilder.replica().storeUnreachable(), "")).isTrue();
    }

    private static boolean ready(NodeBuilder node, String query) {
        return Health.ready(Call.query(query), new NodeStatus(node.view(), NodeBuilder.NOW));
    }
}
