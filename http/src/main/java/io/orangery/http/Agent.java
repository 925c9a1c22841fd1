package io.orangery.http;

import io.orangery.core.admission.Reinitialization;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.policy.Operation;
import io.orangery.core.policy.View;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * The port to the node behind this API.
 *
 * <p><b>Contract.</b> Every method may be called from any thread and never blocks. Stages complete normally, on any thread, in bounded time:
 * what goes wrong is a value. A stage that fails nevertheless is answered with 500.
 */
public interface Agent {
    /**
     * The node as it was last seen; empty before the first look. Costs nothing: a field is read. It must be replaced whenever the lease, the keys
     * or PostgreSQL were seen to have changed, and at least at every decision, because {@code /primary} and {@code /liveness} are answered from
     * it: the time of its {@link View#now()} is what "the loop is turning" means.
     */
    Optional<Seen> last();

    /**
     * As {@link #last()}, after a look at PostgreSQL that began after this call. Peers decide on the answer, so a server that does not answer is
     * seen without a {@link io.orangery.core.postgres.PostgresSeen#row()}, never with an older one. Completes within two seconds; when nothing
     * can be said by then, with an empty value.
     */
    CompletionStage<Optional<Seen>> fresh();

    /** A read of the own group's keys that began after this call and sees everything this node wrote. */
    CompletionStage<ClusterRead> readCluster();

    /**
     * Writes a key and, when it was written, wakes the node.
     *
     * @param expectedVersion write only if the key still has this version; empty: in any case
     */
    CompletionStage<Written> write(Key key, String json, OptionalLong expectedVersion);

    /** Makes the node look and decide now. */
    void wake();

    /** Restarts PostgreSQL now; completes when that has ended, however long it takes. Conditions were checked. */
    CompletionStage<Done> restart(Optional<Duration> timeout);

    /** Begins to make this replica anew; completes as soon as that has begun. */
    CompletionStage<Done> reinitialize(Reinitialization request);

    /** Reads the local configuration again, soon. */
    void reload();

    /**
     * Hands an event over to the topology of the formation. Completes when it was carried out or will never be; at once when this node keeps no
     * topology.
     */
    CompletionStage<EventReply> tellTopology(CitusEvent event);

    /**
     * One look.
     *
     * @param why reason of the last decision; empty before the first
     * @param configurationProblem why the present content of the {@code config} key is not in force; empty when it is
     * @param lastPauseMillis how long writes were held for the last change that this node carried out, in total and by what
     */
    record Seen(
            View view, Optional<String> why, Optional<String> configurationProblem, Map<String, Long> lastPauseMillis) {
        public Seen(View view, Optional<String> why, Optional<String> configurationProblem) {
            this(view, why, configurationProblem, Map.of());
        }
    }

    /** Keys that requests change. */
    enum Key {
        CONFIG,
        FAILOVER
    }

    /** What came of a read. */
    sealed interface ClusterRead {
        record Read(ClusterView cluster) implements ClusterRead {}

        record Unreachable(String why) implements ClusterRead {}
    }

    /** What came of a write. */
    enum Written {
        DONE,
        /** The version did not match, or the store said no: nothing was changed. */
        REFUSED,
        /** The store did not answer: it may have been written. */
        UNREACHABLE
    }

    /** What came of a long action. */
    sealed interface Done {
        record Succeeded() implements Done {}

        /** Another one was under way; nothing was done. */
        record Busy(Operation.Kind with) implements Done {}

        /** PostgreSQL did not accept connections within the time limit, and goes on starting. */
        record StillStarting() implements Done {}

        record Failed(String why) implements Done {}
    }
}
