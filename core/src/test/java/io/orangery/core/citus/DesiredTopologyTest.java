package io.orangery.core.citus;

import static io.orangery.core.citus.Drawings.draw;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.CitusEvent.Type;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.LeaderKey;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.MemberData;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.cluster.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DesiredTopologyTest {
    private static final GroupId ONE = new GroupId(1);
    private static final NodeId SELF = new NodeId("x");

    private final List<Member> members = new ArrayList<>();

    @Test
    void listsTheCoordinatorFirstThenGroupsWithRunningPrimary() {
        member("x", Role.REPLICA, PostgresState.RUNNING, Map.of());
        member("y", Role.REPLICA, PostgresState.RUNNING, Map.of());
        ClusterView coordinator = view("x");
        member("a", Role.PRIMARY, PostgresState.RUNNING, Map.of());
        member("b", Role.REPLICA, PostgresState.RUNNING, Map.of());
        ClusterView worker = view("a");
        List<TopologyTask> tasks = DesiredTopology.heartbeat(with(coordinator, Map.of(ONE, worker)), SELF);
        assertThat(tasks)
                .extracting(task -> task.group() + " " + draw(task.desired()))
                .containsExactly("0 X:P, Y:S", "1 A:P, B:S");
        assertThat(tasks).allMatch(TopologyTask::fromHeartbeat);
    }

    @Test
    void leavesOutSecondariesThatAreNotFitForReads() {
        member("a", Role.PRIMARY, PostgresState.RUNNING, Map.of());
        member("b", Role.REPLICA, PostgresState.STARTING, Map.of());
        member("c", Role.REPLICA, PostgresState.RUNNING, Map.of("noloadbalance", true));
        members.add(new Member(
                new NodeId("d"), data(Optional.empty(), Role.REPLICA, PostgresState.RUNNING, Tags.NONE), "", 1));
        assertThat(worker("a")).containsExactly("A:P");
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"PRIMARY"},
            mode = EnumSource.Mode.EXCLUDE)
    void leavesGroupAloneWhoseLeaderIsNoPrimary(Role role) {
        member("a", role, PostgresState.RUNNING, Map.of());
        assertThat(worker("a")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = PostgresState.class,
            names = {"RUNNING"},
            mode = EnumSource.Mode.EXCLUDE)
    void leavesGroupAloneWhosePrimaryDoesNotRun(PostgresState state) {
        member("a", Role.PRIMARY, state, Map.of());
        assertThat(worker("a")).isEmpty();
    }

    @Test
    void leavesGroupAloneWithoutLeaderOrItsMemberKey() {
        member("b", Role.REPLICA, PostgresState.RUNNING, Map.of());
        assertThat(worker("a")).isEmpty();
    }

    @Test
    void writesHostsInLowerCase() {
        members.add(new Member(
                new NodeId("a"),
                data(Optional.of(new HostPort("Node-A.Example", 5433)), Role.PRIMARY, PostgresState.RUNNING, Tags.NONE),
                "",
                1));
        ClusterView view = with(ClusterView.EMPTY, Map.of(ONE, view("a")));
        assertThat(DesiredTopology.heartbeat(view, SELF)
                        .getFirst()
                        .leading()
                        .address()
                        .host())
                .isEqualTo("node-a.example");
    }

    @Test
    void demotesInTheTableBeforeTheServerIsStopped() {
        member("a", Role.PRIMARY, PostgresState.STOPPING, Map.of());
        member("b", Role.REPLICA, PostgresState.RUNNING, Map.of());
        Optional<TopologyTask> task = forEvent(Type.BEFORE_DEMOTE, "a");
        assertThat(task.map(TopologyTask::desired).map(Drawings::draw)).contains("A:D, B:S");
        assertThat(task.orElseThrow().waiters()).containsExactly("id");
    }

    @Test
    void preparesThePromotionOfLeaderThatIsStillReplica() {
        member("a", Role.REPLICA, PostgresState.RUNNING, Map.of());
        assertThat(forEvent(Type.BEFORE_PROMOTE, "a").map(TopologyTask::desired).map(Drawings::draw))
                .contains("A:P");
    }

    @Test
    void discardsEventsOfAnybodyButTheLeader() {
        member("a", Role.PRIMARY, PostgresState.RUNNING, Map.of());
        member("b", Role.REPLICA, PostgresState.RUNNING, Map.of());
        assertThat(forEvent(Type.AFTER_PROMOTE, "b")).isEmpty();
        assertThat(DesiredTopology.forEvent(event(Type.AFTER_PROMOTE, "a"), Map.of(), Optional.empty()))
                .isEmpty();
    }

    private List<String> worker(String leader) {
        ClusterView view = with(ClusterView.EMPTY, Map.of(ONE, view(leader)));
        return DesiredTopology.heartbeat(view, SELF).stream()
                .map(task -> draw(task.desired()))
                .toList();
    }

    private Optional<TopologyTask> forEvent(Type type, String sender) {
        return DesiredTopology.forEvent(event(type, sender), Map.of(ONE, view("a")), Optional.empty());
    }

    private static CitusEvent event(Type type, String sender) {
        return new CitusEvent(type, ONE, new NodeId(sender), Duration.ofSeconds(30), Duration.ofSeconds(10), "id");
    }

    /** A view of the members so far; the next one starts empty. */
    private ClusterView view(String leader) {
        ClusterView none = ClusterView.EMPTY;
        var view = new ClusterView(
                none.initialize(),
                none.config(),
                Optional.of(new LeaderKey(new NodeId(leader), "session", 1)),
                none.status(),
                List.copyOf(members),
                none.failover(),
                none.sync(),
                none.history(),
                none.failsafe(),
                none.workers(),
                none.meshId());
        members.clear();
        return view;
    }

    private static ClusterView with(ClusterView view, Map<GroupId, ClusterView> workers) {
        SortedMap<GroupId, ClusterView> sorted = new TreeMap<>(workers);
        return new ClusterView(
                view.initialize(),
                view.config(),
                view.leader(),
                view.status(),
                view.members(),
                view.failover(),
                view.sync(),
                view.history(),
                view.failsafe(),
                sorted,
                view.meshId());
    }

    private void member(String name, Role role, PostgresState state, Map<String, Object> tags) {
        var address = Optional.of(Drawings.address(name));
        members.add(new Member(new NodeId(name), data(address, role, state, new Tags(tags)), "", 1));
    }

    private static MemberData data(Optional<HostPort> address, Role role, PostgresState state, Tags tags) {
        MemberData none = MemberData.NONE;
        return new MemberData(
                address,
                none.connUrl(),
                none.apiUrl(),
                state,
                role,
                none.softwareVersion(),
                tags,
                none.walLocation(),
                none.replayLsn(),
                none.receiveLsn(),
                none.replicationState(),
                none.timeline(),
                none.pendingRestart(),
                none.pendingRestartFlag(),
                none.checkpointAfterPromote(),
                none.pause(),
                none.meshAddress(),
                none.extra());
    }
}
