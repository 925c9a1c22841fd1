package io.orangery.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.postgres.LocalPostgres.Event;
import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.LocalPostgres.StopMode;
import io.orangery.postgres.LocalPostgres.Stopped;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The adapter on real servers. */
@ExtendWith(AsUnprivilegedUser.class)
class HostPostgresTest {
    private final List<Node> nodes = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private Path directory;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("orangery-pg");
    }

    @AfterEach
    void stopAll() throws IOException {
        nodes.reversed().forEach(Node::close);
        processes.forEach(Process::destroyForcibly);
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

    @Test
    void initdbMakesAPrimaryWithTheConfiguredUsers() throws Exception {
        Node a = node("a");

        assertThat(a.look().directory()).isInstanceOf(DataDirectory.Empty.class);
        a.bootstrapped();

        PostgresSeen seen = a.look();
        assertThat(seen.state()).isEqualTo(PostgresState.RUNNING);
        assertThat(seen.role()).isEqualTo(Role.PRIMARY);
        assertThat(seen.primary()).isTrue();
        assertThat(seen.timeline()).contains(1);
        assertThat(seen.systemIdentifier()).isPresent();
        try (Connection admin = a.connect("admin");
                Connection standby = a.connect("standby");
                Connection rewinder = a.connect("rewinder")) {
            assertThat(admin.isValid(5) && standby.isValid(5) && rewinder.isValid(5))
                    .isTrue();
        }
        assertThat(secretIsIn(a.directory.resolve("state/postgresql.log"))).isFalse();
    }

    private static boolean secretIsIn(Path file) throws IOException {
        return Files.readString(file).contains(Node.PASSWORD);
    }

    @Test
    void postmasterHasASessionOfItsOwnAndIsNobodysChild() throws Exception {
        Node a = node("a").bootstrapped();

        long pid = a.look().postmaster().orElseThrow();

        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        assertThat(fields[1])
                .as("parent")
                .isNotEqualTo(Long.toString(ProcessHandle.current().pid()));
        assertThat(fields[3]).as("session").isEqualTo(Long.toString(pid));
    }

    @Test
    void clonedServerStreamsAndCanBePromoted() throws Exception {
        Node a = node("a").bootstrapped();
        Node b = node("b").standbyOf(a);

        PostgresSeen standby =
                b.eventually(seen -> seen.row().filter(row -> row.streaming()).isPresent());
        assertThat(standby.role()).isEqualTo(Role.REPLICA);
        assertThat(standby.systemIdentifier()).isEqualTo(a.look().systemIdentifier());
        assertThat(b.postgres().follows(Optional.of(a.upstream()))).isTrue();
        assertThat(a.look().row().orElseThrow().standbys())
                .extracting(sender -> sender.applicationName())
                .containsExactly("b");

        b.ok(b.postgres().promote(Duration.ofSeconds(30)));

        PostgresSeen promoted = b.look();
        assertThat(promoted.role()).isEqualTo(Role.PRIMARY);
        assertThat(promoted.timeline()).contains(2);
        assertThat(Node.await(b.postgres().history(2)).lines()).hasSize(1);
        try (Connection connection = b.connect("admin")) {
            connection.createStatement().execute("CREATE TABLE written_after_promotion ()");
        }
    }

    @Test
    void promotionNeedsNoConnection() throws Exception {
        Node a = node("a").bootstrapped();
        Node b = node("b").standbyOf(a);
        b.eventually(seen -> seen.row().filter(row -> row.streaming()).isPresent());

        List<Connection> all = exhaust(b);
        b.ok(b.postgres().promote(Duration.ofSeconds(30)));
        for (Connection connection : all) {
            connection.close();
        }

        assertThat(b.eventually(seen -> seen.row().isPresent()).primary()).isTrue();
    }

    private static List<Connection> exhaust(Node node) {
        var all = new ArrayList<Connection>();
        try {
            while (true) {
                all.add(node.connect("admin"));
            }
        } catch (SQLException full) {
            assertThat(full.getSQLState()).isEqualTo("53300");
            return all;
        }
    }

    @Test
    void fastStopTellsTheShutdownCheckpoint() throws Exception {
        Node a = node("a");
        a.parameters.put("archive_mode", "on");
        a.parameters.put("archive_command", "true");
        a.bootstrapped();

        var stopped = (Stopped.Cleanly) a.stop(StopMode.FAST);

        assertThat(stopped.timeline()).isEqualTo(1);
        assertThat(stopped.checkpoint().isAfter(stopped.beforeSwitch()))
                .as("%s", stopped)
                .isTrue();
        PostgresSeen seen = a.look();
        assertThat(seen.state()).isEqualTo(PostgresState.STOPPED);
        assertThat(seen.role()).isEqualTo(Role.DEMOTED);
        assertThat(seen.directory().controlData().orElseThrow().checkpoint()).isEqualTo(stopped.checkpoint());
        assertThat(a.stop(StopMode.FAST)).as("once more").isEqualTo(stopped);
    }

    @Test
    void immediateStopLeavesACrashedServerThatRecovers() throws Exception {
        Node a = node("a").bootstrapped();

        assertThat(a.stop(StopMode.IMMEDIATE)).isInstanceOf(Stopped.Ended.class);
        assertThat(a.look().directory().controlData().orElseThrow().state()).isEqualTo("in production");
        a.ok(a.postgres().startPrimary(Duration.ofSeconds(30)));

        assertThat(a.look().primary()).isTrue();
    }

    @Test
    void crashIsAnEvent() throws Exception {
        Node a = node("a").bootstrapped();
        long pid = a.look().postmaster().orElseThrow();

        signal("KILL", pid);

        assertThat(a.event(Event.PostmasterExited.class).pid()).isEqualTo(pid);
        PostgresSeen seen = a.look();
        assertThat(seen.postmaster()).isEmpty();
        assertThat(seen.state()).isEqualTo(PostgresState.CRASHED);
        assertThat(seen.role()).isEqualTo(Role.PRIMARY);
        a.ok(a.postgres().startPrimary(Duration.ofSeconds(30)));
        assertThat(a.look().state()).isEqualTo(PostgresState.RUNNING);
    }

    @Test
    void askedForStopIsNoEvent() throws Exception {
        Node a = node("a").bootstrapped();

        a.stop(StopMode.FAST);

        assertThat(a.events).noneMatch(Event.PostmasterExited.class::isInstance);
    }

    @Test
    void restartedAgentAdoptsWhatRuns() throws Exception {
        Node a = node("a").bootstrapped();
        Node b = node("b").standbyOf(a);
        long pid = b.look().postmaster().orElseThrow();

        b.restartAgent();
        b.ok(b.postgres().adopt());

        assertThat(b.look().postmaster()).contains(pid);
        assertThat(b.look().role()).isEqualTo(Role.REPLICA);
        b.ok(b.postgres().restart(Duration.ofSeconds(30)));
        b.eventually(seen -> seen.row().filter(row -> row.streaming()).isPresent());
        signal("KILL", b.look().postmaster().orElseThrow());
        b.event(Event.PostmasterExited.class);
    }

    @Test
    void pidFileLeftBehindThatNamesSomebodyElseIsNoObstacle() throws Exception {
        Node a = node("a").bootstrapped();
        long crashed = a.look().postmaster().orElseThrow();
        Path socketLock = a.directory.resolve(".s.PGSQL." + a.port + ".lock");
        signal("KILL", crashed);
        a.event(Event.PostmasterExited.class);
        Process somebodyElse = new ProcessBuilder("sleep", "600").start();
        processes.add(somebodyElse);
        for (Path file : List.of(a.dataDir().resolve("postmaster.pid"), socketLock)) {
            String text = Files.readString(file).replaceFirst("^\\d+", Long.toString(somebodyElse.pid()));
            // Started long ago, or the time would agree with that of the other process.
            Files.writeString(file, text.replaceFirst("\\A(.*\\R.*\\R)\\d+", "$11000000000"));
        }

        assertThat(a.look().postmaster()).isEmpty();
        a.ok(a.postgres().startPrimary(Duration.ofSeconds(30)));

        assertThat(somebodyElse.isAlive()).isTrue();
        assertThat(a.look().primary()).isTrue();
    }

    @Test
    void serverThatHangsIsNotWaitedFor() throws Exception {
        Node a = node("a").bootstrapped();
        a.look();
        long backend = heartbeatBackend(a);
        signal("STOP", backend);
        try {
            CompletionStage<PostgresSeen> first = a.postgres().look(true);
            CompletionStage<PostgresSeen> second = a.postgres().look(true);

            assertThat(Node.await(first).rowFailure()).isPresent();
            assertThat(Node.await(second)).isSameAs(Node.await(first));
            assertThat(Node.await(first).primary()).as("as remembered").isTrue();
        } finally {
            signal("CONT", backend);
        }
        assertThat(a.eventually(seen -> seen.row().isPresent()).primary()).isTrue();
    }

    private static long heartbeatBackend(Node node) throws SQLException {
        try (Connection connection = node.connect("admin");
                var answer = connection
                        .createStatement()
                        .executeQuery("SELECT pid FROM pg_stat_activity WHERE application_name LIKE '%heartbeat%'")) {
            assertThat(answer.next()).isTrue();
            return answer.getLong(1);
        }
    }

    @Test
    void frozenPostmasterIsKilledWithItsChildren() throws Exception {
        Node a = node("a").bootstrapped();
        long pid = a.look().postmaster().orElseThrow();
        List<ProcessHandle> children =
                ProcessHandle.of(pid).orElseThrow().children().toList();
        signal("STOP", pid);

        Stopped stopped = Node.await(a.postgres().stop(StopMode.FAST, Optional.of(Duration.ofMillis(200)), true));

        assertThat(stopped).isInstanceOf(Stopped.Ended.class);
        assertThat(children).isNotEmpty().noneMatch(HostPostgresTest::alive);
    }

    private static boolean alive(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException gone) {
            return false;
        }
    }

    @Test
    void cancelledCloneLeavesNothing() throws Exception {
        Node a = node("a");
        a.createReplicaMethods = List.of("slow");
        Path began = a.directory.resolve("began");
        a.methods.put("slow", Map.of("command", "sh -c 'mkdir " + a.dataDir() + "; touch " + began + "; sleep 600'"));

        CompletionStage<Outcome> clone = a.postgres().clone(a.upstream(), false);
        a.eventually(seen -> Files.exists(began));
        Node.await(a.postgres().cancel());

        assertThat(Node.await(clone)).isInstanceOf(Outcome.Cancelled.class);
        assertThat(a.dataDir()).doesNotExist();
        assertThat(a.look().role()).isEqualTo(Role.UNINITIALIZED);
    }

    @Test
    void failedStartTellsWhatPostgresqlSaid() throws Exception {
        Node a = node("a").bootstrapped();
        a.stop(StopMode.FAST);
        try (ServerSocket taken = new ServerSocket(a.port, 1, InetAddress.getByName("127.0.0.1"))) {
            var failed = (Outcome.Failed) Node.await(a.postgres().startPrimary(Duration.ofSeconds(30)));

            assertThat(failed.why()).contains("could not").contains("TCP");
            assertThat(taken.isBound()).isTrue();
        }
        assertThat(a.look().state()).isEqualTo(PostgresState.START_FAILED);
    }

    @Test
    void dataDirectoryOfAnotherVersionIsNotStarted() throws Exception {
        Node a = node("a").bootstrapped();
        a.stop(StopMode.FAST);
        String version = Files.readString(a.dataDir().resolve("PG_VERSION"));
        Files.writeString(a.dataDir().resolve("PG_VERSION"), "9\n");

        var failed = (Outcome.Failed) Node.await(a.postgres().startPrimary(Duration.ofSeconds(30)));

        assertThat(failed.why()).contains(a.dataDir().toString(), "PostgreSQL 9", "bin_dir");
        Files.writeString(a.dataDir().resolve("PG_VERSION"), version);
    }

    @Test
    void failedBootstrapIsPutAside() throws Exception {
        Node a = node("a").bootstrapped();

        a.ok(a.postgres().discardFailedBootstrap());

        assertThat(a.dataDir()).doesNotExist();
        assertThat(a.directory.resolve("data.failed/PG_VERSION")).exists();
        assertThat(a.look().role()).isEqualTo(Role.UNINITIALIZED);
    }

    @Test
    void formerPrimaryBecomesAStandby() throws Exception {
        Node a = node("a").bootstrapped();
        Node b = node("b").standbyOf(a);
        b.eventually(seen -> seen.row().filter(row -> row.streaming()).isPresent());
        a.stop(StopMode.FAST);
        b.ok(b.postgres().promote(Duration.ofSeconds(30)));

        a.ok(a.postgres().follow(Optional.of(b.upstream()), Role.REPLICA, Optional.empty()));

        PostgresSeen seen =
                a.eventually(now -> now.row().filter(row -> row.streaming()).isPresent());
        assertThat(seen.role()).isEqualTo(Role.REPLICA);
        assertThat(seen.timeline()).contains(2);
    }

    private static void signal(String name, long pid) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }
}
