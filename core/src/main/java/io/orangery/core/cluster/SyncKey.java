package io.orangery.core.cluster;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Key {@code sync}: who may be promoted without losing what was acknowledged (dcs-layout 3.7).
 *
 * @param leader the primary that keeps the key; empty: the key counts as empty, whatever else it says
 * @param voters names in {@code sync_standby}
 * @param quorum how many others out of leader and voters a candidate among them must see not ahead of itself
 * @param version version for compare-and-set; 0: the key does not exist
 */
public record SyncKey(Optional<NodeId> leader, Set<NodeId> voters, int quorum, long version) {
    public static final SyncKey ABSENT = new SyncKey(Optional.empty(), Set.of(), 0, 0);

    public SyncKey {
        voters = java.util.Collections.unmodifiableSet(new TreeSet<>(voters));
    }

    public boolean active() {
        return leader.isPresent();
    }

    public boolean leaderIs(NodeId node) {
        return leader.filter(name -> name.folded().equals(node.folded())).isPresent();
    }

    public boolean votes(NodeId node) {
        return voters.stream().anyMatch(voter -> voter.folded().equals(node.folded()));
    }

    /** Leader or voter. */
    public boolean names(NodeId node) {
        return leaderIs(node) || votes(node);
    }
}
