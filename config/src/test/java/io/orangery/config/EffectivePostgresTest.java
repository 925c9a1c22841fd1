package io.orangery.config;

import static io.orangery.config.Sample.applied;
import static io.orangery.config.Sample.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.HostPort;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of the {@code postgresql} sections of the two sources. */
class EffectivePostgresTest {
    @Test
    void parametersAreMergedExceptTheControlledOnes() {
        var applied = applied(
                "{postgresql: {parameters: {WORK_MEM: 8MB, max_connections: 500, log_connections: yes}}}",
                "{postgresql: {parameters: {work_mem: 4MB, shared_buffers: 1GB, Max_Connections: '300', wal_level: minimal, port: 1}}}");
        assertThat(applied.settings().postgres().parameters())
                .containsEntry("work_mem", "8MB")
                .containsEntry("shared_buffers", "1GB")
                .containsEntry("log_connections", "on")
                .containsEntry("max_connections", "300")
                .containsEntry("wal_level", "replica")
                .doesNotContainKeys("port", "WORK_MEM");
        assertThat(applied.warnings())
                .containsExactly(
                        "postgresql.parameters.wal_level of the dynamic configuration is 'minimal', expected replica or logical: replica is used",
                        "postgresql.parameters.port of the dynamic configuration is '1', expected nothing (it is derived from postgresql.listen or scope): it is ignored");
    }

    @Test
    void otherKeysOfPostgresqlAreReplacedAsAWhole() {
        var postgres = settings(
                        "{postgresql: {pg_hba: [mine], use_slots: off}}",
                        "{postgresql: {pg_hba: [a, b], pg_ident: [c d e], use_pg_rewind: on, data_dir: /evil, use_slots: off}}")
                .postgres();
        assertThat(postgres.pgHba()).containsExactly("mine");
        assertThat(postgres.pgIdent()).containsExactly("c d e");
        assertThat(postgres.usePgRewind()).isTrue();
        assertThat(postgres.dataDir()).isEqualTo(Path.of("/data/a1"));
        assertThat(postgres.useSlots()).isFalse();
        assertThat(settings("{postgresql: {use_pg_rewind: off}}", "{postgresql: {use_pg_rewind: on}}")
                        .postgres()
                        .usePgRewind())
                .isFalse();
    }

    @Test
    void ownAccessFilesAreLeftAlone() {
        var postgres = settings(
                        "{postgresql: {pg_hba: [a], pg_ident: [b], parameters: {hba_file: /etc/hba, ident_file: pg_ident.conf}}}",
                        "{}")
                .postgres();
        assertThat(postgres.pgHba()).isEmpty();
        assertThat(postgres.pgIdent()).containsExactly("b");
    }

    @Test
    void recoverySettingsLeaveTheParametersAndLoseWhatTheAgentDecides() {
        var postgres = settings(
                        "{postgresql: {parameters: {restore_command: a, primary_conninfo: x}, recovery_conf: {archive_cleanup_command: b, recovery_target_time: t, recovery_target_timeline: 3}}}",
                        "{}")
                .postgres();
        assertThat(postgres.recoveryConf()).isEqualTo(Map.of("restore_command", "a", "archive_cleanup_command", "b"));
        assertThat(postgres.parameters()).doesNotContainKeys("restore_command", "primary_conninfo");
    }

    @Test
    void toolOptionsAndMethods() {
        var applied = applied(
                "{postgresql: {basebackup: [max-rate: 100M, no-verify-checksums, format: t, compress: gzip], create_replica_methods: [wal_g, basebackup], wal_g: {command: /x, n: 5}}}",
                "{}");
        assertThat(applied.settings().postgres().basebackupOptions())
                .containsExactly("--max-rate=100M", "--no-verify-checksums");
        assertThat(applied.settings().postgres().createReplicaMethods()).containsExactly("wal_g", "basebackup");
        assertThat(applied.settings().postgres().methods()).isEqualTo(Map.of("wal_g", Map.of("command", "/x", "n", 5)));
        assertThat(applied.warnings())
                .containsExactly("postgresql.basebackup: left out: the option format is set by the agent itself");
    }

    @Test
    void legacyNamesOfCredentials() {
        var postgres = settings(
                        "{name: null, postgresql: {name: old, authentication: null, replication: {username: r}, pg_rewind: {username: w, password: p}}}",
                        "{}")
                .postgres();
        assertThat(postgres.memberName()).isEqualTo("old");
        assertThat(postgres.replication().username()).contains("r");
        assertThat(postgres.superuser().username()).contains("w");
        assertThat(postgres.rewind().username()).contains("w");
        assertThat(postgres.usePgRewind()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "'0.0.0.0:5433', '0.0.0.0', 5433, localhost",
        "'10.0.0.1,127.0.0.1:5433', '10.0.0.1,127.0.0.1', 5433, localhost",
        "'10.0.0.1', '10.0.0.1', 5432, 10.0.0.1",
        "'*', '*', 5432, localhost",
        "'[fd00::1]:5433', 'fd00::1', 5433, 'fd00::1'",
        "'[fd00::1]', 'fd00::1', 5432, 'fd00::1'",
    })
    void listens(String listen, String addresses, int port, String host) {
        var postgres =
                settings("{postgresql: {listen: '" + listen + "'}}", "{}").postgres();
        assertThat(postgres.listenAddresses()).isEqualTo(addresses);
        assertThat(postgres.port()).isEqualTo(port);
        assertThat(postgres.connectAddress()).isEqualTo(new HostPort(host, port));
    }
}
