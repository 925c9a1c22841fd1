package io.orangery.core.sync;

import io.orangery.core.cluster.NodeId;

/**
 * What the quorum resolver decides on.
 *
 * @param self the primary that asks
 * @param leader field {@code leader} of {@code /sync}
 * @param quorum how many others out of voters and leader a candidate must see not ahead of itself
 * @param numsync how many of {@code sync} have to confirm a commit
 * @param sync names in {@code synchronous_standby_names}
 * @param confirmed how many of the active standbys are known to hold what the list promises
 * @param active standbys that should be listed
 * @param wanted {@code synchronous_node_count}
 */
public record QuorumState(
        NodeId self,
        NodeId leader,
        int quorum,
        StandbySet voters,
        int numsync,
        StandbySet sync,
        int confirmed,
        StandbySet active,
        int wanted) {

    /**
     * Every set that can acknowledge a commit ({@code numsync} of {@code sync}, and self) must overlap every set that can elect
     * ({@code quorum + 1} of voters and leader). Both are drawn from the union of the two, so they overlap when together they have
     * more names than it: {@code quorum + 1 + numsync + 1 > |union|}.
     *
     * @throws QuorumViolation naming both sides
     */
    public void checkInvariants() {
        StandbySet electing = voters.plus(leader);
        StandbySet acknowledging = sync.plus(self);
        if (!voters.isEmpty() && electing.plus(acknowledging).size() > quorum + numsync + 1) {
            throw new QuorumViolation("quorum " + quorum + " of (" + electing + ") and " + numsync + " of ("
                    + acknowledging + ") need not overlap");
        }
        if (!electing.containsAll(acknowledging) && !acknowledging.containsAll(electing)) {
            throw new QuorumViolation("neither of (" + electing + ") and (" + acknowledging + ") contains the other");
        }
    }

    QuorumState withKey(NodeId newLeader, int newQuorum, StandbySet newVoters) {
        return new QuorumState(self, newLeader, newQuorum, newVoters, numsync, sync, confirmed, active, wanted);
    }

    QuorumState withNames(int newNumsync, StandbySet newSync) {
        return new QuorumState(self, leader, quorum, voters, newNumsync, newSync, confirmed, active, wanted);
    }

    QuorumState withConfirmed(int newConfirmed) {
        return new QuorumState(self, leader, quorum, voters, numsync, sync, newConfirmed, active, wanted);
    }

    @Override
    public String toString() {
        return "{key: " + leader + ", " + quorum + " of (" + voters + "); names: " + numsync + " of (" + sync
                + "); confirmed " + confirmed + " of active (" + active + "); " + self + " wants " + wanted + "}";
    }
}
