package io.orangery.core.sync;

import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.SyncKey;
import io.orangery.core.settings.SynchronousMode;
import java.util.Optional;

/**
 * What a primary knows when it looks for the next step.
 *
 * @param self the primary, holder of the leader key
 * @param key as just read; its version is the one to compare with when a step writes the key
 * @param replication as just observed; with the mode off only its list counts
 * @param serverText {@code synchronous_standby_names} as the server shows it
 * @param wanted {@code synchronous_node_count}; at least 1 in strict mode
 * @param strict {@code synchronous_mode_strict}
 * @param configuredText {@code synchronous_standby_names} of the user's configuration; in force only while the mode is off
 */
public record SyncSituation(
        NodeId self,
        SyncKey key,
        ReplicationState replication,
        String serverText,
        SynchronousMode mode,
        int wanted,
        boolean strict,
        Optional<String> configuredText) {

    StandbySet voters() {
        StandbySet listed = StandbySet.of(key.voters());
        return key.leader().map(listed::minus).orElse(listed);
    }

    SynchronousStandbyNames listed() {
        return replication.listed();
    }
}
