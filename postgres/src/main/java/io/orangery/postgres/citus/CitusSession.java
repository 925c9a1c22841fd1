package io.orangery.postgres.citus;

import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.NodeRow;
import io.orangery.core.citus.TopologyStep;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

    /** How much later than the agent the server ends a transaction that waits for it. */
    private static final Duration SERVER_LATER = Duration.ofSeconds(1);

    /** Grace for the answer that says that a statement was cancelled. */
    private static final Duration ANSWER_GRACE = Duration.ofSeconds(3);

    /** For a transaction whose own limit did not get through. */
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(10);

    private final Connection connection;
    private final int backend;
    private volatile Optional<CitusMetadata.Transaction> transaction = Optional.empty();

    /** @param connection to the Citus database as superuser; belongs to this object from now on */
    CitusSession(Connection connection) throws SQLException {
        this.connection = connection;
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

    void requireNoTransaction() throws SQLException {
        if (transaction.isPresent()) {
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

    /** @param cooldown empty: without {@code force} */
    OptionalInt execute(TopologyStep step, Optional<Duration> cooldown) throws SQLException {
        switch (step) {
            case TopologyStep.Update update -> update(update, cooldown);
            case TopologyStep.Pause pause -> pause(pause, cooldown);
            case TopologyStep.Readdress readdress -> readdress(readdress);
            case TopologyStep.Remove remove -> remove(remove);
            case TopologyStep.Add add -> {
                return OptionalInt.of(add(add));
            }
        }
        return OptionalInt.empty();
    }

    private void update(TopologyStep.Update update, Optional<Duration> cooldown) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT citus_update_node(?, ?, ?, ?, ?)")) {
            statement.setInt(1, update.nodeid());
            statement.setString(2, update.nodename());
            statement.setInt(3, update.address().port());
            force(statement, 4, cooldown);
            statement.execute();
        }
    }

    private void pause(TopologyStep.Pause pause, Optional<Duration> cooldown) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT citus_pause_node_within_txn(?, ?, ?)")) {
            statement.setInt(1, pause.nodeid());
            force(statement, 2, cooldown);
            statement.execute();
        }
    }

    /** The last two parameters of both functions; without force the second of them is not looked at. */
    private static void force(PreparedStatement statement, int parameter, Optional<Duration> cooldown)
            throws SQLException {
        statement.setBoolean(parameter, cooldown.isPresent());
        statement.setInt(parameter + 1, (int)
                cooldown.map(CitusSession::millis).orElse(0L).longValue());
    }

    private void readdress(TopologyStep.Readdress readdress) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "UPDATE pg_dist_node"
                        + " SET nodename = ?, nodeport = ?, metadatasynced = false WHERE nodeid = ? AND noderole = 'primary'")) {
            statement.setString(1, readdress.address().host());
            statement.setInt(2, readdress.address().port());
            statement.setInt(3, readdress.nodeid());
            if (statement.executeUpdate() != 1) {
                throw new SQLException("nodeid " + readdress.nodeid() + " is not a primary's");
            }
        }
    }

    private int add(TopologyStep.Add add) throws SQLException {
        String role = add.role().name().toLowerCase(Locale.ROOT);
        int nodeid;
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT citus_add_node(?, ?, ?, ?::noderole, 'default')")) {
            statement.setString(1, add.address().host());
            statement.setInt(2, add.address().port());
            statement.setInt(3, add.group().number());
            statement.setString(4, role);
            try (ResultSet added = statement.executeQuery()) {
                added.next();
                nodeid = added.getInt(1);
            }
        }
        requireRow(nodeid, add, role);
        return nodeid;
    }

    /** An address that is registered already, anywhere, is answered like a success (citus T16). */
    private void requireRow(int nodeid, TopologyStep.Add add, String role) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT groupid, noderole::text FROM pg_dist_node WHERE nodeid = ?")) {
            statement.setInt(1, nodeid);
            try (ResultSet found = statement.executeQuery()) {
                if (!found.next()
                        || found.getInt(1) != add.group().number()
                        || !found.getString(2).equals(role)) {
                    throw new SQLException(add.address() + " is registered already, as another node than a " + role
                            + " of group " + add.group() + ": nodeid " + nodeid);
                }
            }
        }
    }

    private void remove(TopologyStep.Remove remove) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT citus_remove_node(?, ?)")) {
            statement.setString(1, remove.address().host());
            statement.setInt(2, remove.address().port());
            statement.execute();
        }
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
