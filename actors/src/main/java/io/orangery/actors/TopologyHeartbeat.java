package io.orangery.actors;

import io.orangery.core.citus.TopologyTask;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Which views are worth offering: views come many times a second and mostly ask for the same rows. Immutable.
 *
 * @param tasks of the last view
 * @param offeredAt monotonic time at which these were last offered; empty: not yet
 */
record TopologyHeartbeat(List<TopologyTask> tasks, Optional<Duration> offeredAt) {
    static final TopologyHeartbeat NONE = new TopologyHeartbeat(List.of(), Optional.empty());

    TopologyHeartbeat seen(List<TopologyTask> seen) {
        return seen.equals(tasks) ? this : new TopologyHeartbeat(seen, Optional.empty());
    }

    /** Changed tasks at once; the same ones once in a period, in case that they were dropped or failed. */
    boolean due(Duration now, Duration period) {
        return offeredAt.filter(at -> now.minus(at).compareTo(period) < 0).isEmpty();
    }

    /** As if they had not been offered yet. */
    TopologyHeartbeat dueAgain() {
        return new TopologyHeartbeat(tasks, Optional.empty());
    }

    TopologyHeartbeat offered(Duration now) {
        return new TopologyHeartbeat(tasks, Optional.of(now));
    }
}
