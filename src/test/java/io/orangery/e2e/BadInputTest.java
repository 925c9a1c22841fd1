package io.orangery.e2e;

import static io.orangery.e2e.FormationUnderTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.formation.FormationNode;
import io.orangery.formation.FreePorts;
import io.orangery.formation.NodeRest;
import io.orangery.formation.UnprivilegedUser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What an operator can get wrong, tried on a running cluster of a primary, a standby and a standby that must not lead: each time a
 * clear message, and the cluster as it was.
 */
class BadInputTest {

    @RegisterExtension
    static final FormationUnderTest cluster =
            new FormationUnderTest(plan -> plan.withoutCitus(3).dcs(FormationUnderTest.storeAtHand()));

    /** {@code maximum_lag_on_failover} of every formation. */
    private static final long ALLOWED_LAG = 1_048_576;

    private static FormationNode neverLeads;

    private FormationNode leader;
    private FormationNode standby;
    private long timeline;

    private final List<StrayAgent> strays = new ArrayList<>();

    @BeforeAll
    static void clusterWithOneThatMustNotLead() throws Exception {
        cluster.prepare(FormationUnderTest.installedPostgres());
        neverLeads = cluster.formation().nodes().getLast();
        Files.writeString(neverLeads.file(), "tags:\n  nofailover: true\n", StandardOpenOption.APPEND);
        cluster.up();
    }

    @BeforeEach
    void whoIsWho() throws Exception {
        cluster.awaitWell();
        leader = cluster.leader(0);
        standby = cluster.standbys(0).stream()
                .filter(node -> node != neverLeads)
                .findFirst()
                .orElseThrow();
        timeline = cluster.line(leader).timeline();
    }

    @AfterEach
    void clusterIsAsItWas() throws Exception {
        strays.forEach(StrayAgent::close);
        cluster.awaitWell();
        assertThat(cluster.leader(0)).isSameAs(leader);
        assertThat(cluster.line(leader).timeline()).isEqualTo(timeline);
    }

    private StrayAgent agent(String name) throws IOException {
        StrayAgent agent = StrayAgent.beside(cluster.formation(), name);
        strays.add(agent);
        return agent;
    }

    // ---- exit code 1 at start

    @Test
    void configurationThatSaysTooLittleOrNonsense() throws Exception {
        StrayAgent scope = agent("no-scope").without("scope").start();
        StrayAgent name = agent("no-name").without("name").start();
        StrayAgent store = agent("no-store").withoutStore().start();
        StrayAgent group = agent("group-abc")
                .with("citus", Map.of("group", "abc", "database", "app"))
                .start();

        assertThat(scope.refusal()).contains("node.yml: scope is missing, expected the name of the cluster");
        assertThat(name.refusal()).contains("node.yml: name is missing, expected the name of this node");
        assertThat(store.refusal()).contains("node.yml").contains("etcd3").contains("zookeeper");
        assertThat(group.refusal())
                .contains("node.yml: citus.group")
                .contains("abc")
                .contains("integer");
    }

    @Test
    void citusThatIsNotInstalled() throws Exception {
        if (cluster.formation().postgres().hasCitus()) {
            Skipped.because("Citus is installed: its absence cannot be tried");
        }
        StrayAgent agent = agent("no-citus")
                .with("citus", Map.of("group", 0, "database", "app"))
                .start();

        assertThat(agent.refusal())
                .contains("citus is configured, but the extension is not installed")
                .contains("citus.control");
        assertThat(agent.dataDirectory()).as("checked before initdb").doesNotExist();
    }

    @Test
    void portInUse() throws Exception {
        int port = FreePorts.from(18_801);
        try (ServerSocket other = new ServerSocket()) {
            other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            StrayAgent agent = agent("port")
                    .with("restapi.listen", "127.0.0.1:" + port)
                    .with("restapi.connect_address", "127.0.0.1:" + port)
                    .start();

            assertThat(agent.refusal()).contains("restapi.listen", "127.0.0.1:" + port, "in use");
            assertThat(agent.dataDirectory()).as("nothing was done before").doesNotExist();
        }
        StrayAgent agent = agent("postgres-port")
                .with("postgresql.listen", "127.0.0.1:" + leader.postgresPort())
                .start();

        assertThat(agent.refusal()).contains("postgresql.listen", "port " + leader.postgresPort(), "in use");
        assertThat(agent.dataDirectory()).doesNotExist();
    }

    @Test
    void dataDirectoryOfAnotherCluster() throws Exception {
        StrayAgent agent = agent("other-cluster");
        Path control = newCluster(agent.dataDirectory()).resolve("global/pg_control");
        byte[] before = Files.readAllBytes(control);

        assertThat(agent.start().refusal())
                .contains("system ID mismatch, node other-cluster belongs to a different cluster");
        assertThat(Files.readAllBytes(control)).as("not touched").isEqualTo(before);
    }

    @Test
    void secondNodeOfTheSameName() throws Exception {
        StrayAgent agent = agent(standby.name()).start();

        assertThat(agent.refusal())
                .contains("Can't start; there is already a node named '" + standby.name() + "' running");
        assertThat(agent.dataDirectory()).doesNotExist();
    }

