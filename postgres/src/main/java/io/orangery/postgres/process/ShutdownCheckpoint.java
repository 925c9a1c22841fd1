package io.orangery.postgres.process;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.postgres.ControlData;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the WAL of a primary that was shut down ends (ha-behaviour 15.1). Blocking. */
public final class ShutdownCheckpoint {
    private static final Pattern RECORD = Pattern.compile(
            "rmgr: (\\S+) .*lsn: ([0-9A-F]+/[0-9A-F]+), prev ([0-9A-F]+/[0-9A-F]+),.*desc: (\\S+)(?: (\\S+))?");

    private static final long SMALLEST_SEGMENT = 1L << 20;
    private static final long LONG_PAGE_HEADER = 40;

    private final Installation installation;
    private final Path dataDir;
    private final ControlFile controlFile;

    public ShutdownCheckpoint(Installation installation, Path dataDir, ControlFile controlFile) {
        this.installation = installation;
        this.dataDir = dataDir;
        this.controlFile = controlFile;
    }

    /** Location before the WAL switch that archiving puts in front of the checkpoint; the checkpoint itself when there is none. */
    public Lsn beforeSwitch(ControlData control) throws InterruptedException {
        Optional<WalRecord> checkpoint =
                record(control.checkpointTimeline(), control.checkpoint()).filter(WalRecord::shutdownCheckpoint);
        if (checkpoint.isEmpty()) {
            return control.checkpoint();
        }
        Lsn previous = checkpoint.get().previous();
        boolean afterSwitch = record(control.checkpointTimeline(), previous)
                .map(WalRecord::walSwitch)
                .orElse(firstOfSegment(control.checkpoint()));
        return afterSwitch ? previous : control.checkpoint();
    }

    /**
     * The segment of the predecessor may be archived and recycled already. A record behind the long header that only the first page of a
     * segment has follows a switch, or, once in a very long time, one that ended exactly there: then it is a record too little.
     */
    private static boolean firstOfSegment(Lsn checkpoint) {
        return checkpoint.bytes() % SMALLEST_SEGMENT == LONG_PAGE_HEADER;
    }

    /** Out of the file where possible: a process costs ten milliseconds, and somebody waits for the end of a stop. */
    private Optional<WalRecord> record(int timeline, Lsn at) throws InterruptedException {
        try {
            Optional<WalRecordBytes> records = controlFile.walRecords();
            Optional<WalRecord> read = records.isPresent() ? records.get().read(timeline, at) : Optional.empty();
            return read.isPresent() ? read : dumped(timeline, at);
        } catch (NoSuchFileException recycled) {
            return Optional.empty();
        } catch (IOException unreadable) {
            return dumped(timeline, at);
        }
    }

    private Optional<WalRecord> dumped(int timeline, Lsn at) throws InterruptedException {
        try {
            List<String> arguments = List.of(
                    "-t",
                    Integer.toString(timeline),
                    "-p",
                    dataDir.resolve("pg_wal").toString(),
                    "-s",
                    at.toString(),
                    "-n",
                    "1");
            Subprocess.Result result = installation.run("pg_waldump", arguments, Map.of());
            return parse(result.stdout());
        } catch (IOException notRunnable) {
            return Optional.empty();
        }
    }

    /** One line of pg_waldump. */
    record WalRecord(String manager, Lsn at, Lsn previous, String what) {
        boolean shutdownCheckpoint() {
            return manager.equals("XLOG") && what.equals("CHECKPOINT_SHUTDOWN");
        }

        boolean walSwitch() {
            return manager.equals("XLOG") && what.equals("SWITCH");
        }
    }

    static Optional<WalRecord> parse(String line) {
        Matcher record = RECORD.matcher(line);
        if (!record.find()) {
            return Optional.empty();
        }
        return Lsn.parse(record.group(2))
                .flatMap(at -> Lsn.parse(record.group(3))
                        .map(previous -> new WalRecord(record.group(1), at, previous, record.group(4))));
    }
}
