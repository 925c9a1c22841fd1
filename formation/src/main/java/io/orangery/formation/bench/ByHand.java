package io.orangery.formation.bench;

import io.orangery.formation.Await;
import io.orangery.formation.PlainServer;
import io.orangery.formation.PostgresInstallation;
import io.orangery.formation.SteadyWriter.Connector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/**
 * The floor: what PostgreSQL and Citus need for a planned change, with every step begun the moment the one before it has ended and nobody
 * else asked. There is no store, no lease, no check and no way back, and replication is asynchronous.
 */
final class ByHand implements Contestant {

    private static final Duration BETWEEN_PROBES = Duration.ofMillis(2);
    private static final Duration STEP = Duration.ofSeconds(30);

    private final FloorServers servers;

    /** To the coordinator; kept, because a new one would begin with reading the catalogs. */
    private final Connection pause;

    private String broken = "";

    private ByHand(FloorServers servers, Connection pause) {
        this.servers = servers;
        this.pause = pause;
    }

    static ByHand start(PostgresInstallation installed, Path folder)
            throws IOException, SQLException, TimeoutException {
        FloorServers servers = FloorServers.start(installed, folder);
        try {
            Connection pause = servers.coordinator().connect();
            pause.setAutoCommit(false);
            return new ByHand(servers, pause);
        } catch (SQLException | RuntimeException failed) {
            servers.close();
            throw failed;
        }
    }

    @Override
    public String name() {
        return "by hand";
    }

    @Override
    public Connector coordinator() {
        return () -> servers.coordinator().connect();
    }

    @Override
    public String missing() {
        if (!broken.isEmpty()) {
            return broken;
        }
        try {
            return servers.isStreaming() ? "" : "the standby does not stream";
        } catch (SQLException failure) {
            return "the primary cannot be asked (" + failure.getMessage() + ")";
        }
    }

    @Override
    public Change switchOver() throws ChangeFailed, IOException, SQLException, TimeoutException {
        PlainServer primary = servers.primary();
        PlainServer successor = servers.standby();
        int node = servers.nodeId();
        String holdWrites = pauseOf(node);
        begin(primary);
        Stopwatch watch;
        try (Connection probe = successor.connect()) {
            watch = new Stopwatch();
            call(holdWrites);
            watch.lap("locks");
            stop(primary);
            watch.lap("stop");
            // The server has ended only after its standby had received everything.
            awaitTrue("replay", () -> isTrue(probe, "pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()"));
            watch.lap("replay");
            promote(successor);
            awaitTrue("promotion", () -> isTrue(probe, "NOT pg_is_in_recovery()"));
            watch.lap("promote");
            call("citus_update_node(" + node + ", '" + PlainServer.HOST + "', " + successor.port() + ")");
            pause.commit();
            watch.lap("commit");
        }
        servers.exchangeRoles();
        return end(watch);
    }

    @Override
    public Change restart() throws ChangeFailed, IOException, SQLException, TimeoutException {
        PlainServer primary = servers.primary();
        int node = servers.nodeId();
        String holdWrites = pauseOf(node);
        begin(primary);
        Stopwatch watch = new Stopwatch();
        call(holdWrites);
        watch.lap("locks");
        stop(primary);
        watch.lap("stop");
        primary.launch();
        awaitTrue("start", () -> acceptsConnections(primary));
        watch.lap("start");
        pause.commit();
        watch.lap("commit");
        return end(watch);
    }

    private void begin(PlainServer primary) throws SQLException {
        broken = "a change by hand has stopped half-way";
        checkpoint(primary);
    }

    private Change end(Stopwatch watch) {
        broken = "";
        return new Change(watch.steps(), 0);
    }

    /** Twice: the second finds little to write, and so will the checkpoint of the shutdown. */
    private static void checkpoint(PlainServer server) throws SQLException {
        server.execute("CHECKPOINT");
        server.execute("CHECKPOINT");
    }

    /** Holds the writes to the worker until the end of the transaction. Before Citus 12.1 only a change of the address does that. */
    private String pauseOf(int node) throws SQLException {
        boolean isThere = servers.coordinator().query("SELECT to_regproc('citus_pause_node_within_txn')") != null;
        return isThere
                ? "citus_pause_node_within_txn(" + node + ")"
                : "citus_update_node(" + node + ", '" + PlainServer.HOST + "-demoted', 5432)";
    }

    private static void stop(PlainServer server) throws ChangeFailed {
        Kill.send(server.process().pid(), Kill.FAST_STOP);
        if (!server.process().awaitEnd(STEP)) {
            throw new ChangeFailed("the server has not stopped within " + STEP.toSeconds() + " s");
        }
    }

    private static void promote(PlainServer server) throws IOException {
        Files.createFile(server.dataDirectory().resolve("promote"));
        Kill.send(server.process().pid(), Kill.LOOK_FOR_PROMOTE);
    }

    private static boolean acceptsConnections(PlainServer server) {
        try (Connection connection = server.connect()) {
            return connection != null;
        } catch (SQLException notYet) {
            return false;
        }
    }

    private void call(String function) throws SQLException {
        try (Statement statement = pause.createStatement()) {
            statement.execute("SELECT " + function);
        }
    }

    private static boolean isTrue(Connection connection, String condition) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("SELECT " + condition)) {
            return answer.next() && answer.getBoolean(1);
        }
    }

    /** Like {@link Await#until}, in the time scale of what is measured. */
    private static void awaitTrue(String step, Callable<Boolean> condition) throws ChangeFailed {
        long start = Await.now();
        try {
            while (!condition.call()) {
                if (Await.since(start).compareTo(STEP) > 0) {
                    throw new ChangeFailed("no " + step + " within " + STEP.toSeconds() + " s");
                }
                Await.pause(BETWEEN_PROBES);
            }
        } catch (ChangeFailed late) {
            throw late;
        } catch (Exception failure) {
            throw new ChangeFailed("no " + step + ": " + failure.getMessage());
        }
    }

    @Override
    public void close() {
        servers.close();
    }
}
