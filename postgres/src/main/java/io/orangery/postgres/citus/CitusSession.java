package io.orangery.postgres.citus;

import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.NodeRow;
import io.orangery.core.citus.TopologyStep;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The statements on one connection. Not for several threads, except {@link #abort}.
 *
 * <p>Inside a transaction every wait has a limit that the server enforces, and none of them is ever zero, which would mean none: limits are
 * set per transaction, so that no site-wide default gets in.
 */
final class CitusSession {
    private static final Logger LOG = LoggerFactory.getLogger(CitusSession.class);

    private static final String UNDEFINED_FUNCTION = "42883";

    /** How much later than the agent the server ends a transaction that waits for it. */
    private static final Duration SERVER_LATER = Duration.ofSeconds(1);

    /** Grace for the answer that says that a statement was cancelled. */
    private static final Duration ANSWER_GRACE = Duration.ofSeconds(3);

    /** For a transaction whose own limit did not get through. */
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(10);

    private final Connection connection;
    private final TopologyStatements statements;
    private final int backend;
    private volatile Optional<CitusMetadata.Transaction> transaction = Optional.empty();

    /** @param connection to the Citus database as superuser; belongs to this object from now on */
    CitusSession(Connection connection) throws SQLException {
        this.connection = connection;
        this.statements = new TopologyStatements(connection);
        this.backend = connection.unwrap(PGConnection.class).getBackendPID();
        int version = connection.getMetaData().getDatabaseMajorVersion();
        var settings = new StringBuilder("SET idle_in_transaction_session_timeout = " + IDLE_LIMIT.toMillis());
        if (version >= 14) {
            // The second lets a backend that waits for locks notice that the agent is gone.
            settings.append("; SET idle_session_timeout = 0; SET client_connection_check_interval = 1000");
        }
        if (version >= 17) {
            settings.append("; SET transaction_timeout = 0");
        }
        run(settings.toString());
    }

    int backend() {
        return backend;
    }

    /** Open for use: not yet closed by either side, as far as is known. */
    boolean open() throws SQLException {
        return !connection.isClosed();
    }

    boolean inTransaction() {
        return transaction.isPresent();
    }

    void requireNoTransaction() throws SQLException {
        if (inTransaction()) {
            throw new SQLException("a transaction is open already", "25001");
        }
    }

    /** Whether it is the one that is open here (citus T5). */
    boolean carries(CitusMetadata.Transaction expected) {
        return transaction.filter(expected::equals).isPresent();
    }

    // --- reading

    List<GroupTopology> load() throws SQLException {
        Map<GroupId, List<NodeRow>> rows = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(
                        "SELECT groupid, nodename, nodeport, noderole::text, nodeid"
                                // rows of read-only clusters beside this one are not ours
                                + " FROM pg_dist_node WHERE noderole IN ('primary', 'secondary') AND nodecluster = 'default'")) {
            while (found.next()) {
                NodeRow row = row(found);
                rows.computeIfAbsent(row.group(), group -> new ArrayList<>()).add(row);
            }
        }
        return rows.entrySet().stream()
                .map(group -> GroupTopology.of(group.getKey(), group.getValue()))
                .toList();
    }

    private static NodeRow row(ResultSet found) throws SQLException {
        return new NodeRow(
                OptionalInt.of(found.getInt(5)),
                new GroupId(found.getInt(1)),
                new HostPort(found.getString(2), found.getInt(3)),
                found.getString(4).equals("primary") ? NodeRow.Role.PRIMARY : NodeRow.Role.SECONDARY);
    }

    boolean synced() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT NOT EXISTS (SELECT FROM pg_dist_node"
                        + " WHERE hasmetadata AND NOT metadatasynced AND noderole = 'primary')")) {
            found.next();
            return found.getBoolean(1);
        }
    }

    CitusMetadata.Capabilities capabilities() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(
                        "SELECT EXISTS (SELECT FROM pg_proc"
                                + " WHERE proname = 'citus_pause_node_within_txn' AND pronamespace = 'pg_catalog'::regnamespace),"
                                + " EXISTS (SELECT FROM pg_dist_placement GROUP BY shardid HAVING count(DISTINCT groupid) > 1)")) {
            found.next();
            return new CitusMetadata.Capabilities(found.getBoolean(1), found.getBoolean(2));
        }
    }

    /**
     * Lets Citus fill what it caches in each server process: the libraries, the nodes, and the shards of every table, which it needs for taking
     * their locks. In the pause this took 9 ms for four tables of 32 shards, and more with more tables (measured, Citus 13.2). Takes no locks.
     */
    void warmUp() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "SELECT count(get_colocated_shard_array(shard))"
                            + " FROM (SELECT min(shardid) AS shard FROM pg_dist_shard GROUP BY logicalrelid) AS one_of_each_table");
        } catch (SQLException failure) {
            if (!UNDEFINED_FUNCTION.equals(failure.getSQLState())) {
                throw failure;
            }
            LOG.debug("this Citus fills its caches when it needs them: {}", failure.getMessage());
        }
    }

    // --- changing

    CitusMetadata.Transaction begin(long number, Duration locks, Duration untilDeadline) throws SQLException {
        connection.setAutoCommit(false);
        limit(locks);
        run("SET LOCAL statement_timeout = " + millis(locks)
                + "; SET LOCAL lock_timeout = " + millis(locks)
                + "; SET LOCAL idle_in_transaction_session_timeout = " + millis(untilDeadline.plus(SERVER_LATER)));
        var begun = new CitusMetadata.Transaction(backend, number);
        transaction = Optional.of(begun);
        return begun;
    }

    void hold(Duration untilDeadline) throws SQLException {
        run("SET LOCAL idle_in_transaction_session_timeout = " + millis(untilDeadline.plus(SERVER_LATER)));
    }

    OptionalInt execute(TopologyStep step, Optional<Duration> cooldown) throws SQLException {
        return statements.execute(step, cooldown);
    }

    /** @param limit after which somebody else calls {@link #cancel}: the server has no limit for waiting in COMMIT */
    void commit(Duration limit) throws SQLException {
        limit(limit);
        // Every other statement of the agent must not wait for standbys. Here it is worth a moment: a coordinator that
        // takes over right
        // after it then knows the address (citus 20.2 #12).
        run("SET LOCAL synchronous_commit = on");
        connection.commit();
        ended();
    }

    void rollback() throws SQLException {
        connection.rollback();
        ended();
    }

    private void ended() throws SQLException {
        transaction = Optional.empty();
        connection.setAutoCommit(true);
        limit(IDLE_LIMIT);
    }

    // --- the connection

    /** How long the agent itself waits for an answer: only longer than the server takes to say no. */
    private void limit(Duration server) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, (int) millis(server.plus(ANSWER_GRACE)));
    }

    private void run(String statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    private static long millis(Duration limit) {
        return Math.clamp(limit.toMillis(), 1, Integer.MAX_VALUE);
    }

    /** Breaks the connection, whatever runs on it. Any thread; does not block. */
    void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException alreadyBroken) {
            LOG.debug("the topology connection could not be closed properly: {}", alreadyBroken.getMessage());
        }
    }

    /**
     * Asks the server to cancel what runs. A backend that waits for locks ends; one that waits for standbys in COMMIT has committed, and says
     * so. Any thread; blocks.
     */
    void cancel() {
        try {
            connection.unwrap(PGConnection.class).cancelQuery();
        } catch (SQLException gone) {
            LOG.debug("the topology statement could not be cancelled: {}", gone.getMessage());
        }
    }
}
