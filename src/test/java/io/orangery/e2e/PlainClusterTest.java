package io.orangery.e2e;

import static io.orangery.e2e.FormationUnderTest.await;
import static io.orangery.e2e.FormationUnderTest.awaitWrites;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.formation.FormationNode;
import io.orangery.formation.NodeRest;
import io.orangery.formation.SteadyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
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
 * The life of an ordinary cluster of three, quorum commit, with writers at work all the time. One cluster for the whole class, since a
 * start costs more than most tests; each test begins when all is well, whoever leads, and so can be run alone.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PlainClusterTest {

    @RegisterExtension
    static final FormationUnderTest cluster =
            new FormationUnderTest(plan -> plan.withoutCitus(3).dcs(FormationUnderTest.storeAtHand()));

    private static SteadyWriter writer;

    @BeforeAll
    static void comesUp() throws Exception {
        cluster.prepare(FormationUnderTest.installedPostgres()).up();
        writer = cluster.write("steady");
    }

    @AfterAll
    static void stopWriting() {
        if (writer != null) {
            writer.stop();
        }
    }

    @BeforeEach
    void whenAllIsWell() throws TimeoutException {
        cluster.awaitWell();
        await("two quorum standbys", () -> cluster.standbys(0).stream().allMatch(PlainClusterTest::isInQuorum));
        awaitWrites(writer);
    }

    private static boolean isInQuorum(FormationNode node) {
        return cluster.line(node).role().equals("quorum_standby");
    }

    @Test
    @Order(1)
    void eitherStandbyConfirmsCommits() throws Exception {
        assertThat(cluster.query("SHOW synchronous_standby_names")).startsWith("ANY 1 (");
    }

    @Test
    @Order(2)
    void switchoverGoesToTheNamedCandidate() throws Exception {
        FormationNode former = cluster.leader(0);
        FormationNode candidate = cluster.standbys(0).getFirst();

        NodeRest.Reply reply = cluster.rest().switchover(former, former.name(), candidate.name());

        assertThat(reply)
                .isEqualTo(new NodeRest.Reply(200, "Successfully switched over to \"" + candidate.name() + "\""));
        cluster.awaitWell();
        assertThat(cluster.leader(0)).isSameAs(candidate);
        nothingIsLost();
    }

    @Test
    @Order(3)
    void crashedPostgresIsStartedAgainWhereItLed() throws Exception {
        FormationNode leader = cluster.leader(0);
        long crashed = leader.postmasterPid().orElseThrow();

        leader.killPostmaster();

        await(
                "another postmaster on " + leader.name(),
                () -> leader.postmasterPid().filter(pid -> pid != crashed).isPresent());
        cluster.awaitWell();
        assertThat(cluster.leader(0)).isSameAs(leader);
        nothingIsLost();
    }

    @Test
    @Order(4)
    void agentThatIsKilledAndStartedAgainAdoptsItsPostgres() throws Exception {
        FormationNode leader = cluster.leader(0);
        long untouched = leader.postmasterPid().orElseThrow();
        long timeline = cluster.line(leader).timeline();

        leader.killAgent();
        leader.start();

        await(leader.name() + " to answer", () -> cluster.rest().status(leader).isPresent());
        cluster.awaitWell();
        assertThat(cluster.leader(0)).isSameAs(leader);
        assertThat(leader.postmasterPid()).hasValue(untouched);
        assertThat(cluster.line(leader).timeline()).isEqualTo(timeline);
    }

    @Test
    @Order(5)
    void parameterThatNeedsRestartIsPendingUntilEveryMemberWasRestarted() throws Exception {
        FormationNode leader = cluster.leader(0);

        NodeRest.Reply patched = patch(leader, "{\"postgresql\": {\"parameters\": {\"max_connections\": 120}}}");

        assertThat(patched.status()).isEqualTo(200);
        List<FormationNode> nodes = cluster.formation().nodes();
        await("a pending restart on every member", () -> nodes.stream().allMatch(this::waitsForRestart));
        // Standbys first: they must never allow fewer connections than their primary.
        List<FormationNode> order = new ArrayList<>(cluster.standbys(0));
        order.add(leader);
        for (FormationNode node : order) {
            assertThat(cluster.rest().restart(node)).isEqualTo(new NodeRest.Reply(200, "restarted successfully"));
            assertThat(cluster.query(node, "SHOW max_connections")).isEqualTo("120");
        }
        await("no pending restart", () -> nodes.stream().noneMatch(this::waitsForRestart));
        assertThat(cluster.leader(0)).isSameAs(leader);
        nothingIsLost();
    }

    private boolean waitsForRestart(FormationNode node) {
        return cluster.status(node).path("pending_restart").asBoolean();
    }

    @Test
    @Order(6)
    void reinitializedStandbyIsClonedAgain() throws Exception {
        FormationNode standby = cluster.standbys(0).getFirst();
        long stopped = standby.postmasterPid().orElseThrow();
        Path oldDirectory = Files.createFile(standby.dataDirectory().resolve("of-the-old-directory"));

        NodeRest.Reply reply = cluster.rest().send(standby, "POST", "/reinitialize", "{}");

        assertThat(reply).isEqualTo(new NodeRest.Reply(200, "reinitialize started"));
        await("the old directory of " + standby.name() + " to go", () -> Files.notExists(oldDirectory));
        await(
                "the new postmaster of " + standby.name(),
                () -> standby.postmasterPid().filter(pid -> pid != stopped).isPresent());
        cluster.awaitWell();
        nothingIsLost();
    }

    @Test
    @Order(7)
    void pausedClusterDoesNotReplaceItsPrimary() throws Exception {
        FormationNode leader = cluster.leader(0);
        List<FormationNode> standbys = cluster.standbys(0);
        patch(leader, "{\"pause\": true}");
        await(
                "every member to know of the pause",
                () -> cluster.formation().nodes().stream()
                        .allMatch(node -> cluster.status(node).path("pause").asBoolean()));

        leader.killPostmaster();

        await(
                leader.name() + " to notice",
                () -> !cluster.status(leader).path("state").asText().equals("running"));
        cluster.letDecide(cluster.formation().nodes());
        assertThat(leader.postmasterPid()).as("started in maintenance mode").isEmpty();
        assertThat(standbys)
                .extracting(standby -> cluster.status(standby).path("role").asText())
                .containsOnly("replica");

        patch(standbys.getFirst(), "{\"pause\": null}");
        cluster.awaitWell();
        nothingIsLost();
    }

    @Test
    @Order(8)
    void lostPrimaryIsReplacedAndRejoinsByItself() throws Exception {
        FormationNode lost = cluster.leader(0);
        List<FormationNode> survivors = cluster.standbys(0);

        lost.killHost();

        await(
                "one of the survivors to lead",
                () -> cluster.rest()
                        .leader(survivors)
                        .filter(name -> !name.equals(lost.name()))
                        .isPresent());
        awaitWrites(writer);
        lost.start();
        cluster.awaitWell();
        assertThat(cluster.leader(0)).isNotSameAs(lost);
        nothingIsLost();
    }

    private static NodeRest.Reply patch(FormationNode node, String document) throws IOException {
        return cluster.rest().send(node, "PATCH", "/config", document);
    }

    private static void nothingIsLost() throws TimeoutException, SQLException {
        awaitWrites(writer);
        assertThat(writer.missing()).as("acknowledged rows that are gone").isEmpty();
    }
}
