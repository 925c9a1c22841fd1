package io.orangery.postgres.sql;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.postgres.MonitoringRow.Slot;
import io.orangery.core.postgres.MonitoringRow.Standby;
import io.orangery.postgres.configuration.ServerVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The monitoring row (ha-behaviour 30.1): one query. Functions instead of the system views, which join more than is needed and take locks.
 */
public final class MonitoringQuery {
    private MonitoringQuery() {}

    private static final String POSITIONS = """
            SELECT CASE WHEN pg_is_in_recovery() THEN 0
                        ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END AS timeline,
                   CASE WHEN pg_is_in_recovery() THEN 0
                        ELSE pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint END AS wal_position,
                   pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint AS replay_lsn,
                   greatest(pg_wal_lsn_diff(coalesce(pg_last_wal_receive_lsn(), '0/0'), '0/0')::bigint, written) AS receive_lsn,
                   receiver.*,
                   CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END AS replay_paused,
                   current_setting('restore_command') <> '' AS restore_command_set,
                   current_setting('synchronous_commit') AS synchronous_commit,
                   current_setting('synchronous_standby_names') AS synchronous_standby_names,
                   replace(to_char(pg_last_xact_replay_timestamp(), 'YYYY-MM-DD HH24:MI:SS.USTZH:TZM'), '.000000', '') AS replay_timestamp,
                   replace(to_char(pg_postmaster_start_time(), 'YYYY-MM-DD HH24:MI:SS.USTZH:TZM'), '.000000', '') AS started_at,
                   current_setting('server_version_num')::int AS server_version,
                   %s AS standbys,
                   %s AS slots
            FROM (SELECT 1) one LEFT JOIN (%s) receiver ON true
            """;

    /** One row of text for each; a two-dimensional array needs no parser for JSON. */
    private static final String STANDBYS = """
            ARRAY(SELECT ARRAY[sender.pid::text, activity.application_name, pg_get_userbyid(activity.usesysid)::text,
                               host(activity.client_addr), activity.client_port::text, sender.state, sender.sync_state,
                               sender.sync_priority::text, sender.write_lsn::text, sender.flush_lsn::text, sender.replay_lsn::text]
                  FROM pg_stat_get_wal_senders() sender JOIN pg_stat_get_activity(NULL) activity ON activity.pid = sender.pid
                  WHERE sender.state = 'streaming' ORDER BY activity.application_name, sender.pid)
            """;

    private static final String NO_STANDBYS = "ARRAY[]::text[]";

    private static final String SLOTS = """
            ARRAY(SELECT ARRAY[slot_name::text, slot_type, active::text, datname::text, plugin::text, restart_lsn::text,
                               confirmed_flush_lsn::text, (xmin IS NOT NULL)::text, %s, %s, %s]
                  FROM pg_get_replication_slots() LEFT JOIN pg_database ON pg_database.oid = datoid
                  WHERE NOT temporary ORDER BY slot_name)
            """;

    private static final String RECEIVER = """
            SELECT CASE WHEN latest_end_lsn IS NOT NULL THEN received_tli END AS received_timeline, status, slot_name::text, sender_host,
                   sender_port, %s AS written
            FROM pg_stat_get_wal_receiver() WHERE pid IS NOT NULL
            """;

    /**
     * Asks the server.
     *
     * @param version of the server; the columns differ
     * @param withReplication also WAL senders
     */
    public static MonitoringRow ask(Connection connection, ServerVersion version, boolean withReplication)
            throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql(version, withReplication))) {
            if (!row.next()) {
                throw new SQLException("the monitoring query gave no row");
            }
            return read(row);
        }
    }

    static String sql(ServerVersion version, boolean withReplication) {
        var slots = SLOTS.formatted(
                version.atLeast(13) ? "wal_status" : "NULL",
                version.atLeast(17) ? "failover::text" : "'false'",
                version.atLeast(17) ? "synced::text" : "'false'");
        var receiver = RECEIVER.formatted(
                version.atLeast(13) ? "pg_wal_lsn_diff(coalesce(written_lsn, '0/0'), '0/0')::bigint" : "0::bigint");
        return POSITIONS.formatted(withReplication ? STANDBYS : NO_STANDBYS, slots, receiver);
    }

    private static MonitoringRow read(ResultSet row) throws SQLException {
        return new MonitoringRow(
                row.getInt("timeline"),
                new Lsn(row.getLong("wal_position")),
                position(row, "replay_lsn"),
                new Lsn(row.getLong("receive_lsn")),
                Optional.ofNullable(row.getObject("received_timeline", Integer.class)),
                Optional.ofNullable(row.getString("status")),
                Optional.ofNullable(row.getString("slot_name")).filter(name -> !name.isEmpty()),
                sender(row),
                row.getBoolean("replay_paused"),
                row.getBoolean("restore_command_set"),
                row.getString("synchronous_commit"),
                row.getString("synchronous_standby_names"),
                rows(row, "standbys", MonitoringQuery::standby),
                rows(row, "slots", MonitoringQuery::slot),
                Optional.ofNullable(row.getString("replay_timestamp")),
                row.getString("started_at"),
                row.getInt("server_version"));
    }

    private static Optional<Lsn> position(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, Long.class)).map(Lsn::new);
    }

    /** With a socket directory instead of a host there is no address to compare. */
    private static Optional<String> sender(ResultSet row) throws SQLException {
        var host = row.getString("sender_host");
        int port = row.getInt("sender_port");
        return host == null || host.isEmpty() || host.startsWith("/") || port == 0
                ? Optional.empty()
                : Optional.of((host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port);
    }

    private static <T> List<T> rows(ResultSet row, String column, Function<String[], T> reader) throws SQLException {
        return row.getArray(column).getArray() instanceof String[][] lines
                ? Arrays.stream(lines).map(reader).toList()
                : List.of();
    }

    private static Standby standby(String[] field) {
        return new Standby(
                Long.parseLong(field[0]),
                text(field[1]),
                text(field[2]),
                text(field[3]),
                field[4] == null ? 0 : Integer.parseInt(field[4]),
                field[5],
                text(field[6]),
                field[7] == null ? 0 : Integer.parseInt(field[7]),
                lsn(field[8]),
                lsn(field[9]),
                lsn(field[10]));
    }

    private static Slot slot(String[] field) {
        return new Slot(
                field[0],
                field[1],
                Boolean.parseBoolean(field[2]),
                Optional.ofNullable(field[3]),
                Optional.ofNullable(field[4]),
                lsn(field[5]),
                lsn(field[6]),
                Boolean.parseBoolean(field[7]),
                Optional.ofNullable(field[8]),
                Boolean.parseBoolean(field[9]),
                Boolean.parseBoolean(field[10]));
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }

    private static Optional<Lsn> lsn(String text) {
        return Optional.ofNullable(text).flatMap(Lsn::parse);
    }
}
