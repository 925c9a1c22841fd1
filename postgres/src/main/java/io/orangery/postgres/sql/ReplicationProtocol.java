package io.orangery.postgres.sql;

import io.orangery.core.cluster.Lsn;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Commands of the replication protocol, on a connection made by {@link Connections#replication}. */
public final class ReplicationProtocol {
    private ReplicationProtocol() {}

    /** Answer to {@code IDENTIFY_SYSTEM}. */
    public record Identity(String systemIdentifier, int timeline, Lsn position) {}

    /** Where a timeline was left. */
    public record HistoryLine(int timeline, Lsn end, String reason) {}

    public static Identity identifySystem(Connection replication) throws SQLException {
        try (var statement = replication.createStatement();
                var row = statement.executeQuery("IDENTIFY_SYSTEM")) {
            if (!row.next()) {
                throw new SQLException("IDENTIFY_SYSTEM gave no row");
            }
            var position = Lsn.parse(row.getString("xlogpos"))
                    .orElseThrow(() -> new SQLException("IDENTIFY_SYSTEM gave a position that is none"));
            return new Identity(row.getString("systemid"), row.getInt("timeline"), position);
        }
    }

    /** Content of the history file of a timeline above 1. */
    public static List<HistoryLine> timelineHistory(Connection replication, int timeline) throws SQLException {
        try (var statement = replication.createStatement();
                var row = statement.executeQuery("TIMELINE_HISTORY " + timeline)) {
            if (!row.next()) {
                throw new SQLException("TIMELINE_HISTORY " + timeline + " gave no row");
            }
            // Bytes without a conversion; declared as bytea or text, depending on the version.
            return parseHistory(new String(row.getBytes("content"), StandardCharsets.UTF_8));
        }
    }

    /** Lines of a history file; those that are none (comments, blanks) are skipped. */
    public static List<HistoryLine> parseHistory(String content) {
        return content.lines().flatMap(line -> historyLine(line).stream()).toList();
    }

    private static Optional<HistoryLine> historyLine(String line) {
        var fields = line.strip().split("\\s+", 3);
        if (fields.length < 2 || !fields[0].matches("\\d{1,9}")) {
            return Optional.empty();
        }
        var reason = Stream.of(fields).skip(2).findFirst().orElse("");
        return Lsn.parse(fields[1]).map(end -> new HistoryLine(Integer.parseInt(fields[0]), end, reason));
    }
}
