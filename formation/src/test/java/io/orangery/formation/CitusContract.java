package io.orangery.formation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What Orangery relies on in Citus (spec/citus.md, section 5), asked of a coordinator and two workers. The same class runs
 * against the stand-in and, where the extension is installed, against Citus itself.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CitusContract {

    static final Duration LONG = Duration.ofSeconds(60);

    CitusServers servers;
    PlainServer coordinator;

    /** The installation under test; a test that cannot get one aborts with the reason. */
    abstract PostgresInstallation installation(Path folder, UnprivilegedUser user) throws Exception;

    @BeforeAll
    void startServers() throws Exception {
        servers = new CitusServers();
        PostgresInstallation installation = installation(servers.folder(), servers.user());
        servers.start(installation);
        coordinator = servers.coordinator();
    }

    @AfterAll
    void stopServers() throws IOException {
        servers.close();
    }

    @BeforeEach
    void metadataIsInSync() throws Exception {
        Await.until("metadata in sync", LONG, () -> servers.unsynced() == 0);
    }

    @Test
    void coordinatorIsRegisteredWithoutShards() throws Exception {
        assertThat(coordinator.query("SELECT groupid || ' ' || noderole || ' ' || shouldhaveshards FROM pg_dist_node"
                        + " WHERE nodeport = " + coordinator.port()))
                .isEqualTo("0 primary false");
    }

    @Test
    void rowsAreSpreadOverTheGroupsAndAllAreRead() throws Exception {
        assertThat(coordinator.query("SELECT count(*) FROM story WHERE teller = 'setup'"))
                .isEqualTo("100");
        assertThat(coordinator.query("SELECT count(DISTINCT groupid) FROM pg_dist_placement"))
                .isEqualTo("2");
        assertThat(Long.parseLong(CitusServers.rowsOn(servers.first()))
                        + Long.parseLong(CitusServers.rowsOn(servers.second())))
                .isEqualTo(Long.parseLong(coordinator.query("SELECT count(*) FROM story")));
        assertThat(CitusServers.rowsOn(servers.first())).isNotEqualTo("0");
        assertThat(CitusServers.rowsOn(servers.second())).isNotEqualTo("0");
    }

    @Test
    void insertOfAnExistingKeyFailsAsItDoesInPostgres() {
        assertThatThrownBy(() -> coordinator.execute("INSERT INTO story VALUES (1000000, 'twice')"))
                .satisfies(failure ->
                        assertThat(((SQLException) failure).getSQLState()).isEqualTo("23505"));
    }

    @Test
    void addressOfAnotherRowIsRefused() {
        assertThatThrownBy(() -> coordinator.execute(
                        servers.update(1, "127.0.0.1", servers.second().port())))
                .hasMessageContaining("there is already another node with the specified hostname and port");
    }

    @Test
    void addressesAreUniquePerStatement() {
        assertThatThrownBy(() -> coordinator.execute("UPDATE pg_dist_node SET nodeport = "
                        + servers.second().port() + " WHERE groupid = 1 AND noderole = 'primary'"))
                .satisfies(failure ->
                        assertThat(((SQLException) failure).getSQLState()).isEqualTo("23505"));
    }

    @Test
    void groupHasOnePrimary() {
        assertThatThrownBy(() -> coordinator.execute(servers.add(9, 1, "primary")))
                .hasMessageContaining("group 1 already has a primary node");
        assertThatThrownBy(() -> coordinator.execute(
                        "INSERT INTO pg_dist_node (groupid, nodename, nodeport)" + " VALUES (1, 'elsewhere', 9)"))
                .hasMessageContaining("there cannot be two primary nodes in a group");
    }

    @Test
    void secondaryIsAddedAndRemovedWithoutBeingThere() throws Exception {
        coordinator.execute(servers.add(7, 1, "secondary"));
        assertThat(coordinator.query("SELECT noderole FROM pg_dist_node WHERE nodeport = 7"))
                .isEqualTo("secondary");
        coordinator.execute("SELECT citus_remove_node('127.0.0.1', 7)");
        assertThat(coordinator.query("SELECT nodeid FROM pg_dist_node WHERE nodeport = 7"))
                .isNull();
    }

    @Test
    void addingAnAddressThatExistsReturnsItsRowWhateverItsGroup() throws Exception {
        assertThat(coordinator.query(servers.add(servers.first().port(), 2, "secondary")))
                .isEqualTo(servers.nodeid(1));
        assertThat(coordinator.query("SELECT groupid FROM pg_dist_node WHERE nodeport = "
                        + servers.first().port()))
                .isEqualTo("1");
    }

    @Test
    void unknownNodesAreNamed() {
        assertThatThrownBy(() -> coordinator.execute("SELECT citus_remove_node('nowhere', 1)"))
                .hasMessageContaining("node at \"nowhere:1\" does not exist");
        assertThatThrownBy(() -> coordinator.execute("SELECT citus_update_node(4711, 'nowhere', 1)"))
                .hasMessageContaining("node 4711 not found");
        assertThatThrownBy(() -> coordinator.execute("SELECT citus_pause_node_within_txn(4711)"))
                .hasMessageContaining("node 4711 not found");
    }

    @Test
    void primaryWithShardsStays() {
        assertThatThrownBy(() -> coordinator.execute("SELECT citus_remove_node('127.0.0.1', "
                        + servers.first().port() + ")"))
                .hasMessageContaining("it contains the only shard placement for shard");
    }

    @Test
    void updateToTheSameAddressTakesNoLock() throws Exception {
        try (Connection topology = servers.begin()) {
            CitusServers.execute(
                    topology, servers.update(1, "127.0.0.1", servers.first().port()));
            assertThat(CitusServers.locks(topology)).isZero();
            coordinator.execute("INSERT INTO story SELECT id, 'same' FROM generate_series(2000000, 2000009) AS id");
            topology.rollback();
        }
        assertThat(servers.unsynced()).isZero();
    }

    @Test
    void pauseTakesTheLocksOfTheGroupAndLeavesTheTableAlone() throws Exception {
        try (Connection topology = servers.begin()) {
            CitusServers.execute(topology, "SELECT citus_pause_node_within_txn(" + servers.nodeid(1) + ", true, 1000)");
            assertThat(CitusServers.locks(topology))
                    .isEqualTo(Long.parseLong(
                            coordinator.query("SELECT count(*) FROM pg_dist_placement WHERE groupid = 1")));
            topology.commit();
        }
        assertThat(servers.unsynced()).isZero();
    }

    @Test
    void readsAreNotPaused() throws Exception {
        try (Connection topology = servers.begin()) {
            CitusServers.execute(topology, "SELECT citus_pause_node_within_txn(" + servers.nodeid(1) + ", true, 1000)");
            assertThat(Long.parseLong(coordinator.query("SELECT count(*) FROM story WHERE teller = 'setup'")))
                    .isEqualTo(100);
            topology.rollback();
        }
    }

    @Test
    void otherGroupsWriteOnDuringAPause() throws Exception {
        long key = servers.keyOf(servers.second(), 3_000_000);
        try (Connection topology = servers.begin()) {
            CitusServers.execute(
                    topology,
                    servers.update(1, "127.0.0.1-demoted", servers.first().port()));
            coordinator.execute("INSERT INTO story VALUES (" + key + ", 'other group')");
            topology.rollback();
        }
        assertThat(coordinator.query("SELECT teller FROM story WHERE id = " + key))
                .isEqualTo("other group");
    }

    @Test
    void rollbackLeavesNothingAndLetsTheWriteGo() throws Exception {
        long key = servers.keyOf(servers.first(), 4_000_000);
        try (Connection topology = servers.begin()) {
            CitusServers.execute(
                    topology,
                    servers.update(1, "127.0.0.1-demoted", servers.first().port()));
            CompletableFuture<Void> write = servers.write(key);
            servers.awaitBlockedWriter();
            assertThat(write).isNotDone();
            topology.rollback();
            write.get(LONG.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(coordinator.query("SELECT nodename FROM pg_dist_node WHERE nodeid = " + servers.nodeid(1)))
                .isEqualTo("127.0.0.1");
        assertThat(servers.unsynced()).isZero();
        assertThat(coordinator.query("SELECT teller FROM story WHERE id = " + key))
                .isEqualTo("paused");
    }

    @Test
    void pausedWriteGoesToTheNewPrimaryAfterCommit() throws Exception {
        long key = servers.keyOf(servers.second(), 5_000_000);
        String node = servers.nodeid(2);
        coordinator.execute(servers.add(servers.successor().port(), 2, "secondary"));
        try (Connection topology = servers.begin()) {
            CitusServers.execute(
                    topology,
                    servers.update(2, "127.0.0.1-demoted", servers.second().port()));
            CompletableFuture<Void> write = servers.write(key);
            servers.awaitBlockedWriter();
            servers.second().close();
            servers.successor().execute("SELECT pg_promote(true)");
            String secondary = coordinator.query("SELECT nodeid FROM pg_dist_node WHERE nodeport = "
                    + servers.successor().port());
            CitusServers.execute(
                    topology,
                    CitusServers.updateRow(
                            secondary, "127.0.0.1", servers.second().port()));
            CitusServers.execute(
                    topology,
                    CitusServers.updateRow(
                            node, "127.0.0.1", servers.successor().port()));
            assertThat(write).isNotDone();
            topology.commit();
            write.get(LONG.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(CitusServers.rowsWith(servers.successor(), key)).isEqualTo("1");
        assertThat(coordinator.query("SELECT nodeid FROM pg_dist_node WHERE groupid = 2 AND noderole = 'primary'"
                        + " AND nodeport = " + servers.successor().port()))
                .isEqualTo(node);
        PlainServer former = servers.second();
        servers.successorIsSecond();
        Await.until("metadata in sync again", LONG, () -> servers.unsynced() == 0);
        coordinator.execute("SELECT citus_remove_node('127.0.0.1', " + former.port() + ")");
    }

    @Test
    void addressChangeLeavesMetadataUnsyncedForAWhile() throws Exception {
        try (Connection topology = servers.begin()) {
            CitusServers.execute(
                    topology, servers.update(1, "localhost", servers.first().port()));
            assertThatThrownBy(() -> CitusServers.execute(topology, servers.add(8, 1, "secondary")))
                    .hasMessageContaining("is a metadata node, but is out of sync");
            topology.rollback();
        }
        coordinator.execute(servers.update(1, "localhost", servers.first().port()));
        Await.until("metadata in sync again", LONG, () -> servers.unsynced() == 0);
        coordinator.execute(servers.update(1, "127.0.0.1", servers.first().port()));
        Await.until("metadata in sync once more", LONG, () -> servers.unsynced() == 0);
    }

    @Test
    void cooldownTerminatesWhoStillWrites() throws Exception {
        long key = servers.keyOf(servers.first(), 6_000_000);
        try (Connection writer = servers.begin();
                Connection topology = servers.begin()) {
            CitusServers.execute(writer, "INSERT INTO story VALUES (" + key + ", 'in a transaction')");
            CitusServers.execute(
                    topology,
                    servers.update(1, "127.0.0.1-demoted", servers.first().port()));
            topology.rollback();
            assertThatThrownBy(() -> CitusServers.execute(writer, "SELECT 1"))
                    .satisfies(failure ->
                            assertThat(((SQLException) failure).getSQLState()).isIn("57P01", "08006"));
        }
    }

    @Test
    void writerWhoEndsWithinTheCooldownIsSpared() throws Exception {
        long key = servers.keyOf(servers.first(), 7_000_000);
        try (Connection writer = servers.begin();
                Connection topology = servers.begin()) {
            CitusServers.execute(writer, "INSERT INTO story VALUES (" + key + ", 'in time')");
            String pause = "SELECT citus_pause_node_within_txn(" + servers.nodeid(1) + ", true, 60000)";
            CompletableFuture<Void> pausing = CitusServers.inBackground(() -> CitusServers.execute(topology, pause));
            servers.awaitBlocked(topology);
            writer.commit();
            pausing.get(LONG.toSeconds(), TimeUnit.SECONDS);
            topology.rollback();
        }
        assertThat(coordinator.query("SELECT teller FROM story WHERE id = " + key))
                .isEqualTo("in time");
    }

    @Test
    void authinfoIsKeptPerNodeAndRole() throws Exception {
        coordinator.execute("INSERT INTO pg_dist_authinfo VALUES (0, current_user, 'password=secret')");
        assertThat(coordinator.query("SELECT authinfo FROM pg_dist_authinfo WHERE nodeid = 0"))
                .isEqualTo("password=secret");
        coordinator.execute("DELETE FROM pg_dist_authinfo");
    }
}
