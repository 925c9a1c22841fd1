package io.orangery.postgres.citus;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.NodeRow;
import io.orangery.core.citus.TopologyStep;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.postgres.AsUnprivilegedUser;
import io.orangery.postgres.citus.CitusMetadata.Blocker;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Result;
import io.orangery.postgres.citus.CitusMetadata.Transaction;
import io.orangery.postgres.citus.CitusMetadata.Writability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against Citus itself: a coordinator, a worker, one distributed table. */
@EnabledIfEnvironmentVariable(
        named = JdbcCitusMetadataTest.PROGRAMS,
        matches = ".+",
        disabledReason = "set it to the bin folder of a PostgreSQL that has Citus")
@ExtendWith(AsUnprivilegedUser.class)
final class JdbcCitusMetadataTest {
    static final String PROGRAMS = "ORANGERY_CITUS_PG_BIN";
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Optional<Duration> COOLDOWN = Optional.of(Duration.ofSeconds(20));
    private static final GroupId ONE = new GroupId(1);

    private Path directory;
    private CitusServer coordinator;
    private CitusServer worker;
    private CitusMetadata metadata;
    private int worked;

    @BeforeEach
    void startServers() throws Exception {
        directory = Files.createTempDirectory("orangery-citus");
        Path programs = Path.of(System.getenv(PROGRAMS));
        coordinator = new CitusServer(programs, directory.resolve("coordinator"));
        worker = new CitusServer(programs, directory.resolve("worker"));
        coordinator.execute("SELECT citus_set_coordinator_host('127.0.0.1', "
                + coordinator.address().port() + ")");
        coordinator.execute(
                "SELECT citus_add_node('127.0.0.1', " + worker.address().port() + ", 1)");
        coordinator.execute("CREATE TABLE story (id bigint PRIMARY KEY)");
        coordinator.execute("SELECT create_distributed_table('story', 'id')");
        worked = Integer.parseInt(coordinator.query("SELECT nodeid FROM pg_dist_node WHERE groupid = 1"));
        metadata = new JdbcCitusMetadata(coordinator::settings, "postgres");
    }

