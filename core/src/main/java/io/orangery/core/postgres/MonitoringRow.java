package io.orangery.core.postgres;

import io.orangery.core.cluster.Lsn;
import java.util.List;
import java.util.Optional;

/**
 * What the server itself said, in one query (ha-behaviour 30.1).
 *
 * @param timeline 0 in recovery, else that of the current WAL file
 * @param walPosition flushed position of a primary; zero in recovery
 * @param replayLsn empty when unknown
 * @param receiveLsn flushed by the WAL receiver, or written when that is more; zero when nothing was received
 * @param receivedTimeline of the WAL receiver
 * @param receiverStatus such as {@code streaming}; empty: no WAL receiver
 * @param receiverSlot slot that it uses
 * @param receiverHost host and port that it is connected to, {@code host:port}; empty when unknown
 * @param replayPaused replay is paused (PostgreSQL 14+: also after a parameter was lowered on the primary)
 * @param restoreCommandSet a restore_command is in force
 * @param synchronousCommit GUC
 * @param synchronousStandbyNames GUC, as the server has it
 * @param standbys WAL senders in state streaming
 * @param slots replication slots, temporary ones left out
 * @param startedAt text of {@code pg_postmaster_start_time()}
 */
public record MonitoringRow(
        int timeline,
        Lsn walPosition,
        Optional<Lsn> replayLsn,
        Lsn receiveLsn,
        Optional<Integer> receivedTimeline,
        Optional<String> receiverStatus,
        Optional<String> receiverSlot,
        Optional<String> receiverHost,
        boolean replayPaused,
        boolean restoreCommandSet,
        String synchronousCommit,
        String synchronousStandbyNames,
        List<Standby> standbys,
        List<Slot> slots,
        Optional<String> replayTimestamp,
        String startedAt,
        int serverVersion) {

    /** A WAL sender in state streaming. */
    public record Standby(
            long pid,
            String applicationName,
            String userName,
            String clientAddress,
            int clientPort,
            String state,
            String syncState,
            int syncPriority,
            Optional<Lsn> writeLsn,
            Optional<Lsn> flushLsn,
            Optional<Lsn> replayLsn) {}

    /** A replication slot. */
    public record Slot(
            String name,
            String type,
            boolean active,
            Optional<String> database,
            Optional<String> plugin,
            Optional<Lsn> restartLsn,
            Optional<Lsn> confirmedFlushLsn,
            boolean xminSet,
            Optional<String> walStatus,
            boolean failover,
            boolean synced) {}

    public boolean inRecovery() {
        return timeline == 0;
    }

    /** Position that decisions compare: flushed of a primary, the larger of received and replayed of a standby. */
    public Lsn position() {
        return inRecovery() ? Lsn.max(receiveLsn, replayLsn.orElse(Lsn.ZERO)) : walPosition;
    }

    public boolean streaming() {
        return receiverStatus.filter("streaming"::equals).isPresent();
    }
}
