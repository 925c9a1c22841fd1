package io.orangery.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.BootstrapSettings;
import io.orangery.postgres.LocalPostgres.Divergence;
import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.LocalPostgres.SlotPlan;
import io.orangery.postgres.LocalPostgres.StopMode;
import io.orangery.postgres.configuration.ServerVersion;
import io.orangery.postgres.sql.Slots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The commands beside the plain life of a server, on real servers. */
@ExtendWith(AsUnprivilegedUser.class)
class HostCommandsTest {
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

    @Test
    void reloadAppliesWhatCanBeAndNamesWhatWaitsForARestart() throws Exception {
        Node a = node("a").bootstrapped();
        a.parameters.put("work_mem", "7MB");
        a.parameters.put("max_connections", "30");

        a.postgres().configure(a.settings());
        a.ok(a.postgres().reload());

        assertThat(a.look().pendingRestart()).containsOnlyKeys("max_connections");
        a.eventually(seen -> show(a, "work_mem").equals("7MB"));
        assertThat(show(a, "max_connections")).isEqualTo("20");
        a.ok(a.postgres().restart(Duration.ofSeconds(30)));
        assertThat(show(a, "max_connections")).isEqualTo("30");
        assertThat(a.look().pendingRestart()).isEmpty();
    }

    @Test
    void synchronousStandbyNamesAreInForceWhenItAnswers() throws Exception {
        Node a = node("a").bootstrapped();

        a.ok(a.postgres().setSynchronousStandbyNames(Optional.of("ANY 1 (\"b\",\"c\")")));
        assertThat(a.look().row().orElseThrow().synchronousStandbyNames()).isEqualTo("ANY 1 (\"b\",\"c\")");
        a.ok(a.postgres().generateWal());
        a.ok(a.postgres().checkpoint(2));

        a.ok(a.postgres().setSynchronousStandbyNames(Optional.empty()));
        assertThat(a.look().row().orElseThrow().synchronousStandbyNames()).isEmpty();
    }

    @Test
    void managedSynchronousStandbyNamesSurviveTheAgent() throws Exception {
        Node a = node("a").bootstrapped();
        a.ok(a.postgres().setSynchronousStandbyNames(Optional.of("\"b\"")));

        a.restartAgent();
        a.ok(a.postgres().adopt());
        a.ok(a.postgres().reload());

        assertThat(show(a, "synchronous_standby_names")).isEqualTo("\"b\"");
    }

    @Test
    void onlySlotsThatTheAgentMadeAreDropped() throws Exception {
        Node a = node("a").bootstrapped();
        try (Connection connection = a.connect("admin")) {
            connection.createStatement().execute("SELECT pg_create_physical_replication_slot('somebody_elses')");
        }

        a.ok(a.postgres().keepSlots(new SlotPlan(Map.of("b", Optional.empty()), Set.of(), true)));
        assertThat(slots(a)).containsExactlyInAnyOrder("b", "somebody_elses");
        a.restartAgent();
        a.ok(a.postgres().adopt());
        a.ok(a.postgres().keepSlots(new SlotPlan(Map.of(), Set.of(), false)));
        assertThat(slots(a)).containsExactlyInAnyOrder("b", "somebody_elses");
        a.ok(a.postgres().keepSlots(new SlotPlan(Map.of(), Set.of(), true)));

        assertThat(slots(a)).containsExactly("somebody_elses");
    }

