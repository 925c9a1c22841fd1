package io.orangery.core.citus;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.SyncKey;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which standby of a group whose primary has crashed has every commit that was acknowledged (deviations 1, last rule). Pure.
 *
 * <p>A commit was acknowledged after {@code k} of the {@code n} standbys that {@code /sync} names had flushed it, and {@code quorum} is
 * {@code n - k}. Any {@code n - k + 1} of them include one that has it; so the one with the highest position among so many has all of them.
 */
public final class CompleteStandby {
    private CompleteStandby() {}

    /** Whose positions are asked; empty: the group promises nothing, so nobody can be known to have everything. */
    public static Set<NodeId> candidates(ClusterView group) {
        SyncKey sync = group.sync();
        Optional<NodeId> leader = sync.leader();
        return sync.active() && leader.isPresent() ? standbys(sync) : Set.of();
    }

    /**
     * @param flushed by those that answered as standbys: what they have received and written to disk
     * @return empty when too few have answered
     */
    public static Optional<NodeId> of(ClusterView group, Map<NodeId, Lsn> flushed) {
        Set<NodeId> standbys = candidates(group);
        long answered = flushed.keySet().stream().filter(standbys::contains).count();
        if (standbys.isEmpty() || answered < group.sync().quorum() + 1) {
            return Optional.empty();
        }
        return flushed.entrySet().stream()
                .filter(entry -> standbys.contains(entry.getKey()))
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey);
    }

    private static Set<NodeId> standbys(SyncKey sync) {
        Set<NodeId> names = new TreeSet<>(sync.voters());
        sync.leader().ifPresent(names::remove);
        return names;
    }
}
