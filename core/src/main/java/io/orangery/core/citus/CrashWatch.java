package io.orangery.core.citus;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.NodeId;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which worker groups have just lost their primary, as the coordinator's leader sees it in the keys: the leader key is gone, or the leader's own agent
 * says that its PostgreSQL does not run (citus 20.2 #8). Each crash is told once. Immutable.
 *
 * @param serving groups that had a running primary when they were last known to have one or none, and who that was
 */
public record CrashWatch(Map<GroupId, NodeId> serving) {
    public static final CrashWatch NONE = new CrashWatch(Map.of());

    public CrashWatch {
        serving = Collections.unmodifiableMap(new TreeMap<>(serving));
    }

    /** @param crashed groups whose primary was running before and does not now, and who that was */
    public record Seen(CrashWatch next, Map<GroupId, NodeId> crashed) {}

    public Seen see(Map<GroupId, ClusterView> workers) {
        Map<GroupId, NodeId> now = new TreeMap<>();
        Map<GroupId, NodeId> crashed = new TreeMap<>();
        workers.forEach((group, view) -> {
            Optional<NodeId> before = Optional.ofNullable(serving.get(group));
            if (serves(view)) {
                now.put(group, view.leader().orElseThrow().holder());
            } else if (silent(view)) {
                before.ifPresent(primary -> now.put(group, primary));
            } else {
                before.ifPresent(primary -> crashed.put(group, primary));
            }
        });
        return new Seen(new CrashWatch(now), Collections.unmodifiableMap(crashed));
    }

    private static boolean serves(ClusterView view) {
        return view.leaderMember()
                .filter(leader -> leader.data().running() && leader.data().primary())
                .isPresent();
    }

    /** The key is held, and its holder says nothing of itself: that is no crash. */
    private static boolean silent(ClusterView view) {
        return !view.unlocked() && view.leaderMember().isEmpty();
    }
}