    @AfterEach
    void stopServers() throws Exception {
        metadata.close();
        worker.stop();
        coordinator.stop();
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void readsAddsAndRemovesRows() throws Exception {
        var secondary = new HostPort("127.0.0.2", 7);
        Transaction adding = begin();
        OptionalInt nodeid =
                done(metadata.execute(adding, new TopologyStep.Add(ONE, secondary, NodeRow.Role.SECONDARY), COOLDOWN));
        done(metadata.commit(adding, LONG));
        GroupTopology group = group();
        assertThat(group.at(secondary)).contains(new NodeRow(nodeid, ONE, secondary, NodeRow.Role.SECONDARY));
        assertThat(group.leading().orElseThrow().address()).isEqualTo(worker.address());
        Transaction removing = begin();
        done(metadata.execute(removing, new TopologyStep.Remove(secondary), COOLDOWN));
        done(metadata.commit(removing, LONG));
        assertThat(group().at(secondary)).isEmpty();
        assertThat(done(metadata.synced())).isTrue();
    }

    @Test
    void addressOfAnotherGroupIsNotTakenForAdded() throws Exception {
        var elsewhere = new TopologyStep.Add(new GroupId(2), worker.address(), NodeRow.Role.SECONDARY);
        assertThat(failed(metadata.execute(begin(), elsewhere, COOLDOWN))).isEqualTo(Cause.OTHER);
    }

    @Test
    void writersWaitUntilThePauseEnds() throws Exception {
        Transaction pause = pause();
        CompletableFuture<Void> write = writeInBackground();
        awaitWaitingWriter();
        done(metadata.execute(pause, new TopologyStep.Update(worked, worker.address(), false), COOLDOWN));
        done(metadata.commit(pause, LONG));
        write.get(LONG.toSeconds(), TimeUnit.SECONDS);
        await("metadata in sync again", () -> done(metadata.synced()));
    }

    @Test
    void serverEndsThePauseOfAnAgentThatIsFrozen() throws Exception {
        Transaction pause = pause();
        done(metadata.hold(pause, Duration.ofMillis(100)));
        writeInBackground().get(LONG.toSeconds(), TimeUnit.SECONDS);
        assertThat(failed(metadata.commit(pause, LONG))).isEqualTo(Cause.CONNECTION);
        assertThat(group().leading().orElseThrow().address()).isEqualTo(worker.address());
    }

    @Test
    void locksThatAreNotGrantedInTimeFailThePause() throws Exception {
        try (Connection writer = openWriter()) {
            Transaction pause = done(metadata.begin(Duration.ofMillis(200), LONG));
            assertThat(failed(metadata.execute(pause, demote(), COOLDOWN))).isEqualTo(Cause.LOCKS);
            writer.commit();
        }
        coordinator.execute("INSERT INTO story VALUES (2)");
        done(metadata.rollback(begin()));
    }

    @Test
    void disconnectEndsPauseThatStillWaitsForLocksAndSparesTheWriter() throws Exception {
        try (Connection writer = openWriter()) {
            Transaction pause = begin();
            CompletionStage<Result<OptionalInt>> waiting = metadata.execute(pause, demote(), COOLDOWN);
            await("the writer is named", () -> !done(metadata.blockers()).isEmpty());
            List<Blocker> blockers = done(metadata.blockers());
            assertThat(blockers).extracting(Blocker::state).containsExactly("idle in transaction");
            metadata.disconnect();
            assertThat(failed(waiting)).isNotNull();
            await(
                    "nobody waits for locks",
                    () -> coordinator
                            .query("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
                            .equals("0"));
            writer.commit();
        }
        assertThat(group().leading().orElseThrow().address()).isEqualTo(worker.address());
    }

    @Test
    void transactionThatIsGoneIsNeverConfusedWithTheNextOne() throws Exception {
        Transaction former = begin();
        metadata.disconnect();
        Transaction present = pause();
        assertThat(failed(metadata.commit(former, LONG))).isEqualTo(Cause.CONNECTION);
        done(metadata.rollback(former));
        done(metadata.hold(present, LONG));
        done(metadata.rollback(present));
        coordinator.execute("INSERT INTO story VALUES (3)");
    }

    @Test
    void commitDoesNotWaitForStandbysForEver() throws Exception {
        coordinator.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        coordinator.execute("SELECT pg_reload_conf()");
        Transaction move = begin();
        done(metadata.execute(
                move,
                new TopologyStep.Update(
                        worked, new HostPort("localhost", worker.address().port()), false),
                COOLDOWN));
        done(metadata.commit(move, Duration.ofMillis(300)));
        assertThat(group().leading().orElseThrow().address().host()).isEqualTo("localhost");
    }

    @Test
    void tellsWhetherAnotherServerIsWritable() throws Exception {
        assertThat(metadata.writable(worker.address(), LONG)
                        .toCompletableFuture()
                        .get())
                .isEqualTo(new Writability.Writable(worker.query("SELECT system_identifier FROM pg_control_system()")));
        HostPort closed = worker.address();
        worker.stop();
        assertThat(metadata.writable(closed, LONG).toCompletableFuture().get()).isInstanceOf(Writability.Unknown.class);
    }

    // --- the words of the tests

    private Transaction begin() throws Exception {
        return done(metadata.begin(LONG, LONG));
    }

    private Transaction pause() throws Exception {
        Transaction pause = begin();
        done(metadata.execute(pause, demote(), COOLDOWN));
        return pause;
    }

    private TopologyStep demote() {
        return new TopologyStep.Update(worked, worker.address(), true);
    }

    private GroupTopology group() throws Exception {
        return done(metadata.load()).stream()
                .filter(group -> group.group().equals(ONE))
                .findFirst()
                .orElseThrow();
    }

    /** Has written and not yet committed. */
    private Connection openWriter() throws SQLException {
        Connection writer = coordinator.connect();
        writer.setAutoCommit(false);
        try (Statement statement = writer.createStatement()) {
            statement.execute("INSERT INTO story SELECT generate_series(100, 120)");
        }
        return writer;
    }

    private CompletableFuture<Void> writeInBackground() {
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

    private void awaitWaitingWriter() throws Exception {
        await(
                "a writer that waits",
                () -> coordinator
                        .query("SELECT count(*) FROM pg_stat_activity"
                                + " WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO story%'")
                        .equals("1"));
    }

    private static <T> T done(CompletionStage<Result<T>> stage) throws Exception {
        return switch (stage.toCompletableFuture().get(LONG.toSeconds() * 2, TimeUnit.SECONDS)) {
            case Result.Done<T>(T value) -> value;
            case Result.Failed<T>(Cause cause, String why) -> throw new AssertionError(cause + ": " + why);
        };
    }

    /** Null when it did not fail. */
    private static <T> Cause failed(CompletionStage<Result<T>> stage) throws Exception {
        return switch (stage.toCompletableFuture().get(LONG.toSeconds() * 2, TimeUnit.SECONDS)) {
            case Result.Done<T> done -> null;
            case Result.Failed<T>(Cause cause, String why) -> cause;
        };
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + LONG.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("still not: %s", what).isLessThan(end);
        }
    }
}
