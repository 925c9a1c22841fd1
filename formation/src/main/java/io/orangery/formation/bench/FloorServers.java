package io.orangery.formation.bench;

import io.orangery.formation.Await;
import io.orangery.formation.PlainServer;
import io.orangery.formation.PostgresInstallation;
import io.orangery.formation.Secrets;
import io.orangery.formation.StandInCitus;
import io.orangery.formation.UnprivilegedUser;
import io.orangery.formation.WorkFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Servers that nobody looks after: a coordinator, a worker with a streaming standby, and a second worker, so that the load is the one
 * that formations get. Nothing of them is left when {@link #close} returns, and it also runs when this JVM is ended by a signal.
 */
final class FloorServers implements AutoCloseable {

    private static final Duration STREAMS = Duration.ofSeconds(60);

    /** As in the nodes of a formation. */
    private static final String SETTINGS = """
            shared_preload_libraries = 'citus'
            wal_level = logical
            max_prepared_transactions = 200
            max_connections = 100
            shared_buffers = 32MB
            %s
            citus.local_hostname = '127.0.0.1'
            citus.node_conninfo = 'sslmode=prefer'
            citus.shard_count = 8
            """;

    private final PostgresInstallation installation;
    private final UnprivilegedUser user;
    private final Path folder;
    private final WorkFolder work;
    private final String password = Secrets.draw().superuser();
    private final List<PlainServer> all = new ArrayList<>();
    private final Thread atExit = new Thread(this::stopEverything, "stop-floor");
    private PlainServer coordinator;
    private PlainServer primary;
    private PlainServer standby;
    private boolean stopped;

    private FloorServers(PostgresInstallation installation, UnprivilegedUser user, Path folder, WorkFolder work) {
        this.installation = installation;
        this.user = user;
        this.folder = folder;
        this.work = work;
    }

    /** Starts them all; an installation without Citus gets the stand-in, in a private copy. */
    static FloorServers start(PostgresInstallation installed, Path folder)
            throws IOException, SQLException, TimeoutException {
        UnprivilegedUser user = UnprivilegedUser.current();
        WorkFolder work = WorkFolder.take(folder);
        user.own(folder);
        PostgresInstallation installation = installed;
        if (!installed.hasCitus()) {
            installation = StandInCitus.install(installed, folder.resolve("pg"));
            user.own(folder.resolve("pg"));
        }
        FloorServers servers = new FloorServers(installation, user, folder, work);
        Runtime.getRuntime().addShutdownHook(servers.atExit);
        try {
            servers.create();
            return servers;
        } catch (IOException | SQLException | TimeoutException | RuntimeException failed) {
            servers.close();
            throw failed;
        }
    }

    private void create() throws IOException, SQLException, TimeoutException {
        coordinator = server("coordinator");
        primary = server("worker1");
        PlainServer other = server("worker2");
        coordinator.execute(
                "SELECT citus_set_coordinator_host('" + PlainServer.HOST + "', " + coordinator.port() + ")");
        register(primary, Load.DISTURBED);
        register(other, Load.OTHER);
        standby = started(primary.standby(folder.resolve("standby")));
        awaitStreaming();
    }

    private PlainServer server(String name) throws IOException, SQLException, TimeoutException {
        String kept = installation.majorVersion() < 13 ? "wal_keep_segments = 8" : "wal_keep_size = 128MB";
        PlainServer server = started(
                PlainServer.create(installation, user, folder.resolve(name), password, SETTINGS.formatted(kept)));
        server.execute("CREATE EXTENSION citus");
        return server;
    }

    private synchronized PlainServer started(PlainServer server) {
        all.add(server);
        if (stopped) {
            server.close(); // the JVM has been asked to end while it was starting
        }
        return server;
    }

    private void register(PlainServer worker, int group) throws SQLException {
        coordinator.execute("SELECT citus_add_node('" + PlainServer.HOST + "', " + worker.port() + ", " + group
                + ", 'primary', 'default')");
    }

    PlainServer coordinator() {
        return coordinator;
    }

    /** The primary of the group that is disturbed. */
    PlainServer primary() {
        return primary;
    }

    PlainServer standby() {
        return standby;
    }

    /** The standby has been promoted and the former primary is stopped: starts it as standby. */
    void exchangeRoles() throws IOException, TimeoutException {
        PlainServer former = primary;
        primary = standby;
        standby = former;
        // It was stopped cleanly and everything it wrote was received: there is nothing to rewind.
        former.follow(primary);
    }

    /** The id of the worker's row in the coordinator's {@code pg_dist_node}. */
    int nodeId() throws SQLException {
        return Integer.parseInt(coordinator.query(
                "SELECT nodeid FROM pg_dist_node WHERE noderole = 'primary' AND groupid = " + Load.DISTURBED));
    }

    boolean isStreaming() throws SQLException {
        return "1"
                .equals(primary.query("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
                        + " AND pg_wal_lsn_diff(sent_lsn, replay_lsn) < 1000000"));
    }

    private void awaitStreaming() throws TimeoutException {
        Await.until("the standby to stream", STREAMS, this::isStreaming);
    }

    @Override
    public void close() {
        stopEverything();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException alreadyExiting) {
            // The hook has just been waited for by stopEverything.
        }
    }

    private synchronized void stopEverything() {
        if (stopped) {
            return;
        }
        stopped = true;
        all.reversed().forEach(PlainServer::close);
        try {
            WorkFolder.stopLeftovers(folder);
        } catch (IOException folderIsGone) {
            // Then nobody works in it either.
        }
        work.close();
    }
}
