package io.orangery.core.sync;

import io.orangery.core.cluster.Lsn;
import java.util.Optional;

/**
 * A row of {@code pg_stat_replication} on the primary whose {@code state} is {@code streaming}. The caller leaves out all others.
 *
 * @param applicationName name that the standby gave itself, as it stands
 * @param write empty when the column is null, as the next two
 */
public record StandbyRow(
        String applicationName, SyncState syncState, Optional<Lsn> write, Optional<Lsn> flush, Optional<Lsn> replay) {}