    @Test
    void secondAgentOnTheSameDataDirectoryAlsoWhileTheFirstIsFrozen() throws Exception {
        long pid = standby.postmasterPid().orElseThrow();
        standby.freezeAgent();
        try {
            StrayAgent agent = agent("same-directory")
                    .with("postgresql.data_dir", standby.dataDirectory().toString())
                    .start();

            assertThat(agent.refusal())
                    .contains("another agent already manages this data directory")
                    .contains(standby.dataDirectory().toString());
        } finally {
            standby.thaw();
        }
        assertThat(standby.postmasterPid()).hasValue(pid);
    }

    @Test
    void agentStartedAsRoot() throws Exception {
        if (!UnprivilegedUser.current().isAnother()) {
            Skipped.because("these tests do not run as root: an agent cannot be started as root");
        }
        StrayAgent agent = agent("root").start(new UnprivilegedUser(null, null));

        assertThat(agent.refusal()).contains("must not run as root");
        assertThat(agent.dataDirectory()).doesNotExist();
    }

    // ---- keeps trying, and says so

    /** All at once: what takes long is that they try again. */
    @Test
    void storeThatCannotBeReachedAndWrongReplicationPassword() throws Exception {
        int nobodyListens = FreePorts.from(19_801);
        StrayAgent etcd = agent("no-etcd")
                .withoutStore()
                .with("etcd3", Map.of("host", "127.0.0.1:" + nobodyListens))
                .start();
        StrayAgent zookeeper = agent("no-zookeeper")
                .withoutStore()
                .with("zookeeper", Map.of("hosts", List.of("127.0.0.1:" + nobodyListens)))
                .start();
        StrayAgent password = agent("wrong-password").start();

        for (StrayAgent agent : List.of(etcd, zookeeper)) {
            agent.awaitSaying("Can not get cluster from dcs");
            agent.awaitSaying("127.0.0.1:" + nobodyListens);
            agent.awaitSaying("waiting for the DCS");
        }
        password.awaitSaying("password authentication failed for user \"replicator\"");
        for (StrayAgent agent : List.of(etcd, zookeeper)) {
            await("a second try", () -> agent.times("Can not get cluster from dcs") > 1);
            assertThat(agent.dataDirectory())
                    .as("nothing is done without the store")
                    .doesNotExist();
        }
        await("a second try", () -> password.times("creating the replica by basebackup failed") > 1);
    }

    // ---- refused by the REST API

    @Test
    void requestThatIsNoJson() throws Exception {
        assertThat(cluster.rest()
                        .send(leader, "POST", "/switchover", "{\"leader\": ")
                        .status())
                .isEqualTo(400);
        assertThat(cluster.rest().send(leader, "PATCH", "/config", "[").status())
                .isEqualTo(400);
        assertThat(cluster.rest().send(leader, "POST", "/restart", "{").status())
                .isEqualTo(400);
        assertThat(cluster.rest().send(standby, "POST", "/reinitialize", "{").status())
                .isEqualTo(400);
    }

    @Test
    void switchoverThatNamesTheWrongMembers() throws Exception {
        assertThat(cluster.rest().switchover(leader, standby.name(), leader.name()))
                .isEqualTo(new NodeRest.Reply(412, "leader name does not match"));
        assertThat(cluster.rest().switchover(leader, leader.name(), "nobody"))
                .isEqualTo(new NodeRest.Reply(412, "candidate does not exists"));
        assertThat(cluster.rest().switchover(leader, leader.name(), leader.name()))
                .isEqualTo(new NodeRest.Reply(400, "Switchover target and source are the same"));
        assertThat(cluster.rest().send(leader, "POST", "/failover", "{\"candidate\": \"\"}"))
                .isEqualTo(new NodeRest.Reply(400, "Failover could be performed only to a specific candidate"));
    }

    @Test
    void switchoverToOneThatMustNotLead() throws Exception {
        assertThat(cluster.rest().switchover(leader, leader.name(), neverLeads.name()))
                .isEqualTo(new NodeRest.Reply(412, "switchover is not possible: no good candidates have been found"));
    }

    /** Lag is not judged by whoever is asked but by the leader, which drops the request. */
    @Test
    void switchoverToOneThatLags() throws Exception {
        long receiver = Long.parseLong(cluster.query(standby, "SELECT pid FROM pg_stat_wal_receiver"));
        signal("STOP", receiver);
        try {
            // Two segments of 16 MB, where 1 MB is allowed.
            cluster.query("SELECT pg_switch_wal()");
            cluster.query("SELECT pg_logical_emit_message(false, 'lag', 'the next segment is not empty')");
            cluster.query("SELECT pg_switch_wal()");

            await(
                    "the lag to be known",
                    () -> Long.parseLong(cluster.line(standby).lag()) > ALLOWED_LAG);
            assertThat(cluster.rest().switchover(leader, leader.name(), standby.name()))
                    .isEqualTo(new NodeRest.Reply(503, "Switchover failed"));
        } finally {
            signal("CONT", receiver);
        }
    }

    private static void signal(String signal, long pid) throws IOException, InterruptedException {
        run(List.of("kill", "-" + signal, Long.toString(pid)));
    }

    private static Path newCluster(Path directory) throws IOException, InterruptedException {
        UnprivilegedUser user = UnprivilegedUser.current();
        user.own(Files.createDirectories(directory.getParent()));
        String initdb = cluster.formation().postgres().program("initdb").toString();
        run(user.command(List.of(initdb, "-D", directory.toString(), "-U", "postgres", "-A", "trust", "-N")));
        return directory;
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(cluster.formation().plan().folder().toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as("%s said %s", command, said).isZero();
    }
}
