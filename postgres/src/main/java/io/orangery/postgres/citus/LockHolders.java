package io.orangery.postgres.citus;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.postgres.citus.CitusMetadata.Blocker;
import io.orangery.postgres.configuration.LocalAddress;
import io.orangery.postgres.sql.Connections;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Who is in the way on the coordinator. Asked on a connection beside the topology's own, which may be waiting. Any thread; blocks.
 */
final class LockHolders {
    private static final int STATEMENT_TIMEOUT_MILLIS = 5000;

    /** Half of it is longer than the server takes to say no. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(12);

    private static final String SESSIONS = "SELECT pid, coalesce(usename, ''), coalesce(application_name, ''),"
            + " coalesce(state, ''), coalesce(extract(epoch FROM clock_timestamp() - xact_start), 0) * 1000"
            + " FROM pg_stat_activity WHERE pid IN ";

    /**
     * Holders of the shard metadata locks of a group, in any mode: a pause asks for the strongest. As Citus builds them (resource_lock.h):
     * {@code objsubid} 8 is (number of the shard in its table, colocation id), of tables that are colocated; 4 is the 64 bits of the shard id.
     */
    private static final String HOLDERS = """
            (SELECT lock.pid
             FROM (SELECT shardid, colocationid, row_number() OVER (PARTITION BY logicalrelid
                       ORDER BY CASE partmethod WHEN 'h' THEN shardminvalue::int END) - 1 AS number
                   FROM pg_dist_shard JOIN pg_dist_partition USING (logicalrelid)) shard
             JOIN pg_dist_placement placement USING (shardid)
             JOIN pg_locks lock ON lock.objsubid = 8 AND (lock.classid::bigint, lock.objid::bigint) = (number, colocationid)
                 OR lock.objsubid = 4 AND (lock.classid::bigint << 32 | lock.objid::bigint) = shardid
             WHERE placement.groupid = ? AND lock.locktype = 'advisory' AND lock.granted AND lock.pid <> ?
               AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
            """;

    /** Its processes are told by the name that Citus gives them (metadata_sync.c). Terminating them does not help: they do not listen. */
    private static final String CANCEL_SYNC =
            "SELECT count(*) FILTER (WHERE pg_cancel_backend(pid)) FROM pg_stat_activity"
                    + " WHERE application_name = 'Citus Metadata Sync Daemon' AND datname = current_database()";

    private final Supplier<PostgresSettings> settings;
    private final KeptConnections connections;

    LockHolders(Supplier<PostgresSettings> settings, String database, Connections connections) {
        this.settings = settings;
        this.connections =
                new KeptConnections(local -> connections.superuser("citus", database, STATEMENT_TIMEOUT_MILLIS));
    }

    KeptConnections connections() {
        return connections;
    }

    /** Opens the connection, unless there is one that works. */
    void ready() throws SQLException {
        blocking(0);
    }

    /** Whom this backend waits for. */
    List<Blocker> blocking(int backend) throws SQLException {
        return ask(connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement(SESSIONS + "(SELECT unnest(pg_blocking_pids(?)))")) {
                statement.setInt(1, backend);
                return sessions(statement);
            }
        });
    }

    /** @param besides this backend */
    List<Blocker> writersOf(GroupId group, int besides) throws SQLException {
        return ask(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(SESSIONS + HOLDERS)) {
                statement.setInt(1, group.number());
                statement.setInt(2, besides);
                return sessions(statement);
            }
        });
    }

    private static List<Blocker> sessions(PreparedStatement statement) throws SQLException {
        List<Blocker> found = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(new Blocker(
                        rows.getInt(1),
                        rows.getString(2),
                        rows.getString(3),
                        rows.getString(4),
                        Duration.ofMillis((long) rows.getDouble(5))));
            }
        }
        return List.copyOf(found);
    }

    int cancelMetadataSync() throws SQLException {
        return ask(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(CANCEL_SYNC)) {
                row.next();
                return row.getInt(1);
            }
        });
    }

    private <T> T ask(KeptConnections.Question<T> question) throws SQLException {
        return connections.ask(LocalAddress.inForce(settings.get()), ANSWER_LIMIT, question);
    }
}
