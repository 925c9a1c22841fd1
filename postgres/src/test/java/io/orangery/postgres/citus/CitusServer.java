package io.orangery.postgres.citus;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.PostgresSettings.Credentials;
import io.orangery.postgres.configuration.SampleSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A PostgreSQL with the extension citus, on a free port of the loopback, trusting everybody. */
final class CitusServer {
    private static final long PATIENCE_SECONDS = 60;

    private final Path programs;
    private final Path directory;
    private final int port;

    private CitusServer(Path programs, Path directory) throws IOException {
        this.programs = programs;
        this.directory = Files.createDirectories(directory);
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
    }

    static CitusServer primary(Path programs, Path directory) throws Exception {
        var server = new CitusServer(programs, directory);
        server.initialise();
        server.start();
        server.execute("CREATE EXTENSION citus");
        return server;
    }

    /** Streams from this one. */
    CitusServer standby(Path directoryOfStandby) throws Exception {
        var standby = new CitusServer(programs, directoryOfStandby);
        String source = "host=127.0.0.1 port=" + port + " user=postgres application_name=standby";
        standby.run("pg_basebackup", "-D", standby.data(), "-R", "-c", "fast", "-d", source);
        Files.writeString(
                standby.directory.resolve("data/postgresql.conf"),
                "port = " + standby.port + "\n",
                StandardOpenOption.APPEND);
        standby.start();
        return standby;
    }

    private void initialise() throws Exception {
        run("initdb", "-D", data(), "-U", "postgres", "-A", "trust", "-N", "--no-locale");
        Files.writeString(directory.resolve("data/postgresql.conf"), """
                shared_preload_libraries = 'citus'
                wal_level = logical
                max_prepared_transactions = 20
                max_connections = 50
                shared_buffers = 16MB
                fsync = off
                port = %d
                listen_addresses = '127.0.0.1'
                unix_socket_directories = ''
                citus.local_hostname = '127.0.0.1'
                citus.node_conninfo = 'sslmode=prefer'
                citus.shard_count = 2
                """.formatted(port), StandardOpenOption.APPEND);
    }

    private void start() throws Exception {
        run("pg_ctl", "-D", data(), "-l", directory.resolve("log").toString(), "-w", "start");
    }

    private String data() {
        return directory.resolve("data").toString();
    }

    private void run(String program, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(programs.resolve(program).toString()));
        command.addAll(List.of(arguments));
        Path said = directory.resolve(program + ".out");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("%s ended in time", program)
                .isTrue();
        assertThat(process.exitValue())
                .as("%s: %s", program, Files.readString(said))
                .isZero();
    }

    HostPort address() {
        return new HostPort("127.0.0.1", port);
    }

    PostgresSettings settings() {
        var trusted = new Credentials(Optional.of("postgres"), Optional.empty(), Map.of());
        return new SampleSettings()
                .in(directory)
                .listen("127.0.0.1", port)
                .superuser(trusted)
                .build();
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://" + address() + "/postgres?user=postgres");
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** First column of the first row; null when there is none. */
    String query(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /** At once; nothing happens when it does not run. */
    void stop() throws IOException, InterruptedException {
        if (Files.exists(directory.resolve("data/postmaster.pid"))) {
            run("pg_ctl", "-D", data(), "-m", "immediate", "-w", "stop");
        }
    }
}
