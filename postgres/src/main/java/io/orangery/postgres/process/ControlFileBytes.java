package io.orangery.postgres.process;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.postgres.ControlData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The bytes of {@code global/pg_control} ({@code ControlFileData} in {@code pg_control.h}), for PostgreSQL 12 to 18: the fields that are read
 * here have kept their places, and the checksum stands in one of two. A layout that is not this one fails the checksum and the number that
 * PostgreSQL puts there for this very purpose, and so does a read that was torn by a write.
 */
final class ControlFileBytes {
    private static final int OLDEST_FORMAT = 1201;
    private static final int NEWEST_FORMAT = 1800;

    /** Behind the nonce; since 18 a flag (signedness of char) stands before that. */
    private static final List<Integer> CHECKSUMS = List.of(288, 292);

    private static final int FORMAT = 8;
    private static final int STATE = 16;
    private static final int CHECKPOINT = 32;
    private static final int CHECKPOINT_TIMELINE = 48;
    private static final int MINIMUM_RECOVERY_END = 136;
    private static final int MINIMUM_RECOVERY_TIMELINE = 144;
    private static final int WAL_LEVEL = 172;
    private static final int WAL_LOG_HINTS = 176;
    private static final int MAX_CONNECTIONS = 180;
    private static final int MAX_WORKER_PROCESSES = 184;
    private static final int MAX_WAL_SENDERS = 188;
    private static final int MAX_PREPARED_TRANSACTIONS = 192;
    private static final int MAX_LOCKS_PER_TRANSACTION = 196;
    private static final int TRACK_COMMIT_TIMESTAMP = 200;
    private static final int KNOWN_NUMBER = 208;
    private static final double KNOWN_NUMBER_VALUE = 1234567.0;
    private static final int WAL_PAGE_BYTES = 224;
    private static final int WAL_SEGMENT_BYTES = 228;
    private static final int PAGE_CHECKSUMS = 252;
    private static final int LEAST_BYTES = 296;

    private static final List<String> STATES = List.of(
            "starting up",
            "shut down",
            "shut down in recovery",
            "shutting down",
            "in crash recovery",
            "in archive recovery",
            "in production");
    private static final List<String> WAL_LEVELS = List.of("minimal", "replica", "logical");

    private final ByteBuffer bytes;

    ControlFileBytes(byte[] content) {
        this.bytes = ByteBuffer.wrap(content).order(ByteOrder.nativeOrder());
    }

    /** False: another format, which only {@code pg_controldata} of that version can read. */
    boolean known() {
        return bytes.capacity() >= LEAST_BYTES
                && bytes.getInt(FORMAT) >= OLDEST_FORMAT
                && bytes.getInt(FORMAT) <= NEWEST_FORMAT;
    }

    /** Whole and of the known layout. */
    boolean intact() {
        return known()
                && bytes.getDouble(KNOWN_NUMBER) == KNOWN_NUMBER_VALUE
                && CHECKSUMS.stream().anyMatch(at -> checksum(at) == bytes.getInt(at));
    }

    private int checksum(int length) {
        var checksum = new CRC32C();
        checksum.update(bytes.array(), 0, length);
        return (int) checksum.getValue();
    }

    /** As {@code pg_controldata} tells it; empty when the bytes are not {@link #intact()}. */
    Optional<ControlData> data() {
        if (!intact() || bytes.getInt(STATE) < 0 || bytes.getInt(STATE) >= STATES.size()) {
            return Optional.empty();
        }
        return Optional.of(new ControlData(
                Long.toUnsignedString(bytes.getLong(0)),
                STATES.get(bytes.getInt(STATE)),
                new Lsn(bytes.getLong(CHECKPOINT)),
                bytes.getInt(CHECKPOINT_TIMELINE),
                new Lsn(bytes.getLong(MINIMUM_RECOVERY_END)),
                bytes.getInt(MINIMUM_RECOVERY_TIMELINE),
                bytes.get(WAL_LOG_HINTS) != 0,
                bytes.getInt(PAGE_CHECKSUMS),
                settings()));
    }

    Optional<WalRecordBytes> walRecords(Path wal) {
        return intact()
                ? Optional.of(new WalRecordBytes(wal, bytes.getInt(WAL_SEGMENT_BYTES), bytes.getInt(WAL_PAGE_BYTES)))
                : Optional.empty();
    }

    private Map<String, String> settings() {
        int level = bytes.getInt(WAL_LEVEL);
        return Map.of(
                "wal_level", level >= 0 && level < WAL_LEVELS.size() ? WAL_LEVELS.get(level) : "unrecognized wal_level",
                "wal_log_hints", onOff(WAL_LOG_HINTS),
                "max_connections", Integer.toString(bytes.getInt(MAX_CONNECTIONS)),
                "max_worker_processes", Integer.toString(bytes.getInt(MAX_WORKER_PROCESSES)),
                "max_wal_senders", Integer.toString(bytes.getInt(MAX_WAL_SENDERS)),
                "max_prepared_xacts", Integer.toString(bytes.getInt(MAX_PREPARED_TRANSACTIONS)),
                "max_locks_per_xact", Integer.toString(bytes.getInt(MAX_LOCKS_PER_TRANSACTION)),
                "track_commit_timestamp", onOff(TRACK_COMMIT_TIMESTAMP));
    }

    private String onOff(int at) {
        return bytes.get(at) != 0 ? "on" : "off";
    }
}
