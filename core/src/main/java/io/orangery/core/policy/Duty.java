package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterStatus;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.TimelineHistory;
import io.orangery.core.sync.SynchronousStandbyNames;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A small thing that a node keeps true beside its decisions. Each is idempotent; its failure is logged and tried again. */
public sealed interface Duty {
    /** The system identifier into {@code initialize}. */
    record WriteInitialize(String systemIdentifier, boolean absent) implements Duty {}

    /** The configuration in force into {@code config}, which is missing. */
    record WriteConfig(Map<String, Object> config) implements Duty {}

    record WriteStatus(ClusterStatus status) implements Duty {}

    /** Look for the next step of synchronous replication. */
    record SynchronousReplication() implements Duty {}

    /**
     * @param entries complete content of {@code history}
     * @param version of the key that was read; 0: it was absent
     */
    record WriteHistory(List<TimelineHistory.Entry> entries, long version) implements Duty {}

    /** The history of this timeline stands in a file that must be read first. */
    record ReadHistory(int timeline) implements Duty {}

    /** A CHECKPOINT, so that others can rewind against this node. */
    record CheckpointAfterPromote() implements Duty {}

    /**
     * This node is to take over in a moment: what can be done before is done now.
     *
     * @param failoverVersion of the request that names it
     * @param names {@code synchronous_standby_names} that the promotion will need, as far as is known; empty: none
     */
    record PrepareToLead(long failoverVersion, Optional<SynchronousStandbyNames> names) implements Duty {}

    /** It is not to take over any more, or has. */
    record EndPreparation() implements Duty {}

    /**
     * Physical slots for members.
     *
     * @param wanted slot to the position that it may be advanced to
     * @param expectedActive those that a member streams from
     */
    record KeepSlots(Map<String, Optional<Lsn>> wanted, Set<String> expectedActive, boolean mayDrop) implements Duty {}
}
