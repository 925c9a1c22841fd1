package io.orangery.formation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A coordinator, two workers, a standby of the second, one distributed table, and what tests ask them. */
final class CitusServers {

    private static final Duration LONG = Duration.ofSeconds(60);

    private final Path folder; // not a @TempDir: JUnit warns of each of the links into the installation
    private final UnprivilegedUser user;
    private PlainServer coordinator;
    private PlainServer first;
    private PlainServer second;
    private PlainServer successor;

    CitusServers() throws IOException {
        folder = Files.createTempDirectory("orangery-citus-contract");
        user = UnprivilegedUser.current();
        user.own(folder);
    }

    void start(PostgresInstallation installation) throws Exception {
        coordinator = TestServers.withCitus(installation, user, folder.resolve("coordinator"));
        first = TestServers.withCitus(installation, user, folder.resolve("first"));
        second = TestServers.withCitus(installation, user, folder.resolve("second"));
        coordinator.execute("SELECT citus_set_coordinator_host('127.0.0.1', " + coordinator.port() + ")");
        coordinator.execute(add(first.port(), 1, "primary"));
        coordinator.execute(add(second.port(), 2, "primary"));
        coordinator.execute("CREATE TABLE story (id bigint PRIMARY KEY, teller text)");
        coordinator.execute("SELECT create_distributed_table('story', 'id')");
        coordinator.execute("INSERT INTO story SELECT id, 'setup' FROM generate_series(1000000, 1000099) AS id");
        successor = second.standby(folder.resolve("successor"));
    }

    void close() throws IOException {
        for (PlainServer server : new PlainServer[] {successor, second, first, coordinator}) {
            if (server != null) {
                server.close();
            }
        }
        WorkFolder.delete(folder);
    }

    Path folder() {
        return folder;
    }

    UnprivilegedUser user() {
        return user;
    }

    PlainServer coordinator() {
        return coordinator;
    }

    PlainServer first() {
        return first;
    }

    PlainServer second() {
        return second;
    }

    PlainServer successor() {
        return successor;
    }

    /** The standby of the second worker has become the primary of its group. */
    void successorIsSecond() {
        PlainServer former = second;
        second = successor;
        successor = former;
    }

    /** A standby of the first worker, registered as a secondary of its group. */
    PlainServer standbyOfFirst(String name) throws Exception {
        PlainServer standby = first.standby(folder.resolve(name));
        coordinator.execute(add(standby.port(), 1, "secondary"));
        return standby;
    }

    /** It has become the primary of the first worker's group. */
    void firstIs(PlainServer promoted) {
        first = promoted;
    }

    interface Statements {
        void run() throws SQLException;
    }

