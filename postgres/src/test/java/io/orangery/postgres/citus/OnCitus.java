package io.orangery.postgres.citus;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.TopologyStep;
import io.orangery.core.cluster.GroupId;
import io.orangery.postgres.AsUnprivilegedUser;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Result;
import io.orangery.postgres.citus.CitusMetadata.Transaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Against Citus itself: a coordinator, a worker, one distributed table. Each subclass says itself when it is enabled: that annotation is not
 * inherited.
 */
@ExtendWith(AsUnprivilegedUser.class)
abstract class OnCitus {
    static final String PROGRAMS = "ORANGERY_CITUS_PG_BIN";
    static final String WHY_NOT = "set it to the bin folder of a PostgreSQL that has Citus";
    static final Duration LONG = Duration.ofSeconds(30);
    static final Optional<Duration> COOLDOWN = Optional.of(Duration.ofSeconds(20));
    static final GroupId ONE = new GroupId(1);

    Path directory;
    CitusServer coordinator;
    CitusServer worker;
    CitusMetadata metadata;
    private final List<AutoCloseable> others = new ArrayList<>();
    /** Of the worker. */
    int worked;

    @BeforeEach
    void startServers() throws Exception {
        directory = Files.createTempDirectory("orangery-citus");
        Path programs = Path.of(System.getenv(PROGRAMS));
        coordinator = CitusServer.primary(programs, directory.resolve("coordinator"));
        worker = CitusServer.primary(programs, directory.resolve("worker"));
        coordinator.execute("SELECT citus_set_coordinator_host('127.0.0.1', "
                + coordinator.address().port() + ")");
        coordinator.execute(
                "SELECT citus_add_node('127.0.0.1', " + worker.address().port() + ", 1)");
        coordinator.execute("CREATE TABLE story (id bigint PRIMARY KEY)");
        coordinator.execute("SELECT create_distributed_table('story', 'id')");
        worked = Integer.parseInt(coordinator.query("SELECT nodeid FROM pg_dist_node WHERE groupid = 1"));
        metadata = new JdbcCitusMetadata(coordinator::settings, "postgres");
    }

    /** Streams from the worker; no row of the table. */
    CitusServer standby() throws Exception {
        CitusServer standby = worker.standby(directory.resolve("standby"));
        others.add(standby::stop);
        await(
                "the standby streams",
                () -> standby.query("SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'")
                        .equals("1"));
        return standby;
    }

    /** As for another pause at the same time. */
    CitusMetadata anotherMetadata() {
        CitusMetadata another = new JdbcCitusMetadata(coordinator::settings, "postgres");
        others.add(another::close);
        return another;
    }

    @AfterEach
    void stopServers() throws Exception {
        for (AutoCloseable other : others) {
            other.close();
        }
        metadata.close();
        worker.stop();
        coordinator.stop();
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    Transaction begin() throws Exception {
        return done(metadata.begin(LONG, LONG));
    }

    Transaction pause() throws Exception {
        Transaction pause = begin();
        done(metadata.execute(pause, demote(), COOLDOWN));
        return pause;
    }

    TopologyStep demote() {
        return new TopologyStep.Update(worked, worker.address(), true);
    }

    GroupTopology group() throws Exception {
        return done(metadata.load()).stream()
                .filter(group -> group.group().equals(ONE))
                .findFirst()
                .orElseThrow();
    }

    /** Has written and not yet committed. */
    Connection openWriter() throws SQLException {
        Connection writer = coordinator.connect();
        writer.setAutoCommit(false);
        try (Statement statement = writer.createStatement()) {
            statement.execute("INSERT INTO story SELECT generate_series(100, 120)");
        }
        return writer;
    }

    CompletableFuture<Void> writeInBackground() {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        coordinator.execute("INSERT INTO story VALUES (1)");
                    } catch (SQLException failure) {
                        throw new CompletionException(failure);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    void awaitWaitingWriter() throws Exception {
        await(
                "a writer that waits",
                () -> coordinator
                        .query("SELECT count(*) FROM pg_stat_activity"
                                + " WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO story%'")
                        .equals("1"));
    }

    static <T> T done(CompletionStage<Result<T>> stage) throws Exception {
        return switch (stage.toCompletableFuture().get(LONG.toSeconds() * 2, TimeUnit.SECONDS)) {
            case Result.Done<T>(T value) -> value;
            case Result.Failed<T>(Cause cause, String why) -> throw new AssertionError(cause + ": " + why);
        };
    }

    /** Null when it did not fail. */
    static <T> Cause failed(CompletionStage<Result<T>> stage) throws Exception {
        return switch (stage.toCompletableFuture().get(LONG.toSeconds() * 2, TimeUnit.SECONDS)) {
            case Result.Done<T> done -> null;
            case Result.Failed<T>(Cause cause, String why) -> cause;
        };
    }

    static void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + LONG.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("still not: %s", what).isLessThan(end);
        }
    }
}
