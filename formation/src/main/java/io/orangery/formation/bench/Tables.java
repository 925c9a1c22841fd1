package io.orangery.formation.bench;

import io.orangery.formation.SteadyWriter.Connector;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tables of the load, distributed by tenant: {@code entry} gets the rows that are written, {@code account} holds a few that are read
 * and changed. A tenant's rows lie in one worker group, so that operations on one group can be told from those on the other.
 */
final class Tables {

    /** Rows of every tenant in {@code account}, numbered from 1. */
    static final int ACCOUNTS = 4;

    private static final int TENANTS = 32;

    private static final List<String> CREATE = List.of(
            "CREATE TABLE entry (tenant int, id bigint, PRIMARY KEY (tenant, id))",
            "CREATE TABLE account (tenant int, id int, balance bigint NOT NULL, PRIMARY KEY (tenant, id))",
            "SELECT create_distributed_table('entry', 'tenant')",
            "SELECT create_distributed_table('account', 'tenant')",
            "INSERT INTO account SELECT tenant, id, 0 FROM generate_series(1, " + TENANTS
                    + ") AS tenant, generate_series(1, " + ACCOUNTS + ") AS id");

    private static final String REAL_PLACEMENT = """
            SELECT tenant, groupid FROM generate_series(1, %d) AS tenant
            JOIN pg_dist_placement p ON p.shardid = get_shard_id_for_distribution_column('entry', tenant)""";

    private static final String STAND_IN_PLACEMENT = """
            SELECT tenant, groupid FROM generate_series(1, %d) AS tenant
            JOIN citus_standin.placements p ON p.logicalrelid = 'entry'::regclass
             AND hashtext(tenant::text) BETWEEN p.shardminvalue AND p.shardmaxvalue""";

    private final String citusVersion;
    private final boolean isStandIn;
    private final Map<Integer, List<Integer>> tenants;

    private Tables(String citusVersion, boolean isStandIn, Map<Integer, List<Integer>> tenants) {
        this.citusVersion = citusVersion;
        this.isStandIn = isStandIn;
        this.tenants = tenants;
    }

    /** Creates and fills them. */
    static Tables create(Connector connector) throws SQLException {
        try (Connection connection = connector.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : CREATE) {
                statement.execute(sql);
            }
            boolean isStandIn = "t".equals(value(statement, "SELECT to_regnamespace('citus_standin') IS NOT NULL"));
            Map<Integer, List<Integer>> tenants = new TreeMap<>();
            try (ResultSet rows =
                    statement.executeQuery((isStandIn ? STAND_IN_PLACEMENT : REAL_PLACEMENT).formatted(TENANTS))) {
                while (rows.next()) {
                    tenants.computeIfAbsent(rows.getInt(2), group -> new ArrayList<>())
                            .add(rows.getInt(1));
                }
            }
            return new Tables(value(statement, "SELECT citus_version()"), isStandIn, tenants);
        }
    }

    /** The tenants whose rows lie in a worker group. */
    List<Integer> tenants(int group) {
        return List.copyOf(tenants.getOrDefault(group, List.of()));
    }

    String citusVersion() {
        return citusVersion;
    }

    /** Whether Citus is the stand-in, which knows no UPDATE and gathers all groups for every read. */
    boolean isStandIn() {
        return isStandIn;
    }

    /** The ids in {@code entry}. */
    static BitSet entries(Connection connection) throws SQLException {
        BitSet ids = new BitSet();
        connection.setAutoCommit(false); // otherwise the driver holds all rows at once
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(10_000);
            try (ResultSet rows = statement.executeQuery("SELECT id FROM entry WHERE id >= 0")) {
                while (rows.next()) {
                    ids.set(rows.getInt(1));
                }
            }
        }
        return ids;
    }

    /** Whether every worker has the coordinator's metadata; a change of an address is followed by some seconds without it. */
    static boolean areSynced(Connector connector) throws SQLException {
        try (Connection connection = connector.connect();
                Statement statement = connection.createStatement()) {
            return "0".equals(value(statement, """
                    SELECT count(*) FROM pg_dist_node WHERE isactive AND hasmetadata AND NOT metadatasynced"""));
        }
    }

    private static String value(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return rows.next() ? rows.getString(1) : "";
        }
    }
}
