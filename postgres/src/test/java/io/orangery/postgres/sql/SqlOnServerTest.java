package io.orangery.postgres.sql;

import static io.orangery.postgres.sql.RealServers.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.settings.PostgresSettings.Credentials;
import io.orangery.postgres.AsUnprivilegedUser;
import io.orangery.postgres.configuration.ParameterTable;
import io.orangery.postgres.configuration.RecoveryDifference;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is asked of and told to a real server of whatever version is installed. */
@ExtendWith(AsUnprivilegedUser.class)
class SqlOnServerTest {
    private RealServers servers;
    private RealServer server;
    private Connections connections;

    @BeforeEach
    void prepare() throws Exception {
        servers = new RealServers();
        server = servers.add("a").initdb();
        connections = servers.connections(server);
    }

    @AfterEach
    void stop() throws Exception {
        connections.close();
        servers.close();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String value(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void tableOfParametersAgreesWithTheServer() throws Exception {
        server.start(server.primary());
        try (var connection = connections.superuser("test", 0);
                var statement = connection.prepareStatement(
                        "SELECT vartype, coalesce(unit, ''), min_val::numeric, max_val::numeric,"
                                + " enumvals FROM pg_settings WHERE lower(name) = lower(?)")) {
            for (var entry : ParameterTable.known().entries(server.version())) {
                statement.setString(1, entry.name());
                try (var row = statement.executeQuery()) {
                    // Rows that depend on how the server was built may be missing; most must be there.
                    if (row.next()) {
                        compare(entry, row);
                    } else {
                        assertThat(entry.name()).isIn("restrict_nonsystem_relation_kind", "trace_sort");
                    }
                }
            }
        }
    }

    private static void compare(ParameterTable.Entry entry, ResultSet row) throws SQLException {
        assertThat(row.getString(1)).as("type of %s", entry.name()).isEqualTo(entry.type());
        assertThat(row.getString(2)).as("unit of %s", entry.name()).isEqualTo(entry.unit());
        if (entry.type().equals("enum")) {
            assertThat(entry.words())
                    .as(entry.name())
                    .map(word -> word.toLowerCase(Locale.ROOT))
                    .containsAll(List.of((String[]) row.getArray(5).getArray()).stream()
                            .map(word -> word.toLowerCase(Locale.ROOT))
                            .toList());
        } else {
            assertThat(Optional.ofNullable(row.getBigDecimal(3)).map(Number::doubleValue))
                    .as("least %s", entry.name())
                    .isEqualTo(entry.least().map(Number::doubleValue));
            assertThat(Optional.ofNullable(row.getBigDecimal(4)).map(Number::doubleValue))
                    .as("greatest %s", entry.name())
                    .isEqualTo(entry.greatest().map(Number::doubleValue));
        }
    }

    @Test
    void serverReadsWhatWasQuoted() throws Exception {
        var values = Map.of(
                "t.a",
                "it's a \\ back\\\\slash",
                "t.b",
                "line\nbreak\r\ttab",
                "t.c",
                "é漢 # no comment",
                "t.d",
                "'",
                "t.e",
                "");
        values.forEach(server.sample()::parameter);
        server.start(server.primary());
        try (var connection = connections.superuser("test", 0)) {
            for (var entry : values.entrySet()) {
                assertThat(value(connection, "SELECT current_setting('" + entry.getKey() + "')"))
                        .as(entry.getKey())
                        .isEqualTo(entry.getValue());
            }
        }
    }

    @Test
    void connectionsNeverWaitForAStandbyAndAreLimited() throws Exception {
        server.sample().parameter("synchronous_standby_names", "nobody");
        server.start(server.primary());
        var kept = connections.kept("heartbeat");
        assertThat(connections.kept("heartbeat")).isSameAs(kept);
        assertThat(value(kept, "SHOW statement_timeout")).isEqualTo("2s");
        assertThat(value(kept, "SHOW search_path")).isEqualTo("pg_catalog");
        assertThat(value(kept, "SHOW application_name")).isEqualTo("Orangery heartbeat");
        execute(kept, "CREATE TABLE public.written AS SELECT 1");
        assertThatThrownBy(() -> value(kept, "SELECT pg_sleep(60)"))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        failed -> assertThat(failed.getSQLState()).isEqualTo("57014"));
        try (var unlimited = connections.superuser("checkpoint", 0)) {
            assertThat(value(unlimited, "SHOW statement_timeout")).isEqualTo("0");
            assertThat(unlimited.getNetworkTimeout()).isZero();
        }
        connections.discard("heartbeat");
        assertThat(connections.kept("heartbeat")).isNotSameAs(kept);
    }

    @Test
    void monitoringRowsOfPrimaryAndStandby() throws Exception {
        server.start(server.primary());
        var standby = servers.add("b").cloneOf(server);
        try (var other = servers.connections(standby)) {
            Slots.keep(
                    connections.kept("slots"),
                    server.version(),
                    Map.of("node_1", Optional.empty()),
                    Set.of("node_1"),
                    name -> false);
            standby.start(standby.standbyOf(server.address(), true));
            await(
                    "streaming",
                    () -> MonitoringQuery.ask(other.kept("heartbeat"), standby.version(), false)
                            .streaming());
            // The timeline counts only once the sender said how far it is, which an idle one does at the next WAL.
            await("timeline received", () -> {
                execute(connections.kept("slots"), "SELECT pg_create_restore_point('x')");
                return MonitoringQuery.ask(other.kept("heartbeat"), standby.version(), false)
                        .receivedTimeline()
                        .isPresent();
            });
            await("seen by the primary", () -> ask(true).standbys().size() == 1);

            var primary = ask(true);
            assertThat(primary.inRecovery()).isFalse();
            assertThat(primary.timeline()).isEqualTo(1);
            assertThat(primary.walPosition()).isGreaterThan(Lsn.ZERO);
            assertThat(primary.standbys().getFirst().applicationName()).isEqualTo("node-1");
            assertThat(primary.standbys().getFirst().userName()).isEqualTo("postgres");
            assertThat(primary.slots()).singleElement().satisfies(slot -> {
                assertThat(slot.name()).isEqualTo("node_1");
                assertThat(slot.type()).isEqualTo("physical");
                assertThat(slot.active()).isTrue();
                assertThat(slot.restartLsn()).isPresent();
            });
            assertThat(primary.startedAt())
                    .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{6})?[+-]\\d\\d:\\d\\d");
            assertThat(ask(false).standbys()).isEmpty();

            var follower = MonitoringQuery.ask(other.kept("heartbeat"), standby.version(), false);
            assertThat(follower.inRecovery()).isTrue();
            assertThat(follower.receiverSlot()).contains("node_1");
            assertThat(follower.receiverHost()).contains(server.address().toString());
            assertThat(follower.receivedTimeline()).contains(1);
            assertThat(follower.replayPaused()).isFalse();
            assertThat(standby.files()
                            .recoveryDiffers(
                                    standby.standbyOf(server.address(), true), Optional.of(other.kept("heartbeat"))))
                    .isEqualTo(RecoveryDifference.SAME);
            var elsewhere = new HostPort("127.0.0.2", 1);
            assertThat(standby.files()
                            .recoveryDiffers(standby.standbyOf(elsewhere, true), Optional.of(other.kept("heartbeat"))))
                    .isEqualTo(standby.version().atLeast(13) ? RecoveryDifference.RELOAD : RecoveryDifference.RESTART);
        }
    }

