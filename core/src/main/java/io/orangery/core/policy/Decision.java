package io.orangery.core.policy;

import io.orangery.core.cluster.NodeId;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** What a node is to do next, and why, in one sentence: the log line, the REST message and the entry on record are this sentence. */
public sealed interface Decision {
    String why();

    /** Nothing to do. */
    record Stay(String why) implements Decision {}

    /** The view is too old to decide on: read the keys again, linearizably. */
    record ReadAgain(String why) implements Decision {}

    /** Ask these members for their state. */
    record GatherEvidence(Set<NodeId> members, String why) implements Decision {}

    /** Try to create the leader key. Winning it is permission to verify, not to promote. */
    record Race(String why) implements Decision {}

    /** The leader key carries this member's name from before the agent's restart: bind it to the present lease. */
    record Reclaim(String why) implements Decision {}

    /** Give the lease up; PostgreSQL is no writable primary. */
    record ReleaseLease(String why) implements Decision {}

    /**
     * The promotion is justified under the lease.
     *
     * @param stopped the former leader, when it has stopped and handed over
     */
    record Promote(Optional<NodeId> stopped, String why) implements Decision {}

    /**
     * Stop being a primary.
     *
     * @param successor who is to take over; empty: whoever wins
     */
    record Demote(DemoteMode mode, Optional<NodeId> successor, String why) implements Decision {}

    /** A long action that only makes sense with the lease has lost it: end it now. */
    record Abandon(String why) implements Decision {}

    /** Race for the right to bootstrap, and bootstrap. */
    record Bootstrap(String why) implements Decision {}

    /** Make a replica from this member. */
    record Clone(NodeId source, boolean reinitialize, boolean onlyBasebackup, String why) implements Decision {}

    /** Start PostgreSQL as the primary it was. */
    record StartPrimary(Duration timeout, String why) implements Decision {}

    /**
     * Be a standby of this member: start, reload or restart as needed.
     *
     * @param upstream empty: read-only, following nobody
     */
    record Follow(Optional<NodeId> upstream, String why) implements Decision {}

    record CheckDivergence(NodeId leader, String why) implements Decision {}

    record Rewind(NodeId leader, String why) implements Decision {}

    record SingleUserRecovery(String why) implements Decision {}

    /** Restart PostgreSQL in its present role. */
    record Restart(Duration timeout, String why) implements Decision {}

    /** The request in the {@code failover} key cannot or need not be carried out: clear it. */
    record ClearFailover(long version, String why) implements Decision {}

    /** Clear only {@code member} in the {@code failover} key, so that everybody races normally (deviations 1). */
    record ClearCandidate(long version, String why) implements Decision {}

    /** Stop PostgreSQL, give the lease up and leave. */
    record Shutdown(boolean stopPostgres, String why) implements Decision {}

    /** End the process with exit code 1; PostgreSQL is left as it is. */
    record Halt(String why) implements Decision {}
}
