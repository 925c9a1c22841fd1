package io.orangery.postgres.rewind;

import io.orangery.core.cluster.Lsn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What pg_waldump says of the last record (ha-behaviour 25.4.1). */
final class Waldump {
    private static final Logger LOG = LoggerFactory.getLogger(Waldump.class);

    private static final Pattern RECORD = Pattern.compile("\\blsn: ([0-9A-Fa-f]+/[0-9A-Fa-f]+),");

    /** The words after the position vary: ": wanted 24, got 0", ": expected at least 24, got 0", nothing. */
    private static final Pattern END = Pattern.compile(
            "error in WAL record at ([0-9A-Fa-f]+/[0-9A-Fa-f]+): invalid record length at ([0-9A-Fa-f]+/[0-9A-Fa-f]+)");

    private Waldump() {}

    /**
     * End of the record at {@code position} when it is the last one that was written.
     *
     * @return empty when it is not the last, or that cannot be told
     */
    static Optional<Lsn> endOfLastRecord(PostgresTools tools, Path dataDir, int timeline, Lsn position)
            throws InterruptedException {
        var arguments = List.of(
                "-p",
                dataDir.resolve("pg_wal").toString(),
                "-t",
                Integer.toString(timeline),
                "-s",
                position.toString(),
                "-n",
                "2");
        try {
            var finished = tools.run("pg_waldump", arguments, Map.of());
            var end = endOfLastRecord(position, finished.stdout(), finished.stderr());
            if (end.isEmpty()) {
                LOG.info(
                        "The end of the record at {} cannot be told: {} {}",
                        position,
                        finished.stdout(),
                        finished.stderr());
            }
            return end;
        } catch (IOException notRun) {
            LOG.warn("pg_waldump could not be run: {}", notRun.getMessage());
            return Optional.empty();
        }
    }

    /** Exactly one record, the asked one, and one error that says where the next would begin. */
    static Optional<Lsn> endOfLastRecord(Lsn position, String stdout, String stderr) {
        var records = RECORD.matcher(stdout)
                .results()
                .map(match -> Lsn.parse(match.group(1)))
                .toList();
        var ends = END.matcher(stderr).results().toList();
        boolean onlyThis = records.equals(List.of(Optional.of(position)))
                && ends.size() == 1
                && Lsn.parse(ends.getFirst().group(1)).equals(Optional.of(position));
        return onlyThis ? Lsn.parse(ends.getFirst().group(2)) : Optional.empty();
    }
}
