package io.orangery.formation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
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
import java.util.concurrent.TimeoutException;

/**
 * A PostgreSQL server without an agent, on a free port of 127.0.0.1: for tests of the stand-in, and to measure what can be done by hand.
 * Servers that are to know each other have the same password. Not thread-safe, except the statements.
 */
public final class PlainServer implements AutoCloseable {

    public static final String HOST = "127.0.0.1";

    private static final String DATABASE = "postgres";
    private static final String USER = "postgres";
    private static final int FIRST_PORT = 24_000;
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(20);

    private final PostgresInstallation installation;
    private final UnprivilegedUser user;
    private final Path folder;
    private final String password;
    private final int port;
    private ServerProcess process;

    private PlainServer(PostgresInstallation installation, UnprivilegedUser user, Path folder, String password)
            throws IOException {
        this.installation = installation;
        this.user = user;
        this.folder = folder;
        this.password = password;
        this.port = FreePorts.from(FIRST_PORT);
        Files.createDirectories(folder);
        user.own(folder);
        writeSecret(passwordFile(), "*:*:*:*:" + password + "\n");
    }

    /**
     * A new cluster, running.
     *
     * @param password of the superuser
     * @param settings lines of postgresql.conf
     */
    public static PlainServer create(
            PostgresInstallation installation, UnprivilegedUser user, Path folder, String password, String settings)
            throws IOException, TimeoutException {
        PlainServer server = new PlainServer(installation, user, folder, password);
        Path secret = folder.resolve("initdb.password");
        server.writeSecret(secret, password);
        server.run(
                "initdb",
                "--pgdata=" + server.dataDirectory(),
                "--username=" + USER,
                "--auth=scram-sha-256",
                "--pwfile=" + secret,
                "--encoding=UTF8",
                "--no-locale",
                "--data-checksums",
                "--no-sync");
        Files.delete(secret);
        Files.writeString(server.dataDirectory().resolve("postgresql.conf"), settings + """
                listen_addresses = '127.0.0.1'
                unix_socket_directories = ''
                """, StandardOpenOption.APPEND);
        server.start();
        return server;
    }

    /** A new streaming standby of this server, running. */
    public PlainServer standby(Path standbyFolder) throws IOException, TimeoutException {
        PlainServer standby = new PlainServer(installation, user, standbyFolder, password);
        standby.run("pg_basebackup", "-D", standby.dataDirectory().toString(), "-c", "fast", "-d", conninfo(standby));
        standby.follow(this);
        return standby;
    }

    /** Starts this server, which has been stopped, as a standby. */
    public void follow(PlainServer primary) throws IOException, TimeoutException {
        Path signal = Files.createFile(dataDirectory().resolve("standby.signal"));
        user.own(signal);
        launch("-c", "primary_conninfo=" + primary.conninfo(this));
        awaitConnections();
    }

    /** How another server connects to this one. */
    private String conninfo(PlainServer other) {
        return "host=" + HOST + " port=" + port + " user=" + USER + " passfile=" + other.passwordFile();
    }

    public int port() {
        return port;
    }

    public Path dataDirectory() {
        return folder.resolve("data");
    }

    /** The postmaster. */
    public ServerProcess process() {
        return process;
    }

    /** Starts it as what its data directory says it is and waits until it accepts connections. */
    public void start() throws IOException, TimeoutException {
        launch();
        awaitConnections();
    }

    /** Starts it and returns at once. */
    public void launch(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                installation.program("postgres").toString(),
                "-D",
                dataDirectory().toString(),
                "-p",
                "" + port));
        command.addAll(List.of(options));
        // The variable is for the connections that Citus opens from one server to another.
        Map<String, String> environment = Map.of("PGPASSFILE", passwordFile().toString());
        process = ServerProcess.start("postgres", user, command, environment, folder, folder.resolve("postgres.log"));
    }

    private void awaitConnections() throws TimeoutException {
        Await.until("PostgreSQL in " + folder, START, () -> {
            if (!process.isRunning()) {
                throw new IllegalStateException(process.lastWords(20));
            }
            connect().close();
            return true;
        });
    }

    /** A new connection as superuser. */
    public Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", USER);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", "5");
        return DriverManager.getConnection("jdbc:postgresql://" + HOST + ":" + port + "/" + DATABASE, properties);
    }

    public void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The single value that a query returns, as text; null when it returns no row. */
    public String query(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /** Stops the server as quickly as is clean; files stay. */
    @Override
    public void close() {
        if (process != null) {
            process.stop(ServerProcess.Signal.INT, STOP);
        }
    }

    private Path passwordFile() {
        return folder.resolve("pgpass");
    }

    private void writeSecret(Path file, String content) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, content);
        user.own(file);
    }

    private void run(String program, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(installation.program(program).toString()));
        command.addAll(List.of(arguments));
        Command.output(user.command(command));
    }
}
