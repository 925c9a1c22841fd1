package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import java.time.Duration;
import java.util.Optional;

/** What is known of the DCS. Times are monotonic. */
public sealed interface DcsSeen {
    /** Nothing was read since the agent started. */
    record NotYet(Duration since, Optional<String> why) implements DcsSeen {}

    /**
     * The last read succeeded.
     *
     * @param readAt taken before the request was sent
     * @param linearizableAt when the last linearizable read was sent; {@code readAt} or earlier
     */
    record Fresh(ClusterView cluster, Duration readAt, Duration linearizableAt) implements DcsSeen {}

    /**
     * The last read failed: the store cannot be reached.
     *
     * @param last what was read last
     */
    record Unreachable(Optional<ClusterView> last, Duration since, String why) implements DcsSeen {}

    /** The present view; empty unless the last read succeeded. */
    default Optional<ClusterView> current() {
        return this instanceof Fresh fresh ? Optional.of(fresh.cluster()) : Optional.empty();
    }

    /** The present view, or the last one that could be read. */
    default Optional<ClusterView> lastKnown() {
        return switch (this) {
            case NotYet none -> Optional.empty();
            case Fresh fresh -> Optional.of(fresh.cluster());
            case Unreachable unreachable -> unreachable.last();
        };
    }
}
