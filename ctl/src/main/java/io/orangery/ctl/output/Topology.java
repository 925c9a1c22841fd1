package io.orangery.ctl.output;

import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.cluster.ClusterSeen.GroupMember;
import io.orangery.ctl.cluster.GroupSeen;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Members of one group in the order of replication: the leader, below it who follows it, and so on (ctl.md 9.3). */
final class Topology {
    private final GroupSeen group;
    private final List<MemberRow> rows = new ArrayList<>();
    private final Set<NodeId> placed = new HashSet<>();

    private Topology(GroupSeen group) {
        this.group = group;
    }

    static List<MemberRow> of(GroupSeen group) {
        return new Topology(group).rows();
    }

    private List<MemberRow> rows() {
        Optional<Member> leader = group.view().leaderMember();
        leader.ifPresent(member -> place(member, 0));
        placeBelow(Optional.empty(), 1);
        // Who follows each other in a ring hangs below nobody: shown below the leader rather than not at all (ctl.md
        // X12).
        ClusterSeen.members(group).forEach(seen -> {
            if (!placed.contains(seen.member().id())) {
                place(seen.member(), 1);
                placeBelow(Optional.of(seen.member().id()), 2);
            }
        });
        return rows;
    }

    private void placeBelow(Optional<NodeId> upstream, int level) {
        for (Member member : group.view().members()) {
            if (!placed.contains(member.id()) && upstream(member).equals(upstream)) {
                place(member, level);
                placeBelow(Optional.of(member.id()), level + 1);
            }
        }
    }

    private void place(Member member, int level) {
        placed.add(member.id());
        String branch = level == 0 ? "" : "  ".repeat(level - 1) + "+ ";
        rows.add(MemberRow.of(
                new GroupMember(group, member), branch + member.id().name()));
    }

    /** Another replica that exists; empty: the leader. */
    private Optional<NodeId> upstream(Member member) {
        return member.data()
                .tags()
                .replicateFrom()
                .filter(node -> !node.equals(member.id()))
                .filter(node -> group.view().member(node).isPresent())
                .filter(node -> !group.view().ledBy(node));
    }
}
