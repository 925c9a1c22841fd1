package io.orangery.actors.mesh;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.policy.View;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The port from the mesh to the node it belongs to. Any thread; never blocks. */
public interface LocalNode {
    /** A view with a look at PostgreSQL that began after this call; empty when none came in time. */
    CompletionStage<Optional<View>> freshView();

    /** The latest view; empty before the first. */
    Optional<View> lastView();

    /**
     * What this standby has received once the WAL receiver that runs now has ended; empty when it does not end or cannot be asked.
     *
     * @param limit after which it is not waited for any longer
     */
    CompletionStage<Optional<Lsn>> streamEnded(Duration limit);

    /**
     * Hands an event to the topology of the formation, which fences it by the sender's leader key.
     *
     * @return completes when the event was carried out or dropped
     */
    CompletionStage<EventReply> tellTopology(CitusEvent event);

    /** {@link Mesh#address()} changed: publish the member key soon. */
    void addressChanged();
}
