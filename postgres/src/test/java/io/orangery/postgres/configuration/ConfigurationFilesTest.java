package io.orangery.postgres.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.PostgresSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationFilesTest {
    private static final ServerVersion VERSION = ServerVersion.ofMajor(15);
    private static final HostPort UPSTREAM = new HostPort("10.0.0.2", 5432);

    @TempDir
    Path directory;

    private Path data;

    @BeforeEach
    void initdb() throws IOException {
        data = Files.createDirectory(directory.resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        write("postgresql.conf", "# by initdb\nmax_connections = 100\n");
        write("pg_hba.conf", "local all all trust\n");
        write(
                "postgresql.auto.conf",
                "# Do not edit\nssl = 'on'\nprimary_conninfo = 'host=old'\nssl_cert_file = 'server.crt'\n");
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(data.resolve(name), content);
    }

    private String read(String name) throws IOException {
        return Files.readString(data.resolve(name));
    }

    private SampleSettings sample() {
        return new SampleSettings().in(directory).parameter("work_mem", "4MB");
    }

    private static ConfigurationFiles files(PostgresSettings settings) {
        return new ConfigurationFiles(settings, Set::of);
    }

    private static Wanted primary(PostgresSettings settings) {
        return new Wanted(settings, VERSION, false, new LinkedHashMap<>(), Optional.empty(), false, Map.of(), Map.of());
    }

    private static Wanted standby(PostgresSettings settings, HostPort upstream) {
        var recovery = RecoverySettings.of(settings, VERSION, Optional.of(upstream), true);
        return new Wanted(settings, VERSION, true, recovery, Optional.empty(), false, Map.of(), Map.of());
    }

    @Test
    void theFileOfInitdbBecomesTheBaseOnce() throws IOException {
        var settings = sample().build();
        files(settings).writeAll(primary(settings));
        files(settings).writeAll(primary(settings));
        assertThat(read("postgresql.base.conf")).isEqualTo("# by initdb\nmax_connections = 100\n");
        assertThat(read("postgresql.conf"))
                .contains("include 'postgresql.base.conf'")
                .contains("work_mem = '4MB'");
    }

    @Test
    void aManagedFileNeverBecomesItsOwnBase() throws IOException {
        var settings = sample().build();
        files(settings).writeAll(primary(settings));
        Files.delete(data.resolve("postgresql.base.conf"));
        files(settings).writeAll(primary(settings));
        assertThat(read("postgresql.base.conf")).isEmpty();
    }

    @Test
    void aCustomFileIsIncludedAndInitdbsIsNotKept() throws IOException {
        var settings = sample().customConf("/etc/our.conf").build();
        files(settings).writeAll(primary(settings));
        assertThat(read("postgresql.conf")).contains("include '/etc/our.conf'");
        assertThat(data.resolve("postgresql.base.conf")).doesNotExist();
    }

    @Test
    void onlyRecoveryParametersLeaveTheAutoFile() throws IOException {
        var settings = sample().build();
        files(settings).writeAll(primary(settings));
        assertThat(read("postgresql.auto.conf")).isEqualTo("# Do not edit\nssl = 'on'\nssl_cert_file = 'server.crt'\n");
    }

    @Test
    void aPromotedPrimaryKeepsWhatOnlyARestartCanTakeAway() throws IOException {
        var settings = sample().build();
        files(settings).writeAll(standby(settings, UPSTREAM));
        var written = files(settings).writtenRecovery();
        assertThat(written).isEqualTo(standby(settings, UPSTREAM).recovery());
        files(settings)
                .writeAll(new Wanted(settings, VERSION, false, written, Optional.empty(), false, Map.of(), Map.of()));
        assertThat(data.resolve("standby.signal")).doesNotExist();
        assertThat(read("postgresql.conf")).contains("recovery_target_timeline = 'latest'", "recovery_target_lsn = ''");
        files(settings).writeAll(primary(settings));
        assertThat(files(settings).writtenRecovery()).isEmpty();
    }

    @Test
    void onlyAStandbyWithoutAnArchiveReconnectsSooner() throws IOException {
        var settings = sample().build();
        files(settings).writeAll(standby(settings, UPSTREAM));
        assertThat(read("postgresql.conf")).contains("wal_retrieve_retry_interval = '500ms'");
        files(settings).writeAll(primary(settings));
        assertThat(read("postgresql.conf")).doesNotContain("wal_retrieve_retry_interval");

        var configured = sample().parameter("wal_retrieve_retry_interval", "7s").build();
        files(configured).writeAll(standby(configured, UPSTREAM));
        assertThat(read("postgresql.conf")).contains("wal_retrieve_retry_interval = '7s'");
    }

    @Test
    void signalsFollowTheRole() throws IOException {
        var settings = sample().build();
        write("recovery.signal", "");
        files(settings).writeAll(standby(settings, UPSTREAM));
        assertThat(data.resolve("standby.signal")).exists();
        assertThat(data.resolve("recovery.signal")).doesNotExist();
        files(settings).writeAll(primary(settings));
        assertThat(data.resolve("standby.signal")).doesNotExist();
        assertThat(read("postgresql.conf")).doesNotContain("primary_conninfo");
    }

    @Test
    void nothingIsWrittenTwice() throws IOException {
        var settings = sample().hba("host all all 0.0.0.0/0 md5").build();
        assertThat(files(settings).writeAll(standby(settings, UPSTREAM))).isTrue();
        var written = Files.getLastModifiedTime(data.resolve("postgresql.conf"));
        assertThat(files(settings).writeAll(standby(settings, UPSTREAM))).isFalse();
        assertThat(Files.getLastModifiedTime(data.resolve("postgresql.conf"))).isEqualTo(written);
    }

    @Test
    void accessFileIsReplacedWhenConfiguredAndLeftAloneElse() throws IOException {
        var without = sample().build();
        files(without).writeAll(primary(without));
        assertThat(read("pg_hba.conf")).isEqualTo("local all all trust\n");
        var with = sample().hba("host all all all reject").build();
        files(with).writePgHba();
        assertThat(read("pg_hba.conf")).contains("\nhost all all all reject\n").doesNotContain("trust");
        var elsewhere =
                sample().hba("ignored").parameter("hba_file", "/etc/hba").build();
        assertThat(files(elsewhere).writePgHba()).isFalse();
    }

    @Test
    void bootstrapLinesAreAppendedOnce() throws IOException {
        var settings = sample().build();
        files(settings).writeBootstrapHba(List.of("host all all ::/0 md5"));
        files(settings).writeBootstrapHba(List.of("host all all ::/0 md5"));
        assertThat(read("pg_hba.conf")).isEqualTo("local all all trust\nhost all all ::/0 md5\n");
    }

    @Test
    void onlyTheOwnerReadsPasswordsAndServerFiles() throws IOException {
        var settings = sample().build();
        files(settings).writeAll(primary(settings));
        files(settings).writePgPass(PgPass.lines(settings.replication(), UPSTREAM));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(settings.pgpass())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("postgresql.conf"))))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-x---"));
        files(settings).writeAll(primary(settings));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("postgresql.conf"))))
                .isEqualTo("rw-r-----");
    }

    @Test
    void aDirectoryInPlaceOfThePasswordFileIsNamed() throws IOException {
        var settings = sample().build();
        Files.createDirectory(settings.pgpass());
        assertThatThrownBy(() -> files(settings).writePgPass(List.of("line")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("postgresql.pgpass")
                .hasMessageContaining(settings.pgpass().toString());
    }

    @Test
    void missingFilesComeBackFromTheirBackups() throws IOException {
        var settings = sample().build();
        files(settings).writeAll(primary(settings));
        files(settings).backup();
        var conf = read("postgresql.conf");
        Files.delete(data.resolve("postgresql.conf"));
        write("pg_hba.conf", "newer\n");
        files(settings).restoreBackups();
        assertThat(read("postgresql.conf")).isEqualTo(conf);
        assertThat(read("pg_hba.conf")).isEqualTo("newer\n");
        assertThat(data.resolve("pg_ident.conf")).exists();
    }

    @Test
    void tellsWhatAnotherUpstreamNeeds() throws IOException {
        var settings =
                sample().recoveryConf(Map.of("restore_command", "cp é%f %p")).build();
        var files = files(settings);
        assertThat(files.recoveryDiffers(standby(settings, UPSTREAM), Optional.empty()))
                .isEqualTo(RecoveryDifference.RESTART);
        files.writeAll(standby(settings, UPSTREAM));
        files.writePgPass(PgPass.lines(settings.replication(), UPSTREAM));
        assertThat(files.recoveryDiffers(standby(settings, UPSTREAM), Optional.empty()))
                .isEqualTo(RecoveryDifference.SAME);
        var other = standby(settings, new HostPort("10.0.0.3", 5432));
        assertThat(files.recoveryDiffers(other, Optional.empty())).isEqualTo(RecoveryDifference.RELOAD);
    }

    @Test
    void aChangedPasswordIsADifference() throws IOException {
        var settings = sample().build();
        files(settings).writeAll(standby(settings, UPSTREAM));
        files(settings).writePgPass(PgPass.lines(SampleSettings.login("other"), UPSTREAM));
        assertThat(files(settings).recoveryDiffers(standby(settings, UPSTREAM), Optional.empty()))
                .isEqualTo(RecoveryDifference.RELOAD);
        var both = List.of(
                PgPass.lines(settings.rewind(), UPSTREAM).getFirst(),
                PgPass.lines(settings.replication(), UPSTREAM).getFirst());
        files(settings).writePgPass(both);
        assertThat(files(settings).recoveryDiffers(standby(settings, UPSTREAM), Optional.empty()))
                .isEqualTo(RecoveryDifference.SAME);
    }

    @Test
    void standbysStartWithWhatTheControlFileDemands() {
        var settings = sample().parameter("max_connections", "100").build();
        var wanted = new Wanted(
                settings,
                VERSION,
                true,
                new LinkedHashMap<>(),
                Optional.empty(),
                false,
                Map.of(),
                Map.of("max_connections", "300"));
        assertThat(CommandLine.of(wanted)).contains("--max_connections=300");
        var raised = EffectiveParameters.of(wanted).raised().get("max_connections");
        assertThat(raised.oldValue()).isEqualTo("300");
        assertThat(raised.newValue()).isEqualTo("100");
    }

    @Test
    void theRunningServersPortCountsUntilTheRestart() throws IOException {
        var settings = sample().listen("*", 6000).build();
        assertThat(LocalAddress.inForce(settings)).isEqualTo(new HostPort("localhost", 6000));
        write("postmaster.pid", "1\n/data\n1\n5432\n/tmp\n10.0.0.1\n");
        assertThat(LocalAddress.inForce(settings)).isEqualTo(new HostPort("10.0.0.1", 5432));
        assertThat(LocalAddress.configured(settings)).isEqualTo(new HostPort("localhost", 6000));
    }
}
