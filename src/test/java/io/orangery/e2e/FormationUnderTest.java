package io.orangery.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.orangery.formation.Await;
import io.orangery.formation.DcsServer;
import io.orangery.formation.EtcdServerProcess;
import io.orangery.formation.FormationHealth;
import io.orangery.formation.FormationNode;
import io.orangery.formation.FormationPlan;
import io.orangery.formation.LoopbackFormation;
import io.orangery.formation.NodeRest;
import io.orangery.formation.NodeRest.MemberLine;
import io.orangery.formation.PostgresInstallation;
import io.orangery.formation.SteadyWriter;
import io.orangery.formation.WorkFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * The formation of one test class: real agents, PostgreSQL and store on loopback, stopped after the last test whatever happened.
 * Its folder is deleted when all tests passed and named otherwise: the agents' logs are in it. {@code -Dorangery.e2e.keep=true}
 * keeps it in any case. Used by one thread.
 */
final class FormationUnderTest
        implements AfterAllCallback, TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {

    /** Everything that is awaited comes in seconds; a busy machine may take this long. */
    static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final String KEEP = "orangery.e2e.keep";

    private static final String SHORT_CYCLES = "{\"loop_wait\": 2, \"retry_timeout\": 3}";

    /** Names the folder of the programs of a PostgreSQL with Citus, if the usual one has none. */
    private static final String CITUS_VARIABLE = "ORANGERY_CITUS_PG_BIN";

    private static final int LAST_WORDS = 15;

    private final UnaryOperator<FormationPlan> plan;
    private LoopbackFormation formation;
    private Path folder;
    private boolean failed;

    /** @param plan changes the default plan into what the class is about */
    FormationUnderTest(UnaryOperator<FormationPlan> plan) {
        this.plan = plan;
    }

    /** The installation to test with; aborts the class where there is none. */
    static PostgresInstallation installedPostgres() {
        return PostgresInstallation.find()
                .orElseGet(
                        () -> Skipped.because("no PostgreSQL is installed (looked in PATH and /usr/lib/postgresql)"));
    }

    /** The one with Citus that {@code ORANGERY_CITUS_PG_BIN} names, else the usual one, which gets the stand-in if it has none. */
    static PostgresInstallation installedCitus() {
        String named = System.getenv(CITUS_VARIABLE);
        if (named == null) {
            return installedPostgres();
        }
        return PostgresInstallation.at(Path.of(named))
                .filter(PostgresInstallation::hasCitus)
                .orElseThrow(() -> new IllegalArgumentException(
                        CITUS_VARIABLE + "=" + named + ": expected the bin folder of a PostgreSQL that has Citus"));
    }

    /** etcd where it is installed, else ZooKeeper from this program's own classes. */
    static DcsServer.Kind storeAtHand() {
        return EtcdServerProcess.isInstalled() ? DcsServer.Kind.ETCD : DcsServer.Kind.ZOOKEEPER;
    }

    /** Files, ports and the store; agents are started by {@link #up}. */
    FormationUnderTest prepare(PostgresInstallation installed) throws IOException, TimeoutException {
        folder = Files.createTempDirectory("orangery-e2e-").toRealPath();
        formation = LoopbackFormation.prepare(plan.apply(FormationPlan.in(folder)), installed);
        return this;
    }

    /** Starts the agents and waits until all is well. */
    FormationUnderTest up() throws IOException, TimeoutException {
        formation.startNodes();
        awaitWell();
        return this;
    }

    /** What waits for the next look at the store waits less; {@code retry_timeout} is also how long a writer may keep a pause waiting. */
    void shortenCycles() throws IOException {
        for (int group : formation.groups().keySet()) {
            NodeRest.Reply patched = rest().send(leader(group), "PATCH", "/config", SHORT_CYCLES);
            if (!patched.succeeded()) {
                throw new IllegalStateException("PATCH /config of group " + group + ": " + patched);
            }
        }
    }

    LoopbackFormation formation() {
        return formation;
    }

    NodeRest rest() {
        return formation.rest();
    }

    FormationNode node(String name) {
        return formation.node(name);
    }

    /** Waits until every member is what it should be and the coordinator knows the primaries. */
    void awaitWell() throws TimeoutException {
        FormationHealth health = new FormationHealth(formation);
        await("a formation in which all is well", () -> {
            String missing = health.missing();
            if (!missing.isEmpty()) {
                throw new IllegalStateException(missing); // becomes the cause of the failure
            }
            return true;
        });
    }

    /** Waits for anything, with one patience for everything; a condition that throws is not met yet. */
    static void await(String what, Callable<Boolean> condition) throws TimeoutException {
        Await.until(what, PATIENCE, condition);
    }

    /** The leader of a group as its members tell it; fails where there is none. */
    FormationNode leader(int group) {
        String name = rest().leader(formation.group(group))
                .orElseThrow(() -> new IllegalStateException("group " + group + " has no leader"));
        return formation.node(name);
    }

    /** The members of a group that do not lead, in order of name. */
    List<FormationNode> standbys(int group) {
        FormationNode leader = leader(group);
        return formation.group(group).stream().filter(node -> node != leader).toList();
    }

    MemberLine line(FormationNode node) {
        return rest().members(formation.group(node.group())).stream()
                .filter(member -> member.name().equals(node.name()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(node.name() + " is not a member of its group"));
    }

    /** The status document; fails where the node does not answer. */
    JsonNode status(FormationNode node) {
        return rest().status(node).orElseThrow(() -> new IllegalStateException(node.name() + " does not answer"));
    }

    /**
     * Waits until every one of these agents has gone through a whole period since now, and one more: what it has not done by then it
     * has decided not to do.
     */
    void letDecide(List<FormationNode> nodes) throws TimeoutException {
        for (int period = 0; period < 2; period++) {
            for (FormationNode node : nodes) {
                long seen = status(node).path("dcs_last_seen").asLong();
                await(
                        node.name() + " to look at the store again",
                        () -> status(node).path("dcs_last_seen").asLong() > seen);
            }
        }
    }

    /** Writes through the coordinator's primary into a new table; distributed in Citus mode. */
    SteadyWriter write(String table) throws SQLException, TimeoutException {
        execute("CREATE TABLE " + table + " (id bigint PRIMARY KEY)");
        if (formation.groups().size() > 1) {
            execute("SELECT create_distributed_table('" + table + "', 'id')");
        }
        SteadyWriter writer = SteadyWriter.start(formation::connectToCoordinator, table, 4);
        awaitWrites(writer);
        return writer;
    }

    /** Waits until more rows are acknowledged than were under way. */
    static void awaitWrites(SteadyWriter writer) throws TimeoutException {
        int before = writer.acknowledgedRows();
        await("rows to be acknowledged", () -> writer.acknowledgedRows() > before + 20);
    }

    /** One value, asked from the coordinator's primary. */
    String query(String sql) throws SQLException {
        try (Connection connection = formation.connectToCoordinator()) {
            return query(connection, sql);
        }
    }

    /** One value, asked from one node in its maintenance database. */
    String query(FormationNode node, String sql) throws SQLException {
        try (Connection connection = formation.connect(node, "postgres")) {
            return query(connection, sql);
        }
    }

    private static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "";
        }
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = formation.connectToCoordinator();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        failed = true;
        throw failure;
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        failed = true;
        throw failure;
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        failed = true;
        throw failure;
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (formation != null) {
            formation.close();
        }
        if (folder == null) {
            return;
        }
        if (failed) {
            System.out.println(context.getDisplayName() + " failed");
            tellLastWords();
        }
        if (failed || Boolean.getBoolean(KEEP)) {
            System.out.println("the logs of its agents are in " + folder);
        } else {
            WorkFolder.delete(folder);
        }
    }

    private void tellLastWords() {
        if (formation == null) {
            return;
        }
        formation.nodes().stream()
                .filter(node -> node.agent() != null)
                .forEach(node -> System.out.println(
                        "--- " + node.name() + "\n" + node.agent().lastWords(LAST_WORDS)));
    }
}
