package io.orangery.core.sync;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.SyncKey;
import io.orangery.core.settings.SynchronousMode;
import java.util.List;

/**
 * What a primary saw of its standbys in one moment.
 *
 * @param members as in the DCS, this node included or not
 * @param rows WAL senders in state {@code streaming}
 * @param standbyNames text of {@code synchronous_standby_names} as the server shows it
 * @param flushed own flush position, read after {@code standbyNames}
 * @param mode {@code PRIORITY} or {@code QUORUM}
 * @param wanted {@code synchronous_node_count}; at least 1 in strict mode, 0: no standby is active
 * @param maximumLag {@code maximum_lag_on_syncnode} in bytes; 0 or less: no limit
 */
public record ReplicationObservation(
        NodeId self,
        List<Member> members,
        List<StandbyRow> rows,
        String standbyNames,
        SynchronousCommit synchronousCommit,
        Lsn flushed,
        SyncKey key,
        SynchronousMode mode,
        int wanted,
        long maximumLag) {}
