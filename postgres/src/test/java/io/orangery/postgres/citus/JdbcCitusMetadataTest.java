package io.orangery.postgres.citus;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.NodeRow;
import io.orangery.core.citus.TopologyStep;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.postgres.citus.CitusMetadata.Blocker;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Result;
import io.orangery.postgres.citus.CitusMetadata.Transaction;
import io.orangery.postgres.citus.CitusMetadata.Writability;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Rows, transactions and the connection that carries them. */
@EnabledIfEnvironmentVariable(named = OnCitus.PROGRAMS, matches = ".+", disabledReason = OnCitus.WHY_NOT)
final class JdbcCitusMetadataTest extends OnCitus {
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
}
