package io.orangery.postgres.process;

import io.orangery.core.cluster.Lsn;
import io.orangery.postgres.process.ShutdownCheckpoint.WalRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * One WAL record out of its segment file ({@code XLogRecord} in {@code xlogrecord.h}, unchanged from 9.5 to 18), without a process. Only
 * records that lie within one page; the page must be the one that belongs there (segments are used again) and the record's checksum must fit.
 */
final class WalRecordBytes {
    private static final int PAGE_ADDRESS = 8;
    private static final int RECORD_HEADER = 24;
    private static final int PREVIOUS = 8;
    private static final int INFO = 16;
    private static final int MANAGER = 17;
    private static final int CHECKSUM = 20;
    private static final int XLOG = 0;
    private static final int OWN_INFO = 0xF0;
    private static final int CHECKPOINT_SHUTDOWN = 0x00;
    private static final int SWITCH = 0x40;

    private final Path wal;
    private final int segmentBytes;
    private final int pageBytes;

    WalRecordBytes(Path wal, int segmentBytes, int pageBytes) {
        this.wal = wal;
        this.segmentBytes = segmentBytes;
        this.pageBytes = pageBytes;
    }

    Path segment(int timeline, Lsn at) {
        long number = at.bytes() / segmentBytes;
        long perLog = 0x1_0000_0000L / segmentBytes;
        return wal.resolve("%08X%08X%08X".formatted(timeline, number / perLog, number % perLog));
    }

    /** Empty when it is not to be read in this way: {@code pg_waldump} may know. */
    Optional<WalRecord> read(int timeline, Lsn at) throws IOException {
        var page = ByteBuffer.allocate(pageBytes).order(ByteOrder.nativeOrder());
        long pageStart = at.bytes() - at.bytes() % pageBytes;
        try (var file = FileChannel.open(segment(timeline, at))) {
            while (page.hasRemaining() && file.read(page, pageStart % segmentBytes + page.position()) > 0) {
                // until the page is read
            }
        }
        int offset = (int) (at.bytes() - pageStart);
        boolean here = !page.hasRemaining()
                && page.getLong(PAGE_ADDRESS) == pageStart
                && offset + RECORD_HEADER <= pageBytes
                && page.getInt(offset) >= RECORD_HEADER
                && page.getInt(offset) <= pageBytes - offset;
        return here && checksum(page, offset) == page.getInt(offset + CHECKSUM)
                ? Optional.of(record(page, offset, at))
                : Optional.empty();
    }

    /** What follows the header first, then the header up to the checksum. */
    private static int checksum(ByteBuffer page, int offset) {
        var checksum = new CRC32C();
        checksum.update(page.array(), offset + RECORD_HEADER, page.getInt(offset) - RECORD_HEADER);
        checksum.update(page.array(), offset, CHECKSUM);
        return (int) checksum.getValue();
    }

    private static WalRecord record(ByteBuffer page, int offset, Lsn at) {
        boolean xlog = page.get(offset + MANAGER) == XLOG;
        String what = switch (page.get(offset + INFO) & OWN_INFO) {
            case CHECKPOINT_SHUTDOWN -> "CHECKPOINT_SHUTDOWN";
            case SWITCH -> "SWITCH";
            default -> "other";
        };
        return new WalRecord(xlog ? "XLOG" : "other", at, new Lsn(page.getLong(offset + PREVIOUS)), what);
    }
}
