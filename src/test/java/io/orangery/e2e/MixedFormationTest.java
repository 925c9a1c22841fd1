package io.orangery.e2e;

import static io.orangery.e2e.FormationUnderTest.awaitWrites;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.formation.FormationNode;
import io.orangery.formation.FormationPlan.Agent;
import io.orangery.formation.SteadyWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A coordinator group and a worker group, each with a member that Orangery looks after and one of Patroni (citus 21 #11), with writers at work all
 * the time. Needs a program {@code patroni}, 4 or later, on the search path. Real Citus or the stand-in, as {@link CitusFormationTest}.
 */
@EnabledIf(value = "hasPatroni", disabledReason = "no program patroni, 4 or later, is on the search path")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MixedFormationTest {

    private static final int COORDINATOR = 0;
    private static final int WORKER = 1;

    @RegisterExtension
    static final FormationUnderTest formation =
            new FormationUnderTest(plan -> plan.groups(List.of(2, 2)).dcs(FormationUnderTest.storeAtHand()));

    private static final CitusCatalog catalog = new CitusCatalog(formation);
    private static final Pauses pauses = new Pauses(formation);

    private static SteadyWriter writer;

    /** Older ones do not know quorum mode: they are no peers. */
    static boolean hasPatroni() throws IOException {
        if (!Agent.PATRONI.isInstalled()) {
            return false;
        }
        Process asked = new ProcessBuilder("patroni", "--version").start();
        String version = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return version.matches("(?s)patroni ([4-9]|\\d\\d).*");
    }

    @BeforeAll
    static void comesUp() throws Exception {
        formation.prepare(FormationUnderTest.installedCitus());
        for (int group : List.of(COORDINATOR, WORKER)) {
            List<FormationNode> nodes = formation.formation().group(group);
            nodes.getFirst().start(Agent.ORANGERY);
            nodes.getLast().start(Agent.PATRONI);
        }
        formation.awaitWell();
        System.out.println("MixedFormationTest runs on: " + formation.query("SELECT citus_version()"));
        formation.shortenCycles();
        writer = formation.write("steady");
    }

    @AfterAll
    static void stopWriting() {
        if (writer != null) {
            writer.stop();
        }
    }

    @Test
    @Order(1)
    void workersOfEitherKindFollowOneAnotherUnderTheFirstCoordinator() throws Exception {
        workersFollowOneAnother();
    }

    @Test
    @Order(2)
    void workersOfEitherKindFollowOneAnotherUnderTheOtherCoordinator() throws Exception {
        coordinatorsFollowOneAnother();
        workersFollowOneAnother();
    }

    @Test
    @Order(3)
    void coordinatorComesBackToTheKindThatItWas() throws Exception {
        coordinatorsFollowOneAnother();
    }

    private static void workersFollowOneAnother() throws Exception {
        for (int round = 0; round < 2; round++) {
            isWell();
            Switchover.begin(formation, WORKER).succeeds();
        }
        isWell();
        pauses.awaitNone();
        nothingIsLost();
    }

    private static void coordinatorsFollowOneAnother() throws Exception {
        isWell();
        Switchover.begin(formation, COORDINATOR).succeeds();
        isWell();
        rowsStay();
        nothingIsLost();
    }

    /** Neither coordinator undoes what the other has registered. */
    private static void rowsStay() throws SQLException, TimeoutException {
        TreeSet<String> rows = catalog.rows();
        for (int cycles = 0; cycles < 2; cycles++) {
            formation.letDecide(formation.formation().group(COORDINATOR));
            assertThat(catalog.rows()).isEqualTo(rows);
        }
    }

    private static void isWell() throws TimeoutException {
        formation.awaitWell();
        catalog.awaitRight();
        awaitWrites(writer);
    }

    private static void nothingIsLost() throws TimeoutException, SQLException {
        awaitWrites(writer);
        assertThat(writer.missing()).as("acknowledged rows that are gone").isEmpty();
    }
}
