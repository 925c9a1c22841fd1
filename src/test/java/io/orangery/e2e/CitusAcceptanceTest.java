package io.orangery.e2e;

import static io.orangery.core.citus.CitusEvent.Type.AFTER_PROMOTE;
import static io.orangery.core.citus.CitusEvent.Type.BEFORE_DEMOTE;
import static io.orangery.core.citus.CitusEvent.Type.BEFORE_PROMOTE;
import static io.orangery.e2e.FormationUnderTest.await;
import static io.orangery.e2e.FormationUnderTest.awaitWrites;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orangery.core.citus.CitusEvent.Type;
import io.orangery.e2e.EventRelays.HeldReply;
import io.orangery.formation.FormationNode;
import io.orangery.formation.NodeRest;
import io.orangery.formation.SteadyWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What may happen to a pause (citus 21 #6 to #9): two worker groups, whose events go to the coordinator through {@link EventRelays}, with writers
 * at work all the time. Real Citus or the stand-in, as {@link CitusFormationTest}. Each test begins when all is well, whoever leads.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CitusAcceptanceTest {

    private static final int COORDINATOR = 0;
    private static final int WORKER = 1;
    private static final int OTHER_WORKER = 2;

    @RegisterExtension
    static final FormationUnderTest formation =
            new FormationUnderTest(plan -> plan.groups(List.of(2, 2, 2)).dcs(FormationUnderTest.storeAtHand()));

    private static final CitusCatalog catalog = new CitusCatalog(formation);
    private static final Pauses pauses = new Pauses(formation);

    private static EventRelays relays;
    private static SteadyWriter writer;

    @BeforeAll
    static void comesUp() throws Exception {
        formation.prepare(FormationUnderTest.installedCitus());
        relays = EventRelays.inFrontOf(formation.formation().group(COORDINATOR));
        formation.up();
        System.out.println("CitusAcceptanceTest runs on: " + formation.query("SELECT citus_version()"));
        formation.shortenCycles();
        writer = formation.write("steady");
    }

    @AfterAll
    static void stops() {
        if (writer != null) {
            writer.stop();
        }
        if (relays != null) {
            relays.close();
        }
    }

    @BeforeEach
    void whenAllIsWell() throws Exception {
        relays.lose(WORKER, Set.of());
        relays.lose(OTHER_WORKER, Set.of());
        isWell();
        writer.startWindow();
    }

    private static void isWell() throws Exception {
        formation.awaitWell();
        catalog.awaitRight();
        awaitWrites(writer);
    }

    // --- two groups at the same time

    @Test
    @Order(1)
    void twoGroupsSwitchOverAtTheSameTime() throws Exception {
        bothSwitchOver();

        isWell();
        noWriteFailed(writer);
        nothingIsLost(writer);
        pauses.awaitNone();
    }

    /** The last one: what it creates, the stand-in cannot drop. */
    @Test
    @Order(Integer.MAX_VALUE)
    void twoGroupsThatShareAReferenceTableSwitchOverAtTheSameTime() throws Exception {
        catalog.awaitSynced();
        formation.execute("CREATE TABLE genre (id bigint PRIMARY KEY)");
        formation.execute("SELECT create_reference_table('genre')");
        try (SteadyWriter everywhere = SteadyWriter.start(formation.formation()::connectToCoordinator, "genre", 2)) {
            awaitWrites(everywhere);

            bothSwitchOver();

            isWell();
            noWriteFailed(writer);
            noWriteFailed(everywhere);
            nothingIsLost(writer);
            nothingIsLost(everywhere);
            pauses.awaitNone();
        }
    }

    private static void bothSwitchOver() {
        Switchover one = Switchover.begin(formation, WORKER);
        Switchover other = Switchover.begin(formation, OTHER_WORKER);
        one.succeeds();
        other.succeeds();
    }

    // --- lost messages

    /** One set for each group: twice as many in the same time. */
    static Stream<Arguments> lost() {
        return Stream.of(
                Arguments.of(EnumSet.of(BEFORE_DEMOTE), EnumSet.of(BEFORE_PROMOTE)),
                Arguments.of(EnumSet.of(AFTER_PROMOTE), EnumSet.of(BEFORE_DEMOTE, BEFORE_PROMOTE)),
                Arguments.of(EnumSet.of(BEFORE_DEMOTE, AFTER_PROMOTE), EnumSet.of(BEFORE_PROMOTE, AFTER_PROMOTE)),
                Arguments.of(EnumSet.allOf(Type.class), EnumSet.noneOf(Type.class)));
    }

    @ParameterizedTest(name = "lost: {0} of one group, {1} of the other")
    @MethodSource("lost")
    @Order(2)
    void whateverIsLostTheTableIsRightWithinTwoCycles(Set<Type> ofOne, Set<Type> ofOther) throws Exception {
        relays.lose(WORKER, ofOne);
        relays.lose(OTHER_WORKER, ofOther);

        bothSwitchOver();

        formation.letDecide(List.of(formation.leader(COORDINATOR)));
        assertThat(catalog.rows()).contains(catalog.rowOfLeader(WORKER), catalog.rowOfLeader(OTHER_WORKER));
        assertThat(relays.seen(WORKER)).containsAll(ofOne);
        assertThat(relays.seen(OTHER_WORKER)).containsAll(ofOther);
        isWell();
        nothingIsLost(writer);
        pauses.awaitNone();
    }

    // --- the coordinator in the middle of a pause

    /** What befalls the coordinator's leader. */
    private interface Blow {
        void fall(FormationNode coordinator) throws Exception;
    }

    @Test
    @Order(3)
    void restartOfTheCoordinatorInTheMiddleOfAPause() throws Exception {
        duringAPause(coordinator -> {
            assertThat(formation.rest().restart(coordinator))
                    .isEqualTo(new NodeRest.Reply(200, "restarted successfully"));
            assertThat(formation.leader(COORDINATOR)).isSameAs(coordinator);
        });
    }

    @Test
    @Order(4)
    void crashOfTheCoordinatorInTheMiddleOfAPause() throws Exception {
        duringAPause(coordinator -> {
            long crashed = coordinator.postmasterPid().orElseThrow();
            coordinator.killPostmaster();
            await(
                    "another postmaster of the coordinator",
                    () -> formation
                            .leader(COORDINATOR)
                            .postmasterPid()
                            .filter(pid -> pid != crashed)
                            .isPresent());
        });
    }

    @Test
    @Order(5)
    void switchoverOfTheCoordinatorInTheMiddleOfAPause() throws Exception {
        duringAPause(coordinator -> {
            Switchover.begin(formation, COORDINATOR).succeeds();
        });
    }

    /** The worker's leader does not get to know that its group's writes are held until the coordinator has had its blow. */
    private static void duringAPause(Blow blow) throws Exception {
        Switchover switchover;
        try (HeldReply reply = relays.holdReply(WORKER, BEFORE_DEMOTE)) {
            switchover = Switchover.begin(formation, WORKER);
            reply.await();
            assertThat(pauses.open()).as("pauses before the blow").isEqualTo(1);
            blow.fall(formation.leader(COORDINATOR));
            // Reads may have moved already, to a standby: without the pause that is a wrong address.
            await("the row of whoever leads", () -> catalog.rows().contains(catalog.rowOfLeader(WORKER)));
            awaitWrites(writer);
        }

        switchover.succeeds();
        isWell();
        assertThat(formation.leader(WORKER)).isSameAs(switchover.candidate());
        nothingIsLost(writer);
        pauses.awaitNone();
    }

    // --- writers that take their time

    @Test
    @Order(6)
    void transactionThatEndsWithinTheCooldownIsSpared() throws Exception {
        long id = catalog.freeId("steady", WORKER, 1);
        Switchover switchover;
        try (Connection transaction = write(id)) {
            switchover = Switchover.begin(formation, WORKER);
            pauses.awaitBlocked();
            transaction.commit();
        }

        switchover.succeeds();
        assertThat(formation.query("SELECT count(*) FROM steady WHERE id = " + id))
                .isEqualTo("1");
        noWriteFailed(writer);
        nothingIsLost(writer);
    }

    @Test
    @Order(7)
    void transactionThatOutlastsTheCooldownIsTerminated() throws Exception {
        long id = catalog.freeId("steady", WORKER, 2);
        try (Connection transaction = write(id)) {
            Switchover.begin(formation, WORKER).succeeds();
            assertThatThrownBy(transaction::commit).isInstanceOf(SQLException.class);
        }
        noWriteFailed(writer);
        nothingIsLost(writer);
        pauses.awaitNone();
    }

    /** An open transaction that has written a row. */
    private static Connection write(long id) throws SQLException {
        Connection connection = formation.formation().connectToCoordinator();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO steady (id) VALUES (" + id + ")");
        }
        return connection;
    }

    // --- what is the same for all

    private static void noWriteFailed(SteadyWriter writer) throws TimeoutException {
        awaitWrites(writer);
        assertThat(writer.report().failures())
                .as("errors that an application would have seen")
                .isEmpty();
    }

    private static void nothingIsLost(SteadyWriter writer) throws TimeoutException, SQLException {
        awaitWrites(writer);
        assertThat(writer.missing()).as("acknowledged rows that are gone").isEmpty();
    }
}
