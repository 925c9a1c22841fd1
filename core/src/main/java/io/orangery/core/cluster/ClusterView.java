package io.orangery.core.cluster;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What one read of the DCS said about one group, and on the coordinator about the others too. Immutable.
 *
 * @param initialize empty optional: never bootstrapped; empty text: somebody is at it; else the system identifier
 * @param config empty when the key is absent or not a JSON object: the last good configuration stays in force
 * @param leader empty when the key is absent or its value is empty
 * @param members in order of name
 * @param failover empty when nothing is requested
 * @param failsafe member name to API URL; empty when absent
 * @param workers other groups of the formation, only filled on a member of group 0
 * @param meshId record that says which mesh is the formation's; empty when there is none
 */
public record ClusterView(
        Optional<String> initialize,
        Optional<ConfigKey> config,
        Optional<LeaderKey> leader,
        ClusterStatus status,
        List<Member> members,
        Optional<FailoverRequest> failover,
        SyncKey sync,
        TimelineHistory history,
        Map<String, String> failsafe,
        SortedMap<GroupId, ClusterView> workers,
        Optional<String> meshId) {

    public static final ClusterView EMPTY = new ClusterView(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            ClusterStatus.ABSENT,
            List.of(),
            Optional.empty(),
            SyncKey.ABSENT,
            TimelineHistory.ABSENT,
            Map.of(),
            new TreeMap<>(),
            Optional.empty());

    public boolean unlocked() {
        return leader.isEmpty();
    }

    public boolean ledBy(NodeId node) {
        return leader.filter(key -> key.holder().equals(node)).isPresent();
    }

    public Optional<Member> member(NodeId node) {
        return members.stream().filter(member -> member.id().equals(node)).findFirst();
    }

    /** The member that holds the leader key; empty when unlocked or when its member key is gone. */
    public Optional<Member> leaderMember() {
        return leader.flatMap(key -> member(key.holder()));
    }

    public Stream<Member> others(NodeId self) {
        return members.stream().filter(member -> !member.id().equals(self));
    }

    /** A value of {@code initialize} counts as a system identifier when it has at least ten characters, all digits. */
    public Optional<String> systemIdentifier() {
        return initialize.filter(value -> value.length() >= 10 && value.chars().allMatch(c -> c >= '0' && c <= '9'));
    }
}
