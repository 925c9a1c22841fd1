package io.orangery.postgres.citus;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.NodeRow;
import io.orangery.core.citus.TopologyStep;
import io.orangery.core.cluster.HostPort;
import io.orangery.postgres.citus.CitusMetadata.Blocker;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Result;
import io.orangery.postgres.citus.CitusMetadata.Transaction;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Pauses that change no row, what is done beside them, and who is in their way. */
@EnabledIfEnvironmentVariable(named = OnCitus.PROGRAMS, matches = ".+", disabledReason = OnCitus.WHY_NOT)
final class HeldWritesTest extends OnCitus {
    private static final Optional<Duration> NOBODY_TERMINATED = Optional.empty();

    @Test
    void pauseHoldsWritesChangesNoRowAndLeavesMetadataInSync() throws Exception {
        Transaction pause = hold(metadata);
        CompletableFuture<Void> write = writeInBackground();
        awaitWaitingWriter();
        assertThat(coordinator.query("SELECT count(*) FROM story")).isEqualTo("0");
        assertThat(done(anotherMetadata().synced())).isTrue();
        done(metadata.rollback(pause));
        write.get(LONG.toSeconds(), TimeUnit.SECONDS);
        assertThat(group().leading().orElseThrow().address()).isEqualTo(worker.address());
    }

    @Test
    void writerIsSparedAndNamedWhenItKeepsThePauseWaiting() throws Exception {
        try (Connection writer = openWriter()) {
            Transaction pause = done(metadata.begin(Duration.ofMillis(200), LONG));
            assertThat(failed(metadata.execute(pause, pauseStep(), NOBODY_TERMINATED)))
                    .isEqualTo(Cause.LOCKS);
            assertThat(done(metadata.blockers())).isEmpty();
            List<Blocker> writers = done(metadata.writersOf(ONE));
            assertThat(writers).extracting(Blocker::pid).containsExactly(backendOf(writer));
            assertThat(writers.getFirst().state()).isEqualTo("idle in transaction");
            writer.commit();
        }
        assertThat(done(metadata.writersOf(ONE))).isEmpty();
    }

    @Test
    void writersOfReferenceTablesAreNamedToo() throws Exception {
        coordinator.execute("CREATE TABLE genre (id int)");
        coordinator.execute("SELECT create_reference_table('genre')");
        try (Connection writer = coordinator.connect();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO genre VALUES (1)");
            assertThat(done(metadata.writersOf(ONE))).extracting(Blocker::pid).containsExactly(backendOf(writer));
            writer.rollback();
        }
    }

    @Test
    void secondPauseWaitsForTheFirstAndNamesIt() throws Exception {
        CitusMetadata second = anotherMetadata();
        Transaction first = hold(metadata);
        Transaction later = done(second.begin(LONG, LONG));
        CompletionStage<Result<OptionalInt>> waiting = second.execute(later, pauseStep(), NOBODY_TERMINATED);
        await("the first is named", () -> !done(second.blockers()).isEmpty());
        assertThat(done(second.blockers())).extracting(Blocker::pid).containsExactly(first.backend());
        assertThat(done(second.writersOf(ONE))).extracting(Blocker::pid).containsExactly(first.backend());
        assertThat(done(metadata.writersOf(ONE))).isEmpty();
        done(metadata.rollback(first));
        done(waiting);
        done(second.rollback(later));
    }

    @Test
    void readsMoveWhileWritesAreHeld() throws Exception {
        CitusServer standby = standby();
        int secondary = addSecondary(standby.address());
        CitusMetadata pausing = anotherMetadata();
        done(pausing.connect());
        Transaction pause = hold(pausing);
        CompletableFuture<Void> write = writeInBackground();
        awaitWaitingWriter();
        done(metadata.caughtUp(worker.address(), standby.address(), LONG));
        move(secondary, worker.address(), standby.address());
        assertThat(group().leading().orElseThrow().address()).isEqualTo(standby.address());
        worker.stop();
        assertThat(coordinator.query("SELECT count(*) FROM story")).isEqualTo("0");
        standby.execute("SELECT pg_promote(true)");
        assertThat(write).isNotDone();
        done(pausing.commit(pause, LONG));
        write.get(LONG.toSeconds(), TimeUnit.SECONDS);
        assertThat(coordinator.query("SELECT count(*) FROM story")).isEqualTo("1");
        await("metadata in sync again", () -> done(metadata.synced()));
    }

