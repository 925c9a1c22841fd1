package io.orangery.e2e;

import static io.orangery.e2e.FormationUnderTest.await;
import static io.orangery.e2e.FormationUnderTest.awaitWrites;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.formation.FormationNode;
import io.orangery.formation.FormationPlan;
import io.orangery.formation.NodeRest;
import io.orangery.formation.PostgresInstallation;
import io.orangery.formation.ServerProcess;
import io.orangery.formation.SteadyWriter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What one worker group means for the others: it is a single node, and away for a while, or gets one of their shards (citus 21 #5, #10, #12).
 * Real Citus or the stand-in, as {@link CitusFormationTest}. Each test begins when all is well, whoever leads.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CitusSingleNodeGroupTest {

    private static final int COORDINATOR = 0;
    private static final int WORKER = 1;
    private static final int SINGLE_NODE = 2;

    @RegisterExtension
    static final FormationUnderTest formation =
            new FormationUnderTest(plan -> plan.groups(List.of(2, 2, 1)).dcs(FormationUnderTest.storeAtHand()));

    private static final CitusCatalog catalog = new CitusCatalog(formation);
    private static final Pauses pauses = new Pauses(formation);

    private static FormationNode singleNode;
    private static SteadyWriter writer;

    @BeforeAll
    static void comesUp() throws Exception {
        formation.prepare(FormationUnderTest.installedCitus()).up();
        System.out.println("CitusSingleNodeGroupTest runs on: " + formation.query("SELECT citus_version()"));
        singleNode = formation.formation().group(SINGLE_NODE).getFirst();
        formation.shortenCycles();
        writer = formation.write("steady");
    }

    @AfterAll
    static void stopWriting() {
        if (writer != null) {
            writer.stop();
        }
    }

    @BeforeEach
    void whenAllIsWell() throws Exception {
        isWell();
        catalog.awaitSynced();
    }

    private static void isWell() throws Exception {
        formation.awaitWell();
        catalog.awaitRight();
        awaitWrites(writer);
    }

    // --- the group is away

    @Test
    @Order(1)
    void groupThatShutsDownHoldsItsWritesAndDisturbsNobodyElse() throws Exception {
        shutDown(singleNode);

        assertThat(pauses.open())
                .as("the pause of a group that nobody continues")
                .isEqualTo(1);
        assertThat(formation.rest().restart(formation.leader(WORKER)))
                .isEqualTo(new NodeRest.Reply(200, "restarted successfully"));
        insert(catalog.freeId("steady", WORKER, 1));
        pauses.awaitNone();

        singleNode.start();
        isWell();
        nothingIsLost();
    }

    @Test
    @Order(2)
    void whileMetadataIsUnsyncedSecondariesArePostponedQuietlyAndAddressesChange() throws Exception {
        FormationNode coordinator = formation.leader(COORDINATOR);
        FormationNode absent = formation.standbys(COORDINATOR).getFirst();
        String secondary = COORDINATOR + " 127.0.0.1:" + absent.postgresPort() + " secondary";
        shutDown(singleNode);
        Switchover.begin(formation, WORKER)
                .succeeds(); // leaves metadata unsynced, for it cannot be sent to the single node
        assertThat(catalog.synced()).isFalse();
        LogSince agent = LogSince.now(coordinator.agent().log());
        LogSince server = LogSince.now(coordinator.serverLog());

        shutDown(absent);

        formation.letDecide(List.of(coordinator));
        assertThat(catalog.rows()).as("removed when metadata is in sync again").contains(secondary);
        await(
                "a standby of the worker",
                () -> formation.line(formation.standbys(WORKER).getFirst()).isWell());
        Switchover.begin(formation, WORKER).succeeds();
        formation.letDecide(List.of(coordinator));
        assertThat(catalog.rows()).contains(catalog.rowOfLeader(WORKER), secondary);
        assertThat(agent.lines()).noneMatch(line -> line.contains(" WARN ") && line.contains("heartbeat of group"));
        assertThat(server.lines()).noneMatch(line -> line.contains("is out of sync"));

        singleNode.start();
        await("the row of the secondary to go", () -> !catalog.rows().contains(secondary));
        absent.start();
        isWell();
        nothingIsLost();
    }

    private static void shutDown(FormationNode node) {
        node.agent().stop(ServerProcess.Signal.TERM, FormationUnderTest.PATIENCE);
    }

    // --- shard moves

    /** Of a shard move that is under way, on any Citus. */
    @Test
    @Order(3)
    void logicalSlotThatIsNotOursIsLeftAlone() throws Exception {
        FormationNode primary = formation.leader(WORKER);
        ask(primary, "SELECT pg_create_logical_replication_slot('citus_shard_move_slot_1_2_10', 'pgoutput')");

        formation.letDecide(List.of(primary));

        assertThat(moveSlots(primary)).isEqualTo("1");
        ask(primary, "SELECT pg_drop_replication_slot('citus_shard_move_slot_1_2_10')");
    }

    static boolean hasShardMoves() {
        PostgresInstallation installed = FormationUnderTest.installedCitus();
        return installed.hasCitus() && !installed.hasStandIn();
    }

    @Test
    @Order(4)
    @EnabledIf(value = "hasShardMoves", disabledReason = "the stand-in cannot move shards")
    void shardMovesWhileSlotsAreKept() throws Exception {
        ShardMove move = ShardMove.of(newTable("moved"));
        FormationNode primary = formation.leader(WORKER);
        LogSince agent = LogSince.now(primary.agent().log());
        CompletableFuture<Void> moving;
        try (Connection _ = move.holdBack()) {
            moving = move.begin();
            move.awaitItsLastStep();

            formation.letDecide(List.of(primary));

            assertThat(moveSlots(primary)).isEqualTo("1");
            assertThat(agent.lines()).noneMatch(line -> line.contains(" WARN ") && line.contains("slot"));
        }
        moving.join();
        assertThat(move.group()).isEqualTo(SINGLE_NODE);
        assertThat(formation.query("SELECT count(*) FROM moved")).isEqualTo("1000");
    }

    @Test
    @Order(5)
    @EnabledIf(value = "hasShardMoves", disabledReason = "the stand-in cannot move shards")
    void switchoverDuringAShardMoveLosesNothing() throws Exception {
        ShardMove move = ShardMove.of(newTable("unmoved"));
        FormationNode former = formation.leader(WORKER);
        LogSince agent = LogSince.now(former.agent().log());
        CompletableFuture<Void> moving;
        try (Connection _ = move.holdBack()) {
            moving = move.begin();
            move.awaitItsLastStep();

            Switchover.begin(formation, WORKER).succeeds();
        }
        moving.handle((moved, failure) -> null)
                .join(); // it may have been terminated, and is then as if it had never been
        isWell();
        await(
                "the operator to be told of slots that are left",
                () -> moveSlots(former).equals("0")
                        || agent.lines().stream().anyMatch(line -> line.contains("was left on this standby")));
        assertThat(move.group()).isIn(WORKER, SINGLE_NODE);
        assertThat(formation.query("SELECT count(*) FROM unmoved")).isEqualTo("1000");
        pauses.awaitNone();
        nothingIsLost();
    }

    private static String newTable(String name) throws SQLException {
        formation.execute("CREATE TABLE " + name + " (id bigint PRIMARY KEY)");
        formation.execute("SELECT create_distributed_table('" + name + "', 'id', colocate_with => 'none')");
        formation.execute("INSERT INTO " + name + " SELECT generate_series(1, 1000)");
        return name;
    }

    /** A shard of a table on its way from the group with two members to the single node. */
    private record ShardMove(String shard) {

        static ShardMove of(String table) throws SQLException {
            return new ShardMove(
                    formation.query("SELECT min(shardid) FROM pg_dist_shard JOIN pg_dist_placement USING (shardid)"
                            + " WHERE groupid = " + WORKER + " AND logicalrelid = '" + table + "'::regclass"));
        }

        /** What its last step has to wait for: a lock of a writer that has not written anything. */
        Connection holdBack() throws SQLException {
            Connection connection = formation.formation().connectToCoordinator();
            connection.setAutoCommit(false);
            execute(connection, "SELECT lock_shard_metadata(5, ARRAY[" + shard + "]::bigint[])"); // ShareLock
            return connection;
        }

        CompletableFuture<Void> begin() {
            String statement =
                    "SELECT citus_move_shard_placement(%s, '127.0.0.1', %d, '127.0.0.1', %d, 'force_logical')"
                            .formatted(shard, formation.leader(WORKER).postgresPort(), singleNode.postgresPort());
            return CompletableFuture.runAsync(
                    () -> {
                        try {
                            formation.execute(statement);
                        } catch (SQLException failed) {
                            throw new CompletionException(failed);
                        }
                    },
                    task -> Thread.ofVirtual().start(task));
        }

        void awaitItsLastStep() throws TimeoutException {
            await(
                    "the shard move to wait for writers",
                    () -> formation
                            .query("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                    + " AND query LIKE 'SELECT citus_move_shard_placement%'")
                            .equals("1"));
        }

        int group() throws SQLException {
            return Integer.parseInt(formation.query("SELECT groupid FROM pg_dist_placement WHERE shardid = " + shard));
        }
    }

    private static String moveSlots(FormationNode node) throws SQLException {
        return ask(node, "SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'citus_shard_move_slot_%'");
    }

    // --- what is the same for all

    private static String ask(FormationNode node, String sql) throws SQLException {
        try (Connection connection = formation.formation().connect(node, FormationPlan.DATABASE);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void insert(long id) throws SQLException {
        formation.execute("INSERT INTO steady (id) VALUES (" + id + ")");
    }

    private static void nothingIsLost() throws TimeoutException, SQLException {
        awaitWrites(writer);
        assertThat(writer.missing()).as("acknowledged rows that are gone").isEmpty();
    }
}
