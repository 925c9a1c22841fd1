package io.orangery.postgres.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.PostgresSettings.Credentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each version is given, in full. To accept a change, look at the difference that the failure shows and edit the file. */
class GoldenFilesTest {
    private static PostgresSettings settings() {
        var replication = new Credentials(
                Optional.of("standby"),
                Optional.of("secret"),
                Map.of(
                        "sslmode",
                        "verify-ca",
                        "sslrootcert",
                        "/etc/ssl/our ca.pem",
                        "sslcrldir",
                        "/etc/ssl/crl",
                        "options",
                        "-c x=y"));
        return new SampleSettings()
                .listen("10.0.0.1,127.0.0.1", 5433)
                .replication(replication)
                .parameter("max_connections", "100")
                .parameter("max_locks_per_transaction", "64")
                .parameter("max_worker_processes", "8")
                .parameter("max_prepared_transactions", "200")
                .parameter("wal_level", "hot_standby")
                .parameter("track_commit_timestamp", "off")
                .parameter("max_wal_senders", "10")
                .parameter("max_replication_slots", "10")
                .parameter("wal_keep_size", "128MB")
                .parameter("wal_log_hints", "on")
                .parameter("hot_standby", "on")
                .parameter("shared_buffers", "128MB")
                .parameter("shared_preload_libraries", "citus,pg_stat_statements")
                .parameter("citus.local_hostname", "localhost")
                .parameter("log_line_prefix", "%m [%p] it's a \\ ")
                .parameter("archive_timeout", "0.5h")
                .parameter("work_mem", "1B")
                .parameter("synchronous_commit", "perhaps")
                .parameter("idle_session_timeout", "10min")
                .parameter("transaction_timeout", "1min")
                .parameter("io_method", "worker")
                .parameter("wal_compression", "lz4")
                .parameter("only_described", "7")
                .parameter("nobody_knows_this", "7")
                .parameter("restore_command", "must not appear here")
                .parameter("synchronous_standby_names", "what the user wrote")
                .recoveryConf(Map.of(
                        "restore_command", "cp /archive/%f '%p'",
                        "promote_trigger_file", "/tmp/trigger",
                        "recovery_target_name", "not taken",
                        "primary_conninfo", "not taken"))
                .build();
    }

    private static Wanted standby(int major) {
        var version = ServerVersion.ofMajor(major);
        var upstream = Optional.of(new HostPort("10.0.0.2", 5432));
        return new Wanted(
                settings(),
                version,
                true,
                RecoverySettings.of(settings(), version, upstream, true),
                Optional.of("ANY 1 (\"node-2\",\"node-3\")"),
                true,
                Map.of(),
                Map.of("max_connections setting", "150", "max_locks_per_xact setting", "32"));
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13, 14, 15, 16, 17, 18})
    void postgresqlConf(int major) throws IOException {
        var rendered = PostgresqlConf.render(standby(major), "postgresql.base.conf", () -> Set.of("only_described"));
        assertThat(rendered).isEqualTo(golden("postgresql-" + major + ".conf"));
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13, 14, 15, 16, 17, 18})
    void commandLine(int major) throws IOException {
        assertThat(String.join("\n", CommandLine.of(standby(major))) + "\n")
                .isEqualTo(golden("command-line-" + major + ".txt"));
    }

    private static String golden(String name) throws IOException {
        try (var file = GoldenFilesTest.class.getResourceAsStream(name)) {
            assertThat(file).as("golden file %s", name).isNotNull();
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
