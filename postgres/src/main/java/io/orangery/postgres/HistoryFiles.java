package io.orangery.postgres;

import io.orangery.postgres.LocalPostgres.HistoryFile;
import io.orangery.postgres.sql.ReplicationProtocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Timeline history files in the WAL directory. Blocking. */
final class HistoryFiles {
    private HistoryFiles() {}

    /** No lines for timeline 1, which has no such file, and when it is missing. */
    static HistoryFile read(Path dataDir, int timeline) {
        Path file = dataDir.resolve("pg_wal/%08X.history".formatted(timeline));
        try {
            List<HistoryFile.Line> lines = ReplicationProtocol.parseHistory(Files.readString(file)).stream()
                    .map(line -> new HistoryFile.Line(line.timeline(), line.end(), line.reason()))
                    .toList();
            return new HistoryFile(
                    lines, Optional.of(Files.getLastModifiedTime(file).toInstant()));
        } catch (IOException none) {
            return new HistoryFile(List.of(), Optional.empty());
        }
    }
}
