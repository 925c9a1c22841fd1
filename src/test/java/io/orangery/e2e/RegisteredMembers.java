package io.orangery.e2e;

import static io.orangery.e2e.FormationUnderTest.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** {@code pg_dist_node}, and what the groups say of themselves. */
record RegisteredMembers(FormationUnderTest formation) {

    /** Waits until the whole of the table is as the groups are. */
    void awaitRight() throws TimeoutException {
        await("pg_dist_node to name every member in its role", () -> {
            TreeSet<String> expected = formation.formation().nodes().stream()
                    .map(node -> node.group() + " 127.0.0.1:" + node.postgresPort() + " "
                            + (formation.leader(node.group()) == node ? "primary" : "secondary"))
                    .collect(Collectors.toCollection(TreeSet::new));
            TreeSet<String> registered = rows();
            if (!registered.equals(expected)) {
                throw new IllegalStateException("expected " + expected + ", found " + registered);
            }
            return true;
        });
    }

    /** One text each: group, address, role. */
    TreeSet<String> rows() throws SQLException {
        TreeSet<String> rows = new TreeSet<>();
        try (Connection connection = formation.formation().connectToCoordinator();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT groupid || ' ' || nodename || ':' || nodeport || ' ' || noderole FROM pg_dist_node")) {
            while (row.next()) {
                rows.add(row.getString(1));
            }
        }
        return rows;
    }

    /** Whether the primary of a group is registered where its leader is. */
    boolean leaderIsPrimary(int group) throws SQLException {
        return rows().contains(group + " 127.0.0.1:" + formation.leader(group).postgresPort() + " primary");
    }
}
