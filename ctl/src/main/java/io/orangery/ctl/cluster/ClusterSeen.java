package io.orangery.ctl.cluster;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.ctl.cluster.GroupSeen.ScheduledSwitchover;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.Json;
import io.orangery.protocol.StoredKey;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What one read of the store said about the cluster that a command is about.
 *
 * @param groups a plain cluster is its own group 0; a formation has those that exist, one group is there even when empty
 */
public record ClusterSeen(String name, Extent extent, SortedMap<Integer, GroupSeen> groups) {
    /** How much of a scope is looked at (ctl.md 7). */
    public sealed interface Extent {
        /** A cluster without groups. */
        record Plain() implements Extent {}

        record OneGroup(int number) implements Extent {}

        record AllGroups() implements Extent {}

        /** Group to read alone; empty: no group in the path, or all of them. */
        default Optional<Integer> single() {
            return this instanceof OneGroup(int number) ? Optional.of(number) : Optional.empty();
        }

        /** Whether the tool works in Citus mode. */
        default boolean formation() {
            return !(this instanceof Plain);
        }
    }

    /** A member and the group it belongs to. */
    public record GroupMember(GroupSeen group, Member member) {
        public String name() {
            return member.id().name();
        }
    }

    public static ClusterSeen of(String name, Extent extent, SortedMap<String, StoredKey> keys) {
        SortedMap<Integer, GroupSeen> groups = new TreeMap<>();
        switch (extent) {
            case Extent.Plain() -> groups.put(0, group(0, "", ClusterKeys.view(keys, Optional.empty()), keys));
            case Extent.OneGroup(int number) ->
                groups.put(number, inFormation(number, ClusterKeys.view(keys, Optional.of(new GroupId(number))), keys));
            case Extent.AllGroups() ->
                ClusterKeys.groups(keys)
                        .forEach((id, view) -> groups.put(id.number(), inFormation(id.number(), view, keys)));
        }
        return new ClusterSeen(name, extent, groups);
    }

    /** The same, as if only this group had been asked for. */
    public ClusterSeen narrowed(int number) {
        SortedMap<Integer, GroupSeen> only = new TreeMap<>();
        only.put(number, groups.getOrDefault(number, inFormation(number, ClusterView.EMPTY, new TreeMap<>())));
        return new ClusterSeen(name, new Extent.OneGroup(number), only);
    }

    /** The group that questions about "the" cluster are about: the only one, of a formation the coordinator's. */
    public GroupSeen subject() {
        return extent instanceof Extent.OneGroup(int number)
                ? groups.get(number)
                : groups.getOrDefault(0, inFormation(0, ClusterView.EMPTY, new TreeMap<>()));
    }

    /** Groups ascending, within a group by name. */
    public List<GroupMember> members() {
        return groups.values().stream().flatMap(ClusterSeen::members).toList();
    }

    public static Stream<GroupMember> members(GroupSeen group) {
        return group.view().members().stream().map(member -> new GroupMember(group, member));
    }

    private static GroupSeen inFormation(int number, ClusterView view, SortedMap<String, StoredKey> keys) {
        return group(number, number + "/", view, keys);
    }

    private static GroupSeen group(int number, String path, ClusterView view, SortedMap<String, StoredKey> keys) {
        return new GroupSeen(
                number,
                path,
                view,
                Optional.ofNullable(keys.get(path + "failover")).flatMap(ClusterSeen::scheduled));
    }

    /** From the key itself: the parsed request keeps the instant, people want to see the offset that was given. */
    private static Optional<ScheduledSwitchover> scheduled(StoredKey key) {
        return Json.parseObject(key.value())
                .filter(json -> json.get("scheduled_at") instanceof String at && !at.isBlank())
                .map(json -> {
                    String at = (String) json.get("scheduled_at");
                    return new ScheduledSwitchover(
                            Timestamps.parse(at, ZoneOffset.UTC)
                                    .map(Timestamps::iso)
                                    .orElse(at),
                            node(json.get("leader")),
                            node(json.get("member")));
                });
    }

    private static Optional<NodeId> node(Object name) {
        return name instanceof String text && !text.isBlank() ? Optional.of(new NodeId(text)) : Optional.empty();
    }
}
