package io.orangery.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.BootstrapSettings;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.PostgresSettings.Credentials;
import io.orangery.core.time.Ticker;
import io.orangery.postgres.LocalPostgres.Event;
import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.LocalPostgres.StopMode;
import io.orangery.postgres.LocalPostgres.Stopped;
import io.orangery.postgres.LocalPostgres.Upstream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A real PostgreSQL in a temporary directory, behind the adapter. */
final class Node implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    static final String PASSWORD = "s3cret: with \\ and '";

    final String name;
    final Path directory;
    final int port;
    final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    final Map<String, String> parameters = new HashMap<>(
            Map.of("fsync", "off", "max_connections", "20", "max_worker_processes", "4", "shared_buffers", "8MB"));
    final Map<String, Map<String, Object>> methods = new HashMap<>();
    List<String> createReplicaMethods = List.of();
    Optional<Path> binDir = Optional.empty();
    boolean citus;
    private HostPostgres postgres;

    Node(Path parent, String name) throws IOException {
        this.name = name;
        this.directory = Files.createDirectories(parent.resolve(name));
        try (ServerSocket free = new ServerSocket(0)) {
            this.port = free.getLocalPort();
        }
        parameters.put("unix_socket_directories", directory.toString());
    }

    /** The adapter; made at the first call, so that settings can be changed before. */
    HostPostgres postgres() {
        if (postgres == null) {
            postgres = new HostPostgres(settings(), directory.resolve("state"), new SystemTicker());
            postgres.onEvent(events::add);
        }
        return postgres;
    }

    /** As if the agent had been killed and started again: nothing is known, PostgreSQL goes on. */
    void restartAgent() {
        postgres.close();
        postgres = null;
        events.clear();
    }

    Path dataDir() {
        return directory.resolve("data");
    }

    Upstream upstream() {
        return new Upstream(Optional.of(new NodeId(name)), new HostPort("127.0.0.1", port), true);
    }

    PostgresSettings settings() {
        return new PostgresSettings(
                "demo",
                name,
                "127.0.0.1",
                port,
                new HostPort("127.0.0.1", port),
                Optional.empty(),
                dataDir(),
                dataDir(),
                "postgresql",
                Optional.empty(),
                Optional.of(binDir.orElseGet(Node::programs)),
                Map.of(),
                "postgres",
                directory.resolve("pgpass"),
                false,
                false,
                Optional.empty(),
                login("admin"),
                login("standby"),
                login("rewinder"),
                true,
                false,
                List.of(),
                false,
                false,
                Map.of(),
                createReplicaMethods,
                methods,
                List.of("--checkpoint=fast"),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Map.copyOf(parameters),
                List.of(
                        "local all all scram-sha-256",
                        "host all all 127.0.0.1/32 scram-sha-256",
                        "host replication standby 127.0.0.1/32 scram-sha-256"),
                List.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                citus);
    }

    private static Credentials login(String user) {
        return new Credentials(Optional.of(user), Optional.of(PASSWORD), Map.of());
    }

    /** Where PATH or the usual packages put the programs; newest first. */
    private static Path programs() {
        Stream<Path> onPath = Stream.of(System.getenv("PATH").split(":")).map(Path::of);
        Optional<Path> found = Stream.concat(onPath, packaged())
                .filter(directory -> Files.isExecutable(directory.resolve("initdb"))
                        && Files.isExecutable(directory.resolve("pg_basebackup")))
                .findFirst();
        Assumptions.assumeTrue(found.isPresent(), "PostgreSQL's server programs are not installed here");
        return found.orElseThrow();
    }

    private static Stream<Path> packaged() {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map(version -> version.resolve("bin")).sorted((a, b) -> b.compareTo(a)).toList().stream();
        } catch (IOException otherDistribution) {
            return Stream.empty();
        }
    }

    Node bootstrapped() {
        ok(postgres().initdb(bootstrap()));
        ok(postgres().postBootstrap(bootstrap(), Optional.empty()));
        return this;
    }

    static BootstrapSettings bootstrap() {
        return new BootstrapSettings(
                true,
                Map.of(),
                "initdb",
                List.of("--encoding=UTF8", "--data-checksums", "--no-sync"),
                List.of(),
                Optional.empty());
    }

    Node standbyOf(Node source) {
        ok(postgres().clone(source.upstream(), false));
        ok(postgres().follow(Optional.of(source.upstream()), io.orangery.core.cluster.Role.REPLICA, Optional.empty()));
        return this;
    }

    void ok(CompletionStage<Outcome> outcome) {
        assertThat(await(outcome)).isInstanceOf(Outcome.Ok.class);
    }

    Stopped stop(StopMode mode) {
        return await(postgres().stop(mode, Optional.of(Duration.ofSeconds(PATIENCE_SECONDS)), true));
    }

    PostgresSeen look() {
        return await(postgres().look(true));
    }

    /** Looks again and again until it is so. */
    PostgresSeen eventually(Predicate<PostgresSeen> condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        PostgresSeen seen = look();
        while (!condition.test(seen)) {
            assertThat(System.nanoTime()).as("last seen: %s", seen).isLessThan(end);
            Thread.onSpinWait();
            seen = look();
        }
        return seen;
    }

    /** The next event of this kind. */
    <T extends Event> T event(Class<T> kind) throws InterruptedException {
        Event event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        while (event != null && !kind.isInstance(event)) {
            event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        assertThat(event).as("no %s came", kind.getSimpleName()).isNotNull();
        return kind.cast(event);
    }

    Connection connect(String user) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/postgres", user, PASSWORD);
    }

    static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        if (Files.exists(dataDir())) {
            await(postgres().stop(StopMode.IMMEDIATE, Optional.of(Duration.ofSeconds(5)), true));
        }
        if (postgres != null) {
            postgres.close();
        }
    }

    private static final class SystemTicker implements Ticker {
        @Override
        public Duration now() {
            return Duration.ofNanos(System.nanoTime());
        }

        @Override
        public Instant wallClock() {
            return Instant.now();
        }
    }
}