    private MonitoringRow ask(boolean withReplication) throws Exception {
        return MonitoringQuery.ask(connections.kept("heartbeat"), server.version(), withReplication);
    }

    @Test
    void slotsAreMadeAdvancedAndDropped() throws Exception {
        server.start(server.primary());
        var connection = connections.kept("slots");
        execute(connection, "SELECT pg_create_physical_replication_slot('theirs')");
        execute(connection, "SELECT pg_create_physical_replication_slot('unreserved')");
        Slots.keep(
                connection,
                server.version(),
                Map.of("ours", Optional.empty(), "unreserved", Optional.empty()),
                Set.of(),
                name -> !name.equals("theirs"));
        assertThat(slots()).containsKeys("theirs", "ours", "unreserved");
        assertThat(slots().get("unreserved").restartLsn()).isPresent();
        var before = slots().get("ours").restartLsn().orElseThrow();

        execute(connection, "SELECT pg_switch_wal()");
        execute(connection, "CREATE TABLE public.more AS SELECT generate_series(1, 1000)");
        var target = ask(false).walPosition();
        Slots.keep(
                connection,
                server.version(),
                Map.of("ours", Optional.of(target)),
                Set.of(),
                name -> !name.equals("theirs"));
        assertThat(slots().get("ours").restartLsn().orElseThrow()).isGreaterThan(before);
        assertThat(slots()).containsOnlyKeys("theirs", "ours");

        Slots.keep(connection, server.version(), Map.of(), Set.of(), name -> false);
        assertThat(slots()).containsOnlyKeys("theirs", "ours");
    }

