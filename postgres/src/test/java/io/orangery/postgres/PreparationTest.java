package io.orangery.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.LocalPostgres.StopMode;
import io.orangery.postgres.LocalPostgres.Stopped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a named successor does before the pause, and what a switchover waits for, on real servers. */
@ExtendWith(AsUnprivilegedUser.class)
class PreparationTest {
    private static final String STREAMING_DELAY = "max_standby_streaming_delay";
    private static final String ARCHIVE_DELAY = "max_standby_archive_delay";
    private static final Duration BOUND = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Optional<String> NAMES = Optional.of("ANY 1 (\"a\",\"c\")");

    private final List<Node> nodes = new ArrayList<>();
    private Path directory;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("orangery-pg");
    }

    @AfterEach
    void stopAll() throws IOException {
        nodes.reversed().forEach(Node::close);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private Node node(String name) throws IOException {
        var node = new Node(directory, name);
        nodes.add(node);
        return node;
    }

    /** @param streamingDelay what the user configured on the standby */
    private Node standbyOf(Node primary, String streamingDelay) throws IOException {
        Node standby = node("b");
        standby.parameters.put(STREAMING_DELAY, streamingDelay);
        standby.standbyOf(primary);
        standby.eventually(seen -> seen.row().filter(MonitoringRow::streaming).isPresent());
        return standby;
    }

    @Test
    void namesAndBoundAreInForceWhenItAnswers() throws Exception {
        Node b = standbyOf(node("a").bootstrapped(), "-1");

        b.ok(b.postgres().prepareToLead(NAMES, BOUND));

        assertThat(show(b, "synchronous_standby_names")).isEqualTo(NAMES.orElseThrow());
        assertThat(show(b, STREAMING_DELAY)).isEqualTo("100ms");
        assertThat(show(b, ARCHIVE_DELAY)).isEqualTo("100ms");
        assertThat(show(b, "wal_retrieve_retry_interval")).isEqualTo("100ms");
        assertThat(autoConf(b)).doesNotContain("standby");
    }

    @Test
    void smallerLimitOfTheUserStays() throws Exception {
        Node b = standbyOf(node("a").bootstrapped(), "20ms");

        b.ok(b.postgres().prepareToLead(NAMES, BOUND));

        assertThat(show(b, STREAMING_DELAY)).isEqualTo("20ms");
        assertThat(show(b, ARCHIVE_DELAY)).isEqualTo("100ms");
    }

    @Test
    void nothingIsWrittenOrReloadedTwice() throws Exception {
        Node b = standbyOf(node("a").bootstrapped(), "30s");
        b.ok(b.postgres().prepareToLead(NAMES, BOUND));
        String loaded = loaded(b);

        b.ok(b.postgres().prepareToLead(NAMES, BOUND));
        b.ok(b.postgres().setSynchronousStandbyNames(NAMES));
        assertThat(loaded(b)).isEqualTo(loaded);

        b.ok(b.postgres().setSynchronousStandbyNames(Optional.empty()));
        assertThat(loaded(b)).isNotEqualTo(loaded);
        assertThat(show(b, STREAMING_DELAY)).isEqualTo("100ms");
    }

    @Test
    void endOfThePreparationBringsBackWhatTheUserConfigured() throws Exception {
        Node b = standbyOf(node("a").bootstrapped(), "7s");
        b.ok(b.postgres().prepareToLead(NAMES, BOUND));

        b.ok(b.postgres().endPreparation());

        b.eventually(seen -> show(b, STREAMING_DELAY).equals("7s"));
        assertThat(show(b, ARCHIVE_DELAY)).isEqualTo("30s");
        assertThat(show(b, "wal_retrieve_retry_interval")).isEqualTo("500ms");
        assertThat(show(b, "synchronous_standby_names")).isEqualTo(NAMES.orElseThrow());
        b.eventually(seen -> keptConnections(b) == 0);
        String loaded = loaded(b);
        b.ok(b.postgres().endPreparation());
        assertThat(loaded(b)).isEqualTo(loaded);
    }

    @Test
    void promotionDropsTheBoundAndLeavesTheNames() throws Exception {
        Node a = node("a").bootstrapped();
        Node b = standbyOf(a, "7s");
        b.ok(b.postgres().prepareToLead(NAMES, BOUND));
        a.stop(StopMode.FAST);

        b.ok(b.postgres().promote(PATIENCE));

        assertThat(show(b, "synchronous_standby_names")).isEqualTo(NAMES.orElseThrow());
        b.eventually(seen -> show(b, STREAMING_DELAY).equals("7s"));
        b.eventually(seen -> keptConnections(b) == 0);
        String loaded = loaded(b);
        b.ok(b.postgres().setSynchronousStandbyNames(NAMES));
        assertThat(loaded(b)).as("still confirmed").isEqualTo(loaded);
    }

    @Test
    void startDropsTheBound() throws Exception {
        Node b = standbyOf(node("a").bootstrapped(), "7s");
        b.ok(b.postgres().prepareToLead(NAMES, BOUND));

        b.ok(b.postgres().restart(PATIENCE));

        assertThat(show(b, STREAMING_DELAY)).isEqualTo("7s");
        b.ok(b.postgres().prepareToLead(NAMES, BOUND));
        assertThat(show(b, STREAMING_DELAY)).as("another postmaster").isEqualTo("100ms");
    }

    @Test
    void boundOfAnAgentThatDiedIsTakenBackByTheNext() throws Exception {
        Node b = standbyOf(node("a").bootstrapped(), "7s");
        b.ok(b.postgres().prepareToLead(NAMES, BOUND));

        b.restartAgent();
        b.ok(b.postgres().adopt());

        b.eventually(seen -> show(b, STREAMING_DELAY).equals("7s"));
    }

    @Test
    void boundSurvivesAReloadInBetween() throws Exception {
        Node b = standbyOf(node("a").bootstrapped(), "7s");
        b.ok(b.postgres().prepareToLead(NAMES, BOUND));
        b.parameters.put("work_mem", "7MB");

        b.postgres().configure(b.settings());
        b.ok(b.postgres().reload());

        b.eventually(seen -> show(b, "work_mem").equals("7MB"));
        assertThat(show(b, STREAMING_DELAY)).isEqualTo("100ms");
    }

    @Test
    void primaryIsNotPrepared() throws Exception {
        Node a = node("a").bootstrapped();

        assertThat(Node.await(a.postgres().prepareToLead(NAMES, BOUND))).isInstanceOf(Outcome.Failed.class);
        assertThat(show(a, "synchronous_standby_names")).isEmpty();
    }

    /** deviations 6: without a bound this promotion would wait for the reader, for ever. */
    @Test
    void conflictingReadDoesNotHoldUpAPromotion() throws Exception {
        Node a = node("a").bootstrapped();
        Node b = standbyOf(a, "-1");
        execute(a, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS n");
        received(b, written(a));
        try (Connection reader = readingFromAnOldSnapshot(b)) {
            b.ok(b.postgres().prepareToLead(NAMES, BOUND));
            removeRowsThatItSees(a);
            a.stop(StopMode.FAST);

            b.ok(b.postgres().promote(PATIENCE));

            assertThat(reader.isValid(1)).as("cancelled").isFalse();
        }
    }

    @Test
    void preparationSaysWhenReplayWaitsAlready() throws Exception {
        Node a = node("a").bootstrapped();
        Node b = standbyOf(a, "-1");
        execute(a, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS n");
        try (Connection reader = readingFromAnOldSnapshot(b)) {
            removeRowsThatItSees(a);
            b.eventually(seen -> replayWaits(b));

            var failed = (Outcome.Failed) Node.await(b.postgres().prepareToLead(NAMES, BOUND));

            assertThat(failed.why()).contains("replay waits");
            assertThat(reader.isValid(1)).isTrue();
        }
        b.ok(b.postgres().prepareToLead(NAMES, BOUND));
    }

    private Connection readingFromAnOldSnapshot(Node standby) throws SQLException {
        standby.eventually(seen -> exists(standby, "SELECT FROM pg_class WHERE relname = 't'"));
        Connection reader = standby.connect("admin");
        reader.setAutoCommit(false);
        reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement statement = reader.createStatement()) {
            statement.execute("SELECT count(*) FROM t");
        }
        return reader;
    }

    private void removeRowsThatItSees(Node primary) throws SQLException {
        execute(primary, "DELETE FROM t");
        execute(primary, "VACUUM t");
    }

    private static boolean replayWaits(Node standby) {
        return exists(
                standby,
                "SELECT FROM pg_stat_activity WHERE backend_type = 'startup' AND wait_event LIKE 'RecoveryConflict%'");
    }

    @Test
    void isQuietWhenNoClientRunsAStatement() throws Exception {
        Node a = node("a").bootstrapped();
        try (Connection client = a.connect("admin");
                Statement statement = client.createStatement()) {
            CompletionStage<Void> sleeping = CompletableFuture.runAsync(() -> {
                try {
                    statement.execute("SELECT pg_sleep(60)");
                } catch (SQLException cancelled) {
                    assertThat(cancelled.getSQLState()).isEqualTo("57014");
                }
            });
            a.eventually(seen -> exists(
                    a, "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND pid <> pg_backend_pid()"));

            assertThat(Node.await(a.postgres().awaitQuiet(Duration.ofMillis(300))))
                    .isFalse();
            CompletionStage<Boolean> quiet = a.postgres().awaitQuiet(PATIENCE);
            statement.cancel();

            assertThat(Node.await(quiet)).isTrue();
            Node.await(sleeping);
            client.setAutoCommit(false);
            statement.execute("SELECT 1");
            assertThat(Node.await(a.postgres().awaitQuiet(PATIENCE)))
                    .as("idle in a transaction")
                    .isTrue();
        }
    }

    @Test
    void afterTheStreamHasEndedTheStandbyHasAllThatWasSent() throws Exception {
        Node a = node("a").bootstrapped();
        Node b = standbyOf(a, "30s");
        execute(a, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS n");
        assertThat(Node.await(b.postgres().awaitStreamEnd(Duration.ofMillis(300))))
                .as("it streams")
                .isEmpty();

        CompletionStage<Optional<Lsn>> ended = b.postgres().awaitStreamEnd(PATIENCE);
        Stopped stopped = a.stop(StopMode.FAST);

        Lsn checkpoint = ((Stopped.Cleanly) stopped).checkpoint();
        assertThat(Node.await(ended).orElseThrow().atLeast(checkpoint)).isTrue();
        b.stop(StopMode.FAST);
        assertThat(Node.await(b.postgres().awaitStreamEnd(PATIENCE)))
                .as("cannot be asked")
                .isEmpty();
    }

    private static void received(Node standby, Lsn position) {
        standby.eventually(
                seen -> seen.position().filter(there -> there.atLeast(position)).isPresent());
    }

    private static Lsn written(Node node) {
        return Lsn.parse(text(node, "SELECT pg_current_wal_flush_lsn()")).orElseThrow();
    }

    private static String loaded(Node node) {
        return text(node, "SELECT pg_conf_load_time()");
    }

    private static int keptConnections(Node node) {
        return Integer.parseInt(
                text(
                        node,
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('Orangery promote', 'Orangery switchover')"));
    }

    private static String autoConf(Node node) throws IOException {
        return Files.readString(node.dataDir().resolve("postgresql.auto.conf"));
    }

    private static String show(Node node, String parameter) {
        return text(node, "SHOW " + parameter);
    }

    private static boolean exists(Node node, String rows) {
        return text(node, "SELECT EXISTS (" + rows + ")").equals("t");
    }

    private static String text(Node node, String query) {
        try (Connection connection = node.connect("admin");
                ResultSet answer = connection.createStatement().executeQuery(query)) {
            answer.next();
            return answer.getString(1);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static void execute(Node node, String statement) throws SQLException {
        try (Connection connection = node.connect("admin")) {
            connection.createStatement().execute(statement);
        }
    }
}