    static CompletableFuture<Void> inBackground(Statements statements) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        statements.run();
                    } catch (SQLException failed) {
                        throw new CompletionException(failed);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    CompletableFuture<Void> write(long key) {
        return inBackground(() -> coordinator.execute("INSERT INTO story VALUES (" + key + ", 'paused')"));
    }

    void awaitBlockedWriter() throws Exception {
        Await.until(
                "a writer that waits for the pause",
                LONG,
                () -> "1"
                        .equals(coordinator.query("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                + " AND query LIKE 'INSERT INTO story%'")));
    }

    void awaitBlocked(Connection connection) throws Exception {
        int pid = connection.unwrap(org.postgresql.PGConnection.class).getBackendPID();
        Await.until(
                "the pause to wait for the writer",
                LONG,
                () -> "Lock"
                        .equals(coordinator.query("SELECT wait_event_type FROM pg_stat_activity WHERE pid = " + pid)));
    }

    Connection begin() throws SQLException {
        Connection connection = coordinator.connect();
        connection.setAutoCommit(false);
        return connection;
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static long locks(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                        + " AND pid = pg_backend_pid() AND mode IN ('ExclusiveLock', 'AccessExclusiveLock')")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    String add(int port, int group, String role) {
        return "SELECT citus_add_node('127.0.0.1', " + port + ", " + group + ", '" + role + "', 'default')";
    }

    String update(int group, String host, int port) throws SQLException {
        return updateRow(nodeid(group), host, port);
    }

    static String updateRow(String nodeid, String host, int port) {
        return "SELECT citus_update_node(" + nodeid + ", '" + host + "', " + port + ", true, 1000)";
    }

    /** Takes the write locks of the group, terminates nobody and gives up when it takes longer. */
    void hold(Connection pause, int group, Duration locks) throws SQLException {
        execute(pause, "SET LOCAL lock_timeout = " + locks.toMillis());
        execute(pause, "SELECT citus_pause_node_within_txn(" + nodeid(group) + ", false, 0)");
    }

    /** In a transaction of its own: the primary's row gets another address, and a secondary's row the one it had. */
    void moveReads(int group, String secondary, int from, int to) throws SQLException {
        try (Connection move = begin()) {
            execute(move, "SET LOCAL lock_timeout = " + LONG.toMillis());
            execute(move, updateRow(secondary, "127.0.0.1-demoted", to));
            execute(
                    move,
                    "UPDATE pg_dist_node SET nodename = '127.0.0.1', nodeport = " + to
                            + ", metadatasynced = false WHERE nodeid = " + nodeid(group));
            execute(move, updateRow(secondary, "127.0.0.1", from));
            move.commit();
        }
    }

    int primaryPort(int group) throws SQLException {
        return Integer.parseInt(coordinator.query(
                "SELECT nodeport FROM pg_dist_node WHERE noderole = 'primary' AND groupid = " + group));
    }

    String nodeidAt(int port) throws SQLException {
        return coordinator.query("SELECT nodeid FROM pg_dist_node WHERE nodeport = " + port);
    }

    String nodeid(int group) throws SQLException {
        return coordinator.query("SELECT nodeid FROM pg_dist_node WHERE noderole = 'primary' AND groupid = " + group);
    }

    long unsynced() throws SQLException {
        return Long.parseLong(
                coordinator.query("SELECT count(*) FROM pg_dist_node WHERE hasmetadata AND NOT metadatasynced"));
    }

    /** The first key from {@code from} on whose row lies on this worker. */
    long keyOf(PlainServer worker, long from) throws SQLException {
        return Long.parseLong(
                coordinator.query("SELECT min(id) FROM generate_series(%d, %d) AS id".formatted(from, from + 1000)
                        + " JOIN pg_dist_placement p ON p.shardid = get_shard_id_for_distribution_column('story', id)"
                        + " JOIN pg_dist_node n USING (groupid) WHERE n.nodeport = " + worker.port()));
    }

    static String rowsWith(PlainServer worker, long key) throws SQLException {
        return count(worker, " WHERE id = " + key);
    }

    static String rowsOn(PlainServer worker) throws SQLException {
        return count(worker, "");
    }

    private static String count(PlainServer worker, String where) throws SQLException {
        try (Connection connection = worker.connect()) {
            execute(connection, "SET citus.enable_manual_changes_to_shards = on");
            execute(connection, "CREATE TEMP TABLE counted (rows bigint)");
            execute(connection, onShards("INSERT INTO counted SELECT count(*) FROM %I.%I" + where));
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT sum(rows) FROM counted")) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    /** One statement for every shard of the table on a worker, where shards are ordinary tables named by their ids. */
    private static String onShards(String statement) {
        return """
                DO $do$ DECLARE shard record; BEGIN
                PERFORM set_config('citus.enable_manual_changes_to_shards', 'on', true);
                PERFORM set_config('citus.override_table_visibility', 'off', true);
                FOR shard IN SELECT nspname, relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
                    WHERE relkind = 'r' AND relname ~ '^story_[0-9]+$' LOOP
                EXECUTE format($sql$%s$sql$, shard.nspname, shard.relname);
                END LOOP; END $do$""".formatted(statement.replace("%", "%%")).replace("%%", "%");
    }
}