    private Map<String, MonitoringRow.Slot> slots() throws Exception {
        return ask(false).slots().stream().collect(Collectors.toMap(MonitoringRow.Slot::name, slot -> slot));
    }

    @Test
    void rolesCanLogInAndTheirPasswordsAreNotLogged() throws Exception {
        server.sample()
                .parameter("log_statement", "all")
                .parameter("log_min_duration_statement", "0")
                .parameter("password_encryption", "scram-sha-256");
        server.start(server.primary());
        var password = "s3cret '\\ é";
        var rewinder = new Credentials(Optional.of("Re\"winder"), Optional.of(password), Map.of());
        server.sample()
                .rewind(rewinder)
                .replication(new Credentials(Optional.of("standby"), Optional.of(password), Map.of()));
        for (int time = 0; time < 2; time++) {
            try (var connection = connections.superuser("roles", 0)) {
                Roles.createReplicationAndRewind(connection, server.settings());
                assertThat(connection.getAutoCommit()).isTrue();
                assertThat(value(connection, "SHOW log_statement")).isEqualTo("all");
            }
        }
        assertThat(Files.readString(server.log()))
                .contains("SHOW log_statement")
                .doesNotContain("s3cret")
                .doesNotContain("SCRAM-SHA-256$");
        Files.writeString(
                server.settings().dataDir().resolve("pg_hba.conf"),
                "host all all all scram-sha-256\nhost replication all all scram-sha-256\n");
        server.reload();
        await("rules in force", () -> {
            try (var refused = connections.superuser("test", 2000)) {
                return !refused.isValid(1);
            } catch (SQLException needsPassword) {
                return true;
            }
        });
        try (var connection = connections.remote(server.address(), rewinder, "postgres", 2000)) {
            assertThat(value(connection, "SELECT pg_read_binary_file('PG_VERSION') IS NOT NULL"))
                    .isEqualTo("t");
        }
        try (var replication = connections.replication(server.address())) {
            assertThat(ReplicationProtocol.identifySystem(replication).timeline())
                    .isEqualTo(1);
        }
    }

    @Test
    void changesAreFoundByTypeAndUnit() throws Exception {
        server.sample()
                .parameter("work_mem", "4MB")
                .parameter("shared_preload_libraries", "")
                .parameter("wal_buffers", "-1")
                .parameter("x.y", "1")
                .parameter("max_locks_per_transaction", "64");
        server.start(server.primary());
        var connection = connections.kept("reload");
        assertThat(ParameterChanges.compare(connection, server.primary()))
                .isEqualTo(new ParameterChanges.Result(false, Map.of()));

        server.sample()
                .parameter("work_mem", "4096kB")
                .parameter("nobody_knows_this", "1")
                .parameter("archive_timeout", "soon");
        assertThat(ParameterChanges.compare(connection, server.primary()).reload())
                .isFalse();
        server.sample().parameter("x.y", "2");
        assertThat(ParameterChanges.compare(connection, server.primary()))
                .isEqualTo(new ParameterChanges.Result(true, Map.of()));
        server.sample().parameter("statement_timeout", "7s");
        server.sample().parameter("shared_buffers", "16MB");
        var changes = ParameterChanges.compare(connection, server.primary());
        assertThat(changes.reload()).isTrue();
        assertThat(changes.pendingRestart()).containsOnlyKeys("shared_buffers");
        assertThat(changes.pendingRestart().get("shared_buffers").oldValue()).isEqualTo("8MB");
        assertThat(changes.pendingRestart().get("shared_buffers").newValue()).isEqualTo("16MB");

        server.files().writeAll(server.primary());
        server.reload();
        await(
                "reloaded",
                () -> !ParameterChanges.pendingRestart(connection, name -> "16MB")
                        .isEmpty());
        var pending = ParameterChanges.pendingRestart(connection, name -> "16MB");
        assertThat(pending).containsOnlyKeys("shared_buffers");
        assertThat(pending.get("shared_buffers").newValue()).isEqualTo("16MB");
    }

    @Test
    void removedParametersAreAChange() throws Exception {
        server.sample().parameter("work_mem", "8MB");
        server.start(server.primary());
        var without = servers.add("a").primary();
        assertThat(without.settings().parameters()).doesNotContainKey("work_mem");
        assertThat(ParameterChanges.compare(connections.kept("reload"), without).reload())
                .isTrue();
    }
}
