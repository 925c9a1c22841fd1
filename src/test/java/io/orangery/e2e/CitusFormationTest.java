package io.orangery.e2e;

import static io.orangery.e2e.FormationUnderTest.await;
import static io.orangery.e2e.FormationUnderTest.awaitWrites;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.formation.DcsServer;
import io.orangery.formation.FormationNode;
import io.orangery.formation.NodeRest;
import io.orangery.formation.SteadyWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A coordinator group and a worker group, two members each, with writers at work through the coordinator all the time: real Citus where
 * {@code ORANGERY_CITUS_PG_BIN} names an installation that has it, or the usual one has, else the stand-in. Each test begins when all is
 * well, whoever leads.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CitusFormationTest {

    private static final int COORDINATOR = 0;
    private static final int WORKER = 1;

    @RegisterExtension
    static final FormationUnderTest formation =
            new FormationUnderTest(plan -> plan.groups(List.of(2, 2)).dcs(DcsServer.Kind.ZOOKEEPER));

    private static final CitusCatalog catalog = new CitusCatalog(formation);

    private static SteadyWriter writer;

    @BeforeAll
    static void comesUp() throws Exception {
        formation.prepare(FormationUnderTest.installedCitus()).up();
        System.out.println("CitusFormationTest runs on: " + formation.query("SELECT citus_version()"));
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
        formation.awaitWell();
        catalog.awaitRight();
        awaitWrites(writer);
        writer.startWindow();
    }

    @Test
    @Order(1)
    void everyMemberIsRegisteredInItsGroupByItsRole() throws Exception {
        // awaitRight compares the whole table; here only what does not change with the roles.
        assertThat(formation.query("SELECT count(*) FROM pg_dist_node")).isEqualTo("4");
        assertThat(formation.query("SELECT string_agg(groupid || ':' || shouldhaveshards, ',' ORDER BY groupid)"
                        + " FROM pg_dist_node WHERE noderole = 'primary'"))
                .isEqualTo("0:false,1:true");
    }

    @Test
    @Order(2)
    void switchoverOfWorkerCostsNoErrorAndNoRow() throws Exception {
        FormationNode former = formation.leader(WORKER);
        FormationNode candidate = formation.standbys(WORKER).getFirst();

        try (SteadyReader reader = reader()) {
            NodeRest.Reply reply = formation.rest().switchover(former, former.name(), candidate.name());

            assertThat(reply)
                    .isEqualTo(new NodeRest.Reply(200, "Successfully switched over to \"" + candidate.name() + "\""));
            formation.awaitWell();
            catalog.awaitRight();
            assertThat(formation.leader(WORKER)).isSameAs(candidate);
            noReadFailed(reader);
        }
        noWriteFailed();
        nothingIsLost();
    }

    @Test
    @Order(3)
    void restartOfWorkerPrimaryCostsNoErrorAndNoRow() throws Exception {
        FormationNode primary = formation.leader(WORKER);

        try (SteadyReader reader = reader()) {
            NodeRest.Reply reply = formation.rest().restart(primary);

            assertThat(reply).isEqualTo(new NodeRest.Reply(200, "restarted successfully"));
            formation.awaitWell();
            catalog.awaitRight();
            assertThat(formation.leader(WORKER)).isSameAs(primary);
            noReadFailed(reader);
        }
        noWriteFailed();
        nothingIsLost();
    }

    private static SteadyReader reader() {
        return SteadyReader.start(formation.formation()::connectToCoordinator, "SELECT count(*) FROM steady");
    }

    private static void noReadFailed(SteadyReader reader) {
        reader.close();
        assertThat(reader.reads()).isPositive();
        assertThat(reader.failures())
                .as("reads that an application would have seen fail")
                .isEmpty();
    }

    @Test
    @Order(4)
    void switchoverOfCoordinatorIsFollowedByTheTable() throws Exception {
        FormationNode former = formation.leader(COORDINATOR);
        FormationNode candidate = formation.standbys(COORDINATOR).getFirst();

        NodeRest.Reply reply = formation.rest().switchover(former, former.name(), candidate.name());

        assertThat(reply)
                .isEqualTo(new NodeRest.Reply(200, "Successfully switched over to \"" + candidate.name() + "\""));
        formation.awaitWell();
        catalog.awaitRight();
        assertThat(formation.leader(COORDINATOR)).isSameAs(candidate);
        nothingIsLost();
    }

    @Test
    @Order(5)
    void lostWorkerIsReplacedAndRejoinsByItself() throws Exception {
        FormationNode lost = formation.leader(WORKER);
        FormationNode survivor = formation.standbys(WORKER).getFirst();

        lost.killHost();

        await(
                survivor.name() + " to lead",
                () -> formation
                        .rest()
                        .leader(List.of(survivor))
                        .filter(survivor.name()::equals)
                        .isPresent());
        awaitWrites(writer);
        lost.start();
        formation.awaitWell();
        catalog.awaitRight();
        assertThat(formation.leader(WORKER)).isSameAs(survivor);
        nothingIsLost();
    }

    private static void noWriteFailed() throws TimeoutException {
        awaitWrites(writer);
        assertThat(writer.report().failures())
                .as("errors that an application would have seen")
                .isEmpty();
    }

    private static void nothingIsLost() throws TimeoutException, SQLException {
        awaitWrites(writer);
        assertThat(writer.missing()).as("acknowledged rows that are gone").isEmpty();
    }
}
