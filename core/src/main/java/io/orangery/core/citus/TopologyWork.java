package io.orangery.core.citus;

import io.orangery.core.cluster.GroupId;
import java.time.Duration;
import java.util.Optional;

/** What the owner of the connection has to do next. */
public sealed interface TopologyWork {

    /** Read {@code pg_dist_node}, then call {@code reloaded} or {@code reloadFailed}. No transaction is open. */
    record Reload() implements TopologyWork {}

    /** Roll the group's transaction back, then call {@code rolledBack}. */
    record RollBack(GroupId group, String why) implements TopologyWork {}

    /**
     * Carry out the steps, then call {@code succeeded} or {@code failed}.
     *
     * @param base rows that the diff starts from
     * @param begin whether BEGIN comes first: the group has no transaction and one is needed
     * @param commit whether COMMIT comes last; before it the leader key is read again (citus 20.4)
     * @param deadline when the transaction must be over; also what the server's own timeouts are set by
     */
    record Run(
            TopologyTask task, GroupTopology base, TopologyDiff diff, boolean begin, boolean commit, Duration deadline)
            implements TopologyWork {

        /**
         * The same without adding and removing rows, for the time in which a metadata worker is out of sync and both would fail. The
         * result keeps differing from what is desired, so that a later heartbeat finishes the work.
         */
        public Run postponingRegistration() {
            var unsynced = new GroupTopology(base.group(), base.rows(), true);
            return new Run(task, base, TopologyDiff.between(unsynced, task.desired()), begin, commit, deadline);
        }
    }

    /** Nothing. Ask again when something was offered, or at this time; empty: only then. */
    record Wait(Optional<Duration> until) implements TopologyWork {}
}
