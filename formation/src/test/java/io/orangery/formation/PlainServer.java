package io.orangery.formation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** A PostgreSQL server without an agent, on a free port of 127.0.0.1, trusting everybody. */
final class PlainServer implements AutoCloseable {

    static final String DATABASE = "postgres";

    private final PostgresInstallation installation;
    private final UnprivilegedUser user;
    private final Path folder;
    private final int port;
    private ServerProcess process;

    private PlainServer(PostgresInstallation installation, UnprivilegedUser user, Path folder) throws IOException {
        this.installation = installation;
        this.user = user;
        this.folder = folder;
        this.port = FreePorts.from(24_000);
        user.own(Files.createDirectories(folder));
    }

    /** A new cluster with the extension citus. */
    static PlainServer withCitus(PostgresInstallation installation, UnprivilegedUser user, Path folder)
            throws Exception {
        PlainServer server = start(installation, user, folder, "shared_preload_libraries = 'citus'\n");
        server.execute("CREATE EXTENSION citus");
        return server;
    }

    /** A new cluster without extensions. */
    static PlainServer plain(PostgresInstallation installation, UnprivilegedUser user, Path folder) throws Exception {
        return start(installation, user, folder, "");
    }

    private static PlainServer start(
            PostgresInstallation installation, UnprivilegedUser user, Path folder, String settings) throws Exception {
        PlainServer server = new PlainServer(installation, user, folder);
        server.run("initdb", "-D", server.data().toString(), "-U", "postgres", "-A", "trust", "-N", "--no-locale");
        Files.writeString(server.data().resolve("postgresql.conf"), settings + """
                wal_level = logical
                max_prepared_transactions = 100
                max_connections = 50
                shared_buffers = 32MB
                fsync = off
                listen_addresses = '127.0.0.1'
                unix_socket_directories = ''
                citus.local_hostname = '127.0.0.1'
                citus.node_conninfo = 'sslmode=prefer'
                citus.shard_count = 4
                """, StandardOpenOption.APPEND);
        server.start();
        return server;
    }

    /** A streaming standby of this server. */
    PlainServer standby(Path standbyFolder) throws Exception {
        PlainServer standby = new PlainServer(installation, user, standbyFolder);
        standby.run(
                "pg_basebackup",
                "-D",
                standby.data().toString(),
                "-R",
                "-c",
                "fast",
                "-d",
                "host=127.0.0.1 port=" + port + " user=postgres");
        standby.start();
        return standby;
    }

    String host() {
        return "127.0.0.1";
    }

    int port() {
        return port;
    }

    void start() throws Exception {
        process = ServerProcess.start(
                "postgres",
                user,
                List.of(installation.program("postgres").toString(), "-D", data().toString(), "-p", "" + port),
                Map.of(),
                folder,
                folder.resolve("postgres.log"));
        Await.until("PostgreSQL in " + folder, Duration.ofSeconds(60), () -> {
            if (!process.isRunning()) {
                throw new IllegalStateException(process.lastWords(20));
            }
            connect().close();
            return true;
        });
    }

    Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "postgres");
        properties.setProperty("connectTimeout", "5");
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + DATABASE, properties);
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The single value that a query returns, as text; null when it returns no row. */
    String query(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.stop(ServerProcess.Signal.INT, Duration.ofSeconds(20));
        }
    }

    private Path data() {
        return folder.resolve("data");
    }

    private void run(String program, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(installation.program(program).toString()));
        command.addAll(List.of(arguments));
        Command.output(user.command(command));
    }
}
