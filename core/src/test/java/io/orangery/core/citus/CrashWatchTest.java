package io.orangery.core.citus;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.LeaderKey;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.MemberData;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.cluster.Tags;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CrashWatchTest {
    private static final GroupId ONE = new GroupId(1);
    private static final NodeId A = new NodeId("a");

    private static final ClusterView SERVING = view("a", member("a", PostgresState.RUNNING, Role.PRIMARY));
    private static final ClusterView UNLOCKED = view(null, member("a", PostgresState.RUNNING, Role.PRIMARY));
    private static final ClusterView CRASHED = view("a", member("a", PostgresState.CRASHED, Role.PRIMARY));
    private static final ClusterView SILENT = view("a");

    private static Member member(String name, PostgresState state, Role role) {
        MemberData data = new MemberData(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                state,
                role,
                Optional.empty(),
                Tags.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                false,
                true,
                false,
                Optional.empty(),
                Map.of());
        return new Member(new NodeId(name), data, "session", 1);
    }

    private static ClusterView view(String leader, Member... members) {
        ClusterView none = ClusterView.EMPTY;
        return new ClusterView(
                none.initialize(),
                none.config(),
                Optional.ofNullable(leader).map(name -> new LeaderKey(new NodeId(name), "session", 5)),
                none.status(),
                List.of(members),
                none.failover(),
                none.sync(),
                none.history(),
                none.failsafe(),
                none.workers(),
                none.meshId());
    }

    /** Crashes that are told, one view after the other. */
    private static List<Map<GroupId, NodeId>> told(ClusterView... views) {
        CrashWatch watch = CrashWatch.NONE;
        List<Map<GroupId, NodeId>> told = new java.util.ArrayList<>();
        for (ClusterView view : views) {
            CrashWatch.Seen seen = watch.see(Map.of(ONE, view));
            watch = seen.next();
            told.add(seen.crashed());
        }
        return told;
    }

    @Test
    void aCrashIsToldOnce() {
        assertThat(told(SERVING, UNLOCKED, UNLOCKED)).containsExactly(Map.of(), Map.of(ONE, A), Map.of());
        assertThat(told(SERVING, CRASHED, UNLOCKED)).containsExactly(Map.of(), Map.of(ONE, A), Map.of());
    }

    @Test
    void theNextCrashIsToldAgain() {
        assertThat(told(SERVING, UNLOCKED, SERVING, CRASHED))
                .containsExactly(Map.of(), Map.of(ONE, A), Map.of(), Map.of(ONE, A));
    }

    @Test
    void whoWasNeverSeenRunningHasNotCrashed() {
        assertThat(told(UNLOCKED, CRASHED)).containsExactly(Map.of(), Map.of());
    }

    /** The key is held: only its holder is not heard of. */
    @Test
    void aLeaderThatSaysNothingHasNotCrashed() {
        assertThat(told(SERVING, SILENT, SERVING)).containsExactly(Map.of(), Map.of(), Map.of());
        assertThat(told(SERVING, SILENT, UNLOCKED)).containsExactly(Map.of(), Map.of(), Map.of(ONE, A));
    }

    @Test
    void aGroupThatHasVanishedIsForgotten() {
        CrashWatch watch = CrashWatch.NONE.see(Map.of(ONE, SERVING)).next();
        CrashWatch.Seen vanished = watch.see(Map.of());
        assertThat(vanished.crashed()).isEmpty();
        assertThat(vanished.next()).isEqualTo(CrashWatch.NONE);
    }
}
