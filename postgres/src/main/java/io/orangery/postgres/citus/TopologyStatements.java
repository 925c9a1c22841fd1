package io.orangery.postgres.citus;

import io.orangery.core.citus.TopologyStep;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** The steps as SQL (citus 5.2). Not for several threads; limits and transactions are the session's business. */
final class TopologyStatements {
    private final Connection connection;

    TopologyStatements(Connection connection) {
        this.connection = connection;
    }

    /**
     * @param cooldown empty: without {@code force}
     * @return nodeid of an added row
     */
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
        statement.setInt(parameter + 1, cooldown.map(TopologyStatements::millis).orElse(0));
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

    private static int millis(Duration cooldown) {
        return Math.clamp(cooldown.toMillis(), 1, Integer.MAX_VALUE);
    }
}
