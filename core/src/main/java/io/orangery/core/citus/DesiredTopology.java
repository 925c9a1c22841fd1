package io.orangery.core.citus;

import io.orangery.core.citus.NodeRow.Role;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which rows the DCS asks for (citus 8.2 and 11). */
public final class DesiredTopology {
    private DesiredTopology() {}

    /**
     * The tasks of one heartbeat of the coordinator's leader: group 0 first, then each worker group with a running primary. Groups
     * without one, and groups that vanished, are left alone.
     *
     * @param view of group 0 with its workers
     * @param self this node, leader and primary; its own member key may still say otherwise
     */
    public static List<TopologyTask> heartbeat(ClusterView view, NodeId self) {
        var tasks = new ArrayList<TopologyTask>();
        view.member(self)
                .flatMap(member -> rows(GroupId.COORDINATOR, view, member, Role.PRIMARY))
                .map(TopologyTask::heartbeat)
                .ifPresent(tasks::add);
        view.workers()
                .forEach((group, worker) -> worker.leaderMember()
                        // another group's key may be stale, so the member must say so itself (T14)
                        .filter(leader ->
                                leader.data().primary() && leader.data().running())
                        .flatMap(leader -> rows(group, worker, leader, Role.PRIMARY))
                        .map(TopologyTask::heartbeat)
                        .ifPresent(tasks::add));
        return List.copyOf(tasks);
    }

    /**
     * The task of an event; empty when it is to be discarded: the group is unknown, its leader is somebody else (a late message of a
     * former leader), or its address is not known.
     *
     * @param workers groups as just read from the DCS, not from a cache (T20)
     * @param leaseEnd when the lease of the group's leader ends at the latest, on the monotonic clock; empty when unknown
     */
    public static Optional<TopologyTask> forEvent(
            CitusEvent event, Map<GroupId, ClusterView> workers, Optional<Duration> leaseEnd) {
        Role role = event.type() == CitusEvent.Type.BEFORE_DEMOTE ? Role.DEMOTED : Role.PRIMARY;
        return Optional.ofNullable(workers.get(event.group()))
                .filter(worker -> worker.ledBy(event.leader()))
                .flatMap(worker -> worker.leaderMember().flatMap(leader -> rows(event.group(), worker, leader, role)))
                .map(desired -> TopologyTask.of(event, desired, leaseEnd));
    }

    private static Optional<GroupTopology> rows(GroupId group, ClusterView view, Member leader, Role role) {
        Optional<HostPort> address = leader.data().address();
        if (address.isEmpty()) {
            return Optional.empty();
        }
        Map<HostPort, NodeRow> rows = new LinkedHashMap<>();
        rows.put(address.get(), NodeRow.wanted(group, address.get(), role));
        view.others(leader.id())
                .filter(member ->
                        member.data().running() && !member.data().tags().noLoadBalance())
                .flatMap(member -> member.data().address().stream())
                .forEach(other -> rows.putIfAbsent(other, NodeRow.wanted(group, other, Role.SECONDARY)));
        return Optional.of(GroupTopology.of(group, List.copyOf(rows.values())));
    }
}
