package io.orangery.postgres.citus;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Result;
import io.orangery.postgres.citus.CitusMetadata.Standing;
import io.orangery.postgres.citus.CitusMetadata.Writability;
import io.orangery.postgres.sql.Connections;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What the coordinator's agent asks the servers of other groups, as superuser in the Citus database, on kept connections.
 * Any thread; blocks.
 */
final class OtherServers {
    /** The server's own limit; the agent gives up earlier. */
    private static final int STATEMENT_TIMEOUT_MILLIS = 5000;

    /** Between two looks at a standby, which take less than 1 ms each. */
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(4);

    /**
     * In one statement: the position comes before its own commit record, which then flushes everything up to it. Taken afterwards it could lie
     * behind records of others that nobody flushes for a while, or behind the header of a page that is never replayed by itself.
     */
    private static final String FLUSH =
            "SELECT pg_logical_emit_message(true, 'orangery', ''), pg_current_wal_insert_lsn()";

    private static final String REPLAY = "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() >= ?::pg_lsn,"
            + " EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')";

    private static final String STANDING =
            "SELECT pg_is_in_recovery(), pg_last_wal_receive_lsn()::text, pg_last_wal_replay_lsn()::text";

    private final KeptConnections connections;

    OtherServers(Supplier<PostgresSettings> settings, String database, Connections connections) {
        this.connections = new KeptConnections(
                server -> connections.remote(server, settings.get().superuser(), database, STATEMENT_TIMEOUT_MILLIS));
    }

    KeptConnections connections() {
        return connections;
    }

    /** @param limit for each answer of the server, not for all of it */
    Writability writability(HostPort server, Duration limit) {
        try {
            return connections.ask(server, limit, OtherServers::writability);
        } catch (SQLException | RuntimeException noAnswer) {
            return new Writability.Unknown(SqlFailure.text(noAnswer));
        }
    }

    private static Writability writability(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT pg_is_in_recovery(), system_identifier::text FROM pg_control_system()")) {
            row.next();
            return row.getBoolean(1) ? new Writability.InRecovery() : new Writability.Writable(row.getString(2));
        }
    }

    /** @param limit for each answer of the server, not for all of it */
    Standing standing(HostPort server, Duration limit) {
        try {
            return connections.ask(server, limit, OtherServers::standing);
        } catch (SQLException | RuntimeException noAnswer) {
            return new Standing.Other(SqlFailure.text(noAnswer));
        }
    }

    private static Standing standing(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(STANDING)) {
            row.next();
            Optional<Lsn> flushed = Optional.ofNullable(row.getString(2)).flatMap(Lsn::parse);
            Optional<Lsn> replayed = Optional.ofNullable(row.getString(3)).flatMap(Lsn::parse);
            return row.getBoolean(1) && replayed.isPresent()
                    ? new Standing.Standby(Lsn.max(flushed.orElse(replayed.get()), replayed.get()), replayed.get())
                    : new Standing.Other("is not in recovery");
        }
    }

    /**
     * @param limit for each answer of a server, not for all of it
     * @param over when waiting is to end
     */
    Result<Lsn> caughtUp(HostPort primary, HostPort standby, Duration limit, BooleanSupplier over) {
        Result<Lsn> committed = SqlFailure.catching(() -> connections.ask(primary, limit, OtherServers::flush));
        return switch (committed) {
            case Result.Failed<Lsn>(Cause cause, String why) -> Result.failed(cause, primary + ": " + why);
            case Result.Done<Lsn>(Lsn position) ->
                switch (SqlFailure.catching(
                        () -> connections.ask(standby, limit, open -> replayed(open, position, over)))) {
                    case Result.Failed<Optional<String>>(Cause cause, String why) ->
                        Result.failed(cause, standby + ": " + why);
                    case Result.Done<Optional<String>>(Optional<String> hindrance) ->
                        hindrance
                                .map(why -> Result.<Lsn>failed(Cause.OTHER, standby + " " + why))
                                .orElse(committed);
                };
        };
    }

    private static Lsn flush(Connection primary) throws SQLException {
        try (Statement statement = primary.createStatement();
                ResultSet row = statement.executeQuery(FLUSH)) {
            row.next();
            String position = row.getString(2);
            return Lsn.parse(position).orElseThrow(() -> new SQLException("not a position: " + position));
        }
    }

    /** Empty: it has. Else why it will not, or not in time. */
    private static Optional<String> replayed(Connection standby, Lsn position, BooleanSupplier over)
            throws SQLException {
        try (PreparedStatement statement = standby.prepareStatement(REPLAY)) {
            statement.setString(1, position.toString());
            while (!over.getAsBoolean()) {
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    if (!row.getBoolean(1)) {
                        return Optional.of("is not in recovery");
                    }
                    if (!row.getBoolean(3)) {
                        return Optional.of("does not stream");
                    }
                    if (row.getBoolean(2)) {
                        return Optional.empty();
                    }
                }
                LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            }
            return Optional.of("has not replayed " + position + " in time");
        }
    }
}
