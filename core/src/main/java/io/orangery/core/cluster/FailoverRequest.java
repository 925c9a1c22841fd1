package io.orangery.core.cluster;

import java.time.Instant;
import java.util.Optional;

/**
 * Key {@code failover} with a request in it (dcs-layout 3.8): a switchover when {@code leader} is present, else a manual failover.
 *
 * @param leader who is to step down
 * @param candidate field {@code member}: who is to take over
 * @param scheduledAt when; empty: now
 * @param scheduleUnreadable true when the key holds a {@code scheduled_at} that is no time with a zone
 * @param version version for compare-and-set
 * @param handOver left by the former leader for the candidate; empty until it has stopped, and with other agents
 * @param modified changes with each write of the key, and is that of every key that was written in the same transaction
 */
public record FailoverRequest(
        Optional<NodeId> leader,
        Optional<NodeId> candidate,
        Optional<Instant> scheduledAt,
        boolean scheduleUnreadable,
        long version,
        Optional<HandOver> handOver,
        long modified) {

    /** As anybody may write it. */
    public FailoverRequest(
            Optional<NodeId> leader,
            Optional<NodeId> candidate,
            Optional<Instant> scheduledAt,
            boolean scheduleUnreadable,
            long version) {
        this(leader, candidate, scheduledAt, scheduleUnreadable, version, Optional.empty(), version);
    }

    public boolean switchover() {
        return leader.isPresent();
    }

    public boolean immediate() {
        return scheduledAt.isEmpty() && !scheduleUnreadable;
    }

    /** {@code switchover} or {@code manual failover}, as messages say it. */
    public String action() {
        return switchover() ? "switchover" : "manual failover";
    }

    public boolean candidateIs(NodeId node) {
        return candidate.filter(node::equals).isPresent();
    }
}
