package io.orangery.postgres.citus;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Transaction;
import io.orangery.postgres.citus.CitusMetadata.Writability;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Connections that are there before they are needed, and what is asked on them. */
@EnabledIfEnvironmentVariable(named = OnCitus.PROGRAMS, matches = ".+", disabledReason = OnCitus.WHY_NOT)
final class OtherServersTest extends OnCitus {
    private static final String OURS = " FROM pg_stat_activity WHERE application_name = 'Orangery remote'";

    @Test
    void standbyHasCaughtUpWhenItShowsWhatWasCommitted() throws Exception {
        CitusServer standby = standby();
        worker.execute("CREATE TABLE written AS SELECT 1");
        Lsn position = done(metadata.caughtUp(worker.address(), standby.address(), LONG));
        assertThat(standby.query("SELECT count(*) FROM written")).isEqualTo("1");
        assertThat(position.atLeast(Lsn.ZERO)).isTrue();
        assertThat(standby.query("SELECT pg_last_wal_replay_lsn() >= '" + position + "'"))
                .isEqualTo("t");
    }

    @Test
    void standbyThatDoesNotReplayHasNotCaughtUp() throws Exception {
        CitusServer standby = standby();
        standby.execute("SELECT pg_wal_replay_pause()");
        assertThat(failed(metadata.caughtUp(worker.address(), standby.address(), Duration.ofMillis(300))))
                .isEqualTo(Cause.OTHER);
        standby.execute("SELECT pg_wal_replay_resume()");
        done(metadata.caughtUp(worker.address(), standby.address(), LONG));
    }

    @Test
    void standbyThatDoesNotStreamIsRefusedAtOnce() throws Exception {
        CitusServer standby = standby();
        standby.execute("ALTER SYSTEM SET primary_conninfo = ''");
        standby.execute("SELECT pg_reload_conf()");
        await(
                "streaming has ended",
                () -> standby.query("SELECT count(*) FROM pg_stat_wal_receiver").equals("0"));
        assertThat(failed(metadata.caughtUp(worker.address(), standby.address(), LONG)))
                .isEqualTo(Cause.OTHER);
    }

    @Test
    void primaryIsNoStandby() throws Exception {
        assertThat(failed(metadata.caughtUp(worker.address(), coordinator.address(), LONG)))
                .isEqualTo(Cause.OTHER);
    }

    @Test
    void connectionOpenedBeforeSeesThePromotion() throws Exception {
        CitusServer standby = standby();
        acquaint(Set.of(standby.address()));
        String backend = standby.query("SELECT pid" + OURS);
        assertThat(ask(standby.address())).isEqualTo(new Writability.InRecovery());
        standby.execute("SELECT pg_promote(true)");
        assertThat(ask(standby.address())).isInstanceOf(Writability.Writable.class);
        assertThat(standby.query("SELECT pid" + OURS)).isEqualTo(backend);
    }

    @Test
    void connectionThatBrokeIsReplacedWithinTheQuestion() throws Exception {
        acquaint(Set.of(worker.address()));
        String backend = worker.query("SELECT pid" + OURS);
        worker.execute("SELECT pg_terminate_backend(" + backend + ")");
        await("it is gone", () -> worker.query("SELECT pid" + OURS) == null);
        assertThat(ask(worker.address())).isInstanceOf(Writability.Writable.class);
        assertThat(worker.query("SELECT pid" + OURS)).isNotEqualTo(backend);
    }

    @Test
    void connectionsToOthersAreClosed() throws Exception {
        acquaint(Set.of(worker.address(), coordinator.address()));
        assertThat(worker.query("SELECT count(*)" + OURS)).isEqualTo("1");
        acquaint(Set.of(coordinator.address()));
        await("the worker is left", () -> worker.query("SELECT count(*)" + OURS).equals("0"));
        assertThat(coordinator.query("SELECT count(*)" + OURS)).isEqualTo("1");
        metadata.disconnect();
        await(
                "the coordinator is left",
                () -> coordinator.query("SELECT count(*)" + OURS).equals("0"));
    }

    @Test
    void serverThatIsNotThereDelaysNobodyForLong() throws Exception {
        acquaint(Set.of(new HostPort("127.0.0.1", 1), worker.address()));
        assertThat(worker.query("SELECT count(*)" + OURS)).isEqualTo("1");
    }

    @Test
    void connectingAgainReplacesConnectionThatBroke() throws Exception {
        done(metadata.connect());
        int backend = backend();
        done(metadata.connect());
        assertThat(backend()).isEqualTo(backend);
        coordinator.execute("SELECT pg_terminate_backend(" + backend + ")");
        await("it is gone", () -> coordinator.query("SELECT pid FROM pg_stat_activity WHERE pid = " + backend) == null);
        done(metadata.connect());
        assertThat(backend()).isNotEqualTo(backend);
    }

    @Test
    void connectingLeavesAnOpenTransactionAlone() throws Exception {
        Transaction open = begin();
        done(metadata.connect());
        done(metadata.commit(open, LONG));
    }

    private int backend() throws Exception {
        Transaction transaction = begin();
        done(metadata.rollback(transaction));
        return transaction.backend();
    }

    private void acquaint(Set<HostPort> servers) throws Exception {
        metadata.acquaint(servers).toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    private Writability ask(HostPort server) throws Exception {
        return metadata.writable(server, LONG).toCompletableFuture().get();
    }
}
