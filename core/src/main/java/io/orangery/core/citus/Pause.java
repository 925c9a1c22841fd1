package io.orangery.core.citus;

import io.orangery.core.citus.NodeRow.Role;
import java.time.Duration;

/**
 * A transaction that holds the writes of a group.
 *
 * @param task the event that was processed last in it
 * @param topology rows as the transaction sees them
 * @param deadline on the monotonic clock; then it is rolled back, whether anything is queued or not
 */
public record Pause(TopologyTask task, GroupTopology topology, Duration deadline) {

    boolean expired(Duration now) {
        return now.compareTo(deadline) >= 0;
    }

    /**
     * Whether the DCS shows the change of this pause as having happened, although its last event was lost: a running primary other than
     * the one that was about to stop. That one itself says nothing: its member key says "running" until it has stopped.
     */
    boolean endedBy(TopologyTask heartbeat) {
        NodeRow held = task.leading();
        return held.role() == Role.PRIMARY
                ? held.matches(heartbeat.leading())
                : !held.address().equals(heartbeat.leading().address());
    }
}
