package io.orangery.e2e;

import static io.orangery.e2e.FormationUnderTest.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** What Citus knows of the formation, in the catalog of the coordinator's primary, and how it compares to what the groups say. */
record CitusCatalog(FormationUnderTest formation) {

    /** Ids of rows that no {@link io.orangery.formation.SteadyWriter} writes begin here. */
    private static final int FREE_IDS = 1_000_000_000;

    /** Waits until the whole of {@code pg_dist_node} is as the groups are. */
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

    /** {@code pg_dist_node}, one text for each row: group, address, role. */
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

    /** Waits until the workers know all addresses, too: before, Citus refuses DDL. */
    void awaitSynced() throws TimeoutException {
        await("metadata in sync", this::synced);
    }

    boolean synced() throws SQLException {
        return formation
                .query("SELECT count(*) FROM pg_dist_node WHERE hasmetadata AND NOT metadatasynced")
                .equals("0");
    }

    /** The row of {@link #rows} that a group's leader has to have. */
    String rowOfLeader(int group) {
        return group + " 127.0.0.1:" + formation.leader(group).postgresPort() + " primary";
    }

    /**
     * An id that nobody writes and whose row belongs to the group.
     *
     * @param series another one for each time that one is needed
     */
    long freeId(String table, int group, int series) throws SQLException {
        int from = FREE_IDS + 1000 * series;
        return Long.parseLong(formation.query("SELECT min(id) FROM generate_series(%d, %d) AS id"
                        .formatted(from, from + 999)
                + " JOIN pg_dist_placement p ON p.shardid = get_shard_id_for_distribution_column('" + table + "', id)"
                + " WHERE p.groupid = " + group));
    }
}
