package io.orangery.postgres.rewind;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.postgres.configuration.SampleSettings;
import io.orangery.postgres.configuration.ServerVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done with a stopped server, with programs that only note how they were called. */
class OfflineToolsTest {
    @TempDir
    Path directory;

    private final RecordedTools tools = new RecordedTools();
    private PostgresSettings settings;
    private Path status;

    /** Answers {@code postgres -C} from a map; every other program succeeds silently. */
    private static final class RecordedTools implements PostgresTools {
        final Map<String, String> parameters = new HashMap<>();
        final List<String> shell = new ArrayList<>();
        final List<List<String>> runs = new ArrayList<>();

        @Override
        public Finished run(String tool, List<String> arguments, Map<String, String> environment) {
            int asked = arguments.indexOf("-C");
            if (asked >= 0) {
                return new Finished(0, parameters.getOrDefault(arguments.get(asked + 1), "") + "\n", "");
            }
            runs.add(arguments);
            return new Finished(0, "", "");
        }

        @Override
        public Finished shell(String commandLine) {
            shell.add(commandLine);
            return new Finished(commandLine.contains("fails") ? 1 : 0, "", "");
        }
    }

    @BeforeEach
    void stoppedServer() throws IOException {
        settings = new SampleSettings().in(directory).build();
        status = Files.createDirectories(settings.dataDir().resolve("pg_wal/archive_status"));
        wal("000000010000000000000002", ".ready");
        wal("000000010000000000000001", ".ready");
        Files.createFile(status.resolve("000000010000000000000000.ready"));
        tools.parameters.put("archive_mode", "on");
        tools.parameters.put("archive_command", "cp %p /archive/%f && echo 100%%");
    }

    private void wal(String segment, String mark) throws IOException {
        Files.createFile(settings.dataDir().resolve("pg_wal").resolve(segment));
        Files.createFile(status.resolve(segment + mark));
    }

    @Test
    void archivesWhatWaitsAndStillExistsInOrder() throws Exception {
        new ArchivedWal(settings, tools).archiveReady();
        assertThat(tools.shell)
                .containsExactly(
                        "cp pg_wal/000000010000000000000001 /archive/000000010000000000000001 && echo 100%",
                        "cp pg_wal/000000010000000000000002 /archive/000000010000000000000002 && echo 100%");
        assertThat(status.resolve("000000010000000000000001.done")).exists();
        assertThat(status.resolve("000000010000000000000000.ready")).exists();
    }

    @Test
    void whatCouldNotBeArchivedStaysReady() throws Exception {
        tools.parameters.put("archive_command", "fails %f");
        new ArchivedWal(settings, tools).archiveReady();
        assertThat(status.resolve("000000010000000000000001.ready")).exists();
    }

    @Test
    void archivesNothingWhenArchivingIsOff() throws Exception {
        tools.parameters.put("archive_mode", "off");
        new ArchivedWal(settings, tools).archiveReady();
        assertThat(tools.shell).isEmpty();
    }

    @Test
    void singleUserRecoveryStartsAsTheLastTimeButDoesNotArchive() throws Exception {
        Files.createFile(settings.dataDir().resolve("standby.signal"));
        Files.writeString(
                settings.dataDir().resolve("postmaster.opts"),
                "/usr/bin/postgres \"-D\" \"/data\" \"--config-file=/c/postgresql.conf\" \"--wal_level=logical\" \"-c\" \"archive_command=cp x=y\"\n");
        assertThat(new SingleUserRecovery(tools).run(settings, ServerVersion.ofMajor(15)))
                .isZero();
        assertThat(tools.runs.getFirst())
                .containsExactly(
                        "--single",
                        "-D",
                        settings.dataDir().toString(),
                        "-c",
                        "config_file=/c/postgresql.conf",
                        "-c",
                        "wal_level=logical",
                        "-c",
                        "archive_command=false",
                        "-c",
                        "archive_mode=on",
                        "-c",
                        "archive_library=",
                        "template1");
        assertThat(settings.dataDir().resolve("standby.signal")).doesNotExist();
        assertThat(status).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {": wanted 24, got 0", ": expected at least 24, got 0", ""})
    void theEndOfTheLastRecordIsReadInEveryWording(String wording) {
        var position = new Lsn(0x3000060);
        var record =
                "rmgr: XLOG        len (rec/tot):    114/   114, tx:          0, lsn: 0/03000060, prev 0/03000028, desc: CHECKPOINT_SHUTDOWN";
        var error = "pg_waldump: error: error in WAL record at 0/3000060: invalid record length at 0/30000D8" + wording;
        assertThat(Waldump.endOfLastRecord(position, record, error)).contains(new Lsn(0x30000D8));
        assertThat(Waldump.endOfLastRecord(position, record + "\n" + record.replace("060,", "0D8,"), ""))
                .isEqualTo(Optional.empty());
        assertThat(Waldump.endOfLastRecord(position, record, "")).isEmpty();
    }
}