    @Test
    void onlyThePrimarysRowIsWrittenDirectly() throws Exception {
        int secondary = addSecondary(new HostPort("127.0.0.2", 7));
        var step = new TopologyStep.Readdress(secondary, new HostPort("127.0.0.3", 7));
        assertThat(failed(metadata.execute(begin(), step, NOBODY_TERMINATED))).isEqualTo(Cause.OTHER);
    }

    @Test
    void metadataSynchronisationThatHangsIsCancelled() throws Exception {
        int secondary = addSecondary(new HostPort("127.0.0.2", 7));
        try (Connection lock = worker.connect();
                Statement statement = lock.createStatement()) {
            lock.setAutoCommit(false);
            statement.execute("LOCK TABLE pg_dist_node IN SHARE MODE");
            rename(secondary, "127.0.0.3", LONG);
            await(
                    "the synchronisation hangs",
                    () -> worker.query("SELECT count(*) FROM pg_locks WHERE NOT granted")
                            .equals("1"));
            assertThat(failed(tryRename(secondary, "127.0.0.4", Duration.ofMillis(100))))
                    .isEqualTo(Cause.LOCKS);
            assertThat(done(metadata.cancelMetadataSync())).isEqualTo(1);
            rename(secondary, "127.0.0.5", Duration.ofMillis(500));
            lock.rollback();
        }
        await("metadata in sync again", () -> done(metadata.synced()));
    }

    @Test
    void tellsWhatThisCitusCanDo() throws Exception {
        assertThat(done(metadata.capabilities())).isEqualTo(new CitusMetadata.Capabilities(true, false));
        coordinator.execute("CREATE TABLE genre (id int)");
        coordinator.execute("SELECT create_reference_table('genre')");
        assertThat(done(metadata.capabilities())).isEqualTo(new CitusMetadata.Capabilities(true, true));
    }

    // --- the words of the tests

    private TopologyStep.Pause pauseStep() {
        return new TopologyStep.Pause(worked, worker.address());
    }

    private Transaction hold(CitusMetadata pausing) throws Exception {
        Transaction pause = done(pausing.begin(LONG, LONG));
        done(pausing.execute(pause, pauseStep(), NOBODY_TERMINATED));
        return pause;
    }

    private int addSecondary(HostPort address) throws Exception {
        Transaction adding = begin();
        OptionalInt nodeid =
                done(metadata.execute(adding, new TopologyStep.Add(ONE, address, NodeRow.Role.SECONDARY), COOLDOWN));
        done(metadata.commit(adding, LONG));
        return nodeid.orElseThrow();
    }

    private void move(int secondary, HostPort from, HostPort to) throws Exception {
        Transaction moving = done(metadata.begin(Duration.ofMillis(100), LONG));
        for (TopologyStep step : List.of(
                new TopologyStep.Update(secondary, to, true),
                new TopologyStep.Readdress(worked, to),
                new TopologyStep.Update(secondary, from, false))) {
            done(metadata.execute(moving, step, NOBODY_TERMINATED));
        }
        done(metadata.commit(moving, LONG));
    }

    private void rename(int nodeid, String host, Duration locks) throws Exception {
        done(tryRename(nodeid, host, locks));
    }

    private CompletionStage<Result<Void>> tryRename(int nodeid, String host, Duration locks) throws Exception {
        Transaction renaming = done(metadata.begin(locks, LONG));
        var step = new TopologyStep.Update(nodeid, new HostPort(host, 7), false);
        return metadata.execute(renaming, step, NOBODY_TERMINATED).thenCompose(result -> switch (result) {
            case Result.Done<OptionalInt> done -> metadata.commit(renaming, LONG);
            case Result.Failed<OptionalInt>(Cause cause, String why) ->
                CompletableFuture.completedFuture(Result.failed(cause, why));
        });
    }

    private static int backendOf(Connection connection) throws Exception {
        return connection.unwrap(org.postgresql.PGConnection.class).getBackendPID();
    }
}
