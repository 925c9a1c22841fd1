package io.orangery.postgres.citus;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Result;
import io.orangery.postgres.citus.CitusMetadata.Writability;
import io.orangery.postgres.sql.Connections;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the coordinator's agent asks the servers of other groups, as superuser in the Citus database. One connection to each is kept, because a
 * new one takes 10 to 20 ms and writes wait meanwhile. Any thread; blocks.
 */
final class OtherServers {
    private static final Logger LOG = LoggerFactory.getLogger(OtherServers.class);

    /** The server's own limit; the agent gives up earlier. */
    private static final int STATEMENT_TIMEOUT_MILLIS = 5000;

    /** Between two looks at a standby: a look takes less than one. */
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(4);

    /**
     * In one statement: the position comes before its own commit record, which then flushes everything up to it. Taken afterwards it could lie
     * behind records of others that nobody flushes for a while, or behind the header of a page that is never replayed by itself.
     */
    private static final String FLUSH =
            "SELECT pg_logical_emit_message(true, 'orangery', ''), pg_current_wal_insert_lsn()";

    private static final String REPLAY = "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() >= ?::pg_lsn,"
            + " EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')";

    private final Supplier<PostgresSettings> settings;
    private final String database;
    private final Connections connections;
    /** Those that nobody uses at the moment. */
    private final Map<HostPort, Connection> kept = new HashMap<>();
    /** Raised when all are closed: one that is in use then is not kept afterwards. */
    private long generation;

    OtherServers(Supplier<PostgresSettings> settings, String database, Connections connections) {
        this.settings = settings;
        this.database = database;
        this.connections = connections;
    }

    // --- questions

    /** @param limit for each answer of the server, not for all of it */
    Writability writability(HostPort server, Duration limit) {
        try {
            return ask(server, limit, OtherServers::writability);
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

    /**
     * @param limit for each answer of a server, not for all of it
     * @param over when waiting is to end
     */
    Result<Lsn> caughtUp(HostPort primary, HostPort standby, Duration limit, BooleanSupplier over) {
        Result<Lsn> committed = SqlFailure.catching(() -> ask(primary, limit, OtherServers::flush));
        return switch (committed) {
            case Result.Failed<Lsn>(Cause cause, String why) -> Result.failed(cause, primary + ": " + why);
            case Result.Done<Lsn>(Lsn position) ->
                switch (SqlFailure.catching(() -> ask(standby, limit, open -> replayed(open, position, over)))) {
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

    // --- connections

    private interface Question<T> {
        T to(Connection connection) throws SQLException;
    }

    /**
     * On the kept connection; when that fails, on a new one. The kept one gets half of the time: a connection whose other end has vanished does
     * not fail by itself.
     */
    private <T> T ask(HostPort server, Duration limit, Question<T> question) throws SQLException {
        long before = generation();
        Optional<Connection> known = take(server);
        if (known.isPresent()) {
            try {
                return ask(server, known.get(), before, limit.dividedBy(2), question);
            } catch (SQLException broken) {
                LOG.debug("the connection to {} does not work any more: {}", server, broken.getMessage());
            }
        }
        Connection fresh = connections.remote(server, settings.get().superuser(), database, STATEMENT_TIMEOUT_MILLIS);
        return ask(server, fresh, before, limit, question);
    }

    private <T> T ask(HostPort server, Connection connection, long before, Duration limit, Question<T> question)
            throws SQLException {
        try {
            connection.setNetworkTimeout(Runnable::run, Math.clamp(limit.toMillis(), 1, Integer.MAX_VALUE));
            T answer = question.to(connection);
            keep(server, connection, before);
            return answer;
        } catch (SQLException | RuntimeException failure) {
            abort(connection);
            throw failure;
        }
    }

    private synchronized long generation() {
        return generation;
    }

    private synchronized Optional<Connection> take(HostPort server) {
        return Optional.ofNullable(kept.remove(server));
    }

    private synchronized void keep(HostPort server, Connection connection, long before) {
        if (generation != before || kept.putIfAbsent(server, connection) != null) {
            abort(connection);
        }
    }

    /** Closes what leads to other servers than these. */
    synchronized void keepOnly(Set<HostPort> servers) {
        Set<HostPort> others = new HashSet<>(kept.keySet());
        others.removeAll(servers);
        others.forEach(server -> abort(kept.remove(server)));
    }

    /** Also those in use, as soon as they are not. */
    synchronized void closeAll() {
        generation++;
        List.copyOf(kept.values()).forEach(OtherServers::abort);
        kept.clear();
    }

    private static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException gone) {
            LOG.debug("a connection could not be closed: {}", gone.getMessage());
        }
    }
}
