package io.orangery.formation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What is relied on while writes are held without a change of address, and when reads move meanwhile (spec/citus.md, 20.2 #3 and #16). */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class HeldWritesContract extends CitusContract {

    /** What Orangery allows itself for {@code pg_dist_node} while writes wait. */
    private static final Duration SHORT = Duration.ofMillis(100);

    /** A secondary that does not exist. */
    private static final int NOWHERE = 7;

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private static final String CANCEL_SYNC =
            "SELECT count(*) FILTER (WHERE pg_cancel_backend(pid)) FROM pg_stat_activity"
                    + " WHERE application_name = 'Citus Metadata Sync Daemon' AND datname = current_database()";

    @Test
    void rollbackOfThePauseLetsTheWriteGoToWhereItWouldHaveGone() throws Exception {
        long key = servers.keyOf(servers.first(), 8_000_000);
        try (Connection pause = servers.begin()) {
            servers.hold(pause, 1, LONG);
            CompletableFuture<Void> write = servers.write(key);
            servers.awaitBlockedWriter();
            assertThat(write).isNotDone();
            pause.rollback();
            write.get(LONG.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(CitusServers.rowsWith(servers.first(), key)).isEqualTo("1");
        assertThat(servers.unsynced()).isZero();
    }

    @Test
    void withoutForceTheWriterIsSparedAndThePauseFails() throws Exception {
        long key = servers.keyOf(servers.first(), 9_000_000);
        try (Connection writer = servers.begin();
                Connection pause = servers.begin()) {
            CitusServers.execute(writer, "INSERT INTO story VALUES (" + key + ", 'spared')");
            assertThatThrownBy(() -> servers.hold(pause, 1, Duration.ofMillis(300)))
                    .satisfies(HeldWritesContract::locksWereNotGranted);
            writer.commit();
        }
        assertThat(coordinator.query("SELECT teller FROM story WHERE id = " + key))
                .isEqualTo("spared");
    }

    @Test
    void readsMoveInASecondTransactionAndWritesFollow() throws Exception {
        PlainServer former = servers.first();
        PlainServer standby = servers.standbyOfFirst("moved");
        long key = servers.keyOf(former, 10_000_000);
        try (Connection pause = servers.begin()) {
            servers.hold(pause, 1, LONG);
            CompletableFuture<Void> write = servers.write(key);
            servers.awaitBlockedWriter();
            servers.moveReads(1, servers.nodeidAt(standby.port()), former.port(), standby.port());
            former.close();
            assertThat(coordinator.query("SELECT count(*) FROM story WHERE teller = 'setup'"))
                    .isEqualTo("100");
            assertThat(write).isNotDone();
            standby.execute("SELECT pg_promote(true)");
            servers.firstIs(standby);
            pause.commit();
            write.get(LONG.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(CitusServers.rowsWith(standby, key)).isEqualTo("1");
        Await.until("metadata in sync again", LONG, () -> servers.unsynced() == 0);
        coordinator.execute("CREATE TABLE sequel (id bigint PRIMARY KEY)");
        coordinator.execute("SELECT create_distributed_table('sequel', 'id', colocate_with => 'none')");
        coordinator.execute("SELECT citus_remove_node('127.0.0.1', " + former.port() + ")");
    }

    @Test
    void readsComeBackWhileWritesAreStillHeld() throws Exception {
        coordinator.execute(servers.add(NOWHERE, 1, "secondary"));
        int port = servers.first().port();
        long key = servers.keyOf(servers.first(), 11_000_000);
        try (Connection pause = servers.begin()) {
            servers.hold(pause, 1, LONG);
            CompletableFuture<Void> write = servers.write(key);
            servers.awaitBlockedWriter();
            servers.moveReads(1, servers.nodeidAt(NOWHERE), port, NOWHERE);
            assertThat(servers.primaryPort(1)).isEqualTo(NOWHERE);
            servers.moveReads(1, servers.nodeidAt(port), NOWHERE, port);
            assertThat(servers.primaryPort(1)).isEqualTo(port);
            pause.rollback();
            write.get(LONG.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(CitusServers.rowsWith(servers.first(), key)).isEqualTo("1");
        Await.until("metadata in sync again", LONG, () -> servers.unsynced() == 0);
        coordinator.execute("SELECT citus_remove_node('127.0.0.1', " + NOWHERE + ")");
    }

    @Test
    void metadataSynchronisationThatHangsHoldsTheTableUntilItIsCancelled() throws Exception {
        coordinator.execute(servers.add(NOWHERE, 1, "secondary"));
        String nodeid = servers.nodeidAt(NOWHERE);
        try (Connection lock = servers.second().connect()) {
            lock.setAutoCommit(false);
            CitusServers.execute(lock, "LOCK TABLE pg_dist_node IN SHARE MODE"); // its rows can be read, not written
            rename(nodeid, "elsewhere", LONG);
            awaitHangingSynchronisation();
            assertThatThrownBy(() -> rename(nodeid, "somewhere", SHORT))
                    .satisfies(HeldWritesContract::locksWereNotGranted);
            assertThat(coordinator.query(CANCEL_SYNC)).isNotEqualTo("0");
            rename(nodeid, "127.0.0.1", Duration.ofSeconds(1));
            lock.rollback();
        }
        Await.until("metadata in sync again", LONG, () -> servers.unsynced() == 0);
        coordinator.execute("SELECT citus_remove_node('127.0.0.1', " + NOWHERE + ")");
    }

    /** The last one: what it creates, the stand-in cannot drop. */
    @Test
    @Order(Integer.MAX_VALUE)
    void pausesOfTwoGroupsExcludeEachOtherOnlyWhereReferenceTablesExist() throws Exception {
        try (Connection one = servers.begin();
                Connection other = servers.begin()) {
            servers.hold(one, 1, LONG);
            servers.hold(other, 2, LONG);
        }
        coordinator.execute("CREATE TABLE genre (id int PRIMARY KEY, name text)");
        coordinator.execute("SELECT create_reference_table('genre')");
        coordinator.execute("INSERT INTO genre VALUES (1, 'tale')");
        assertThat(coordinator.query("SELECT count(*) FROM genre")).isEqualTo("1");
        try (Connection one = servers.begin();
                Connection other = servers.begin()) {
            servers.hold(one, 1, LONG);
            CompletableFuture<Void> waiting = CitusServers.inBackground(() -> servers.hold(other, 2, LONG));
            servers.awaitBlocked(other);
            assertThat(waiting).isNotDone();
            one.rollback();
            waiting.get(LONG.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private void rename(String nodeid, String host, Duration locks) throws SQLException {
        try (Connection connection = servers.begin()) {
            CitusServers.execute(connection, "SET LOCAL lock_timeout = " + locks.toMillis());
            CitusServers.execute(connection, CitusServers.updateRow(nodeid, host, NOWHERE));
            connection.commit();
        }
    }

    private void awaitHangingSynchronisation() throws Exception {
        Await.until(
                "metadata synchronisation hangs on the second worker",
                LONG,
                () -> !"0"
                        .equals(servers.second()
                                .query("SELECT count(*) FROM pg_locks WHERE NOT granted"
                                        + " AND relation = 'pg_dist_node'::regclass")));
    }

    private static void locksWereNotGranted(Throwable failure) {
        assertThat(((SQLException) failure).getSQLState()).isEqualTo(LOCK_NOT_AVAILABLE);
    }
}