    /** deviations 11: not ours, so never dropped; the operator is told, for they keep WAL. */
    @Test
    void slotsThatCitusLeftOnAFormerPrimaryAreNamedAndStay() throws Exception {
        Node a = node("a");
        a.parameters.put("wal_level", "logical");
        a.bootstrapped();
        Node b = node("b").standbyOf(a);
        for (String slot : List.of("citus_shard_move_slot_3_10_2", "citus_shard_move_slot", "somebody_elses")) {
            try (Connection connection = a.connect("admin")) {
                connection
                        .createStatement()
                        .execute("SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
            }
        }
        assertThat(leftByCitus(a)).as("on a primary they may be in use").isEmpty();

        b.eventually(seen -> seen.row().filter(row -> row.streaming()).isPresent());
        a.stop(StopMode.FAST);
        b.ok(b.postgres().promote(Duration.ofSeconds(30)));
        a.ok(a.postgres().follow(Optional.of(b.upstream()), Role.REPLICA, Optional.empty()));
        a.ok(a.postgres().keepSlots(new SlotPlan(Map.of(), Set.of(), true)));

        assertThat(leftByCitus(a)).containsExactly("citus_shard_move_slot_3_10_2");
        assertThat(slots(a)).hasSize(3);
    }

    private static List<String> leftByCitus(Node node) throws SQLException {
        try (Connection connection = node.connect("admin")) {
            return Slots.keep(connection, ServerVersion.ofMajor(15), Map.of(), Set.of(), name -> true);
        }
    }

    private static List<String> slots(Node node) {
        return node.look().row().orElseThrow().slots().stream()
                .map(MonitoringRow.Slot::name)
                .toList();
    }

    @Test
    void divergedPrimaryIsRewound() throws Exception {
        Node a = node("a").bootstrapped();
        Node b = node("b").standbyOf(a);
        b.eventually(seen -> seen.row().filter(row -> row.streaming()).isPresent());
        b.ok(b.postgres().promote(Duration.ofSeconds(30)));
        b.ok(b.postgres().checkpoint(1));
        try (Connection connection = a.connect("admin")) {
            connection.createStatement().execute("CREATE TABLE only_here AS SELECT generate_series(1, 1000) AS n");
        }
        a.stop(StopMode.IMMEDIATE);

        assertThat(Node.await(a.postgres().rewindPossible())).isTrue();
        a.ok(a.postgres().singleUserRecovery());
        assertThat(Node.await(a.postgres().checkDivergence(b.upstream()))).isInstanceOf(Divergence.Needed.class);
        a.ok(a.postgres().rewind(b.upstream()));
        a.ok(a.postgres().follow(Optional.of(b.upstream()), Role.REPLICA, Optional.empty()));

        PostgresSeen seen =
                a.eventually(now -> now.row().filter(row -> row.streaming()).isPresent());
        assertThat(seen.timeline()).contains(2);
        assertThat(Node.await(a.postgres().checkDivergence(b.upstream()))).isInstanceOf(Divergence.NotNeeded.class);
    }

    @Test
    void postBootstrapScriptGetsAConnectionStringWithoutPassword() throws Exception {
        Node a = node("a");
        Path script = a.directory.resolve("post-bootstrap");
        Path said = a.directory.resolve("said");
        Files.writeString(
                script,
                "#!/bin/sh\necho \"$2\" > " + said + "\ntest \"$1\" = 'first one' && test -f \"$PGPASSFILE\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        BootstrapSettings plain = Node.bootstrap();
        var bootstrap = new BootstrapSettings(
                true, Map.of(), "initdb", plain.initdbOptions(), List.of(), Optional.of(script + " 'first one'"));

        a.ok(a.postgres().initdb(bootstrap));
        a.ok(a.postgres().postBootstrap(bootstrap, Optional.empty()));

        assertThat(Files.readString(said)).contains("user=admin").doesNotContain("s3cret");
    }

    @Test
    void failingPostBootstrapScriptFailsTheBootstrap() throws Exception {
        Node a = node("a");
        var bootstrap = new BootstrapSettings(
                true,
                Map.of(),
                "initdb",
                Node.bootstrap().initdbOptions(),
                List.of(),
                Optional.of("sh -c 'echo no luck >&2; exit 4'"));

        a.ok(a.postgres().initdb(bootstrap));
        var failed = (Outcome.Failed) Node.await(a.postgres().postBootstrap(bootstrap, Optional.empty()));

        assertThat(failed.why()).contains("post_bootstrap", "exit code 4", "no luck");
    }

    @Test
    void initdbLeavesAFullDirectoryAlone() throws Exception {
        Node a = node("a");
        Files.createDirectories(a.dataDir());
        Path precious = Files.writeString(a.dataDir().resolve("precious"), "x");

        var failed = (Outcome.Failed) Node.await(a.postgres().initdb(Node.bootstrap()));

        assertThat(failed.why()).contains(a.dataDir().toString(), "not empty");
        assertThat(precious).exists();
    }

    @Test
    void failedCloneTellsWhyAndLeavesNothing() throws Exception {
        Node a = node("a");
        a.createReplicaMethods = List.of("broken");
        a.methods.put("broken", Map.of("command", "sh -c 'echo no such backup >&2; exit 1'"));

        var failed = (Outcome.Failed) Node.await(a.postgres().clone(a.upstream(), false));

        assertThat(failed.why()).contains("broken", "no such backup");
        assertThat(a.dataDir()).doesNotExist();
    }

    @Test
    void serverThatRunsIsNotRemoved() throws Exception {
        Node a = node("a").bootstrapped();

        assertThat(Node.await(a.postgres().removeDataDirectory())).isInstanceOf(Outcome.Failed.class);
        assertThat(a.look().primary()).isTrue();
        a.stop(StopMode.FAST);
        a.ok(a.postgres().removeDataDirectory());
        assertThat(a.dataDir()).doesNotExist();
    }

    @Test
    void installationIsChecked() throws Exception {
        Node a = node("a");

        assertThat(a.postgres().installation().check(false)).isEmpty();
        assertThat(a.postgres().installation().versionNumber()).isGreaterThan(120000);
    }

    private static String show(Node node, String parameter) {
        try (Connection connection = node.connect("admin");
                ResultSet answer = connection.createStatement().executeQuery("SHOW " + parameter)) {
            answer.next();
            return answer.getString(1);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
