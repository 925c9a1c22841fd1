package io.orangery.core.sync;

import io.orangery.core.cluster.NodeId;

/**
 * One change on the way to the wanted synchronous replication. After each one, and before the next, the state is observed afresh.
 */
public sealed interface SyncStep {

    /** The sentence for the log. */
    String why();

    /**
     * Replace the key {@code /sync}, by compare-and-set on the version that was observed. When the write is lost somebody else
     * changed the key: processing ends for this cycle.
     */
    record WriteKey(NodeId leader, StandbySet voters, int quorum, String why) implements SyncStep {}

    /** Delete the key {@code /sync}, by compare-and-set on the version that was observed. */
    record DeleteKey(String why) implements SyncStep {}

    /**
     * Set {@code synchronous_standby_names} and reload. The next observation must be taken only after every WAL sender has had the
     * time to read the new value (0.1 s), because its flush position becomes the threshold for newly listed standbys.
     */
    record SetNames(SynchronousStandbyNames names, String why) implements SyncStep {}

    /** Set {@code synchronous_standby_names} to what the user configured, or remove it, and reload. */
    record UseConfiguredNames(String why) implements SyncStep {}

    /** Nothing can be done before the standbys have moved on: observe again in about a second, or in the next cycle. */
    record Restart(String why) implements SyncStep {}
}
