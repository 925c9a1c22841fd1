package io.orangery.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.postgres.LocalPostgres.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs are called with, on programs that only write that down. */
class CommandLinesTest {
    @TempDir
    Path directory;

    private Node node;

    @BeforeEach
    void installFakes() throws IOException {
        node = new Node(directory, "a");
        node.binDir = java.util.Optional.of(Files.createDirectories(directory.resolve("pgsql/bin")));
        program("postgres", "echo 'postgres (PostgreSQL) 15.18'");
        program("pg_controldata", "exit 1");
        program("initdb", "exit 1");
        program("pg_rewind", "exit 1");
        program("pg_basebackup", "mkdir -p " + node.dataDir());
    }

    @AfterEach
    void close() {
        node.postgres().close();
    }

    private void program(String name, String does) throws IOException {
        Path file = directory.resolve("pgsql/bin").resolve(name);
        Path called = directory.resolve(name + ".called");
        Files.writeString(
                file,
                "#!/bin/sh\nfor a in \"$@\"; do echo \"$a\"; done > " + called + "\necho \"PGPASSFILE=$PGPASSFILE\" >> "
                        + called + "\n" + does + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private List<String> called(String program) throws IOException {
        return Files.readAllLines(directory.resolve(program + ".called"));
    }

    @Test
    void basebackupGetsItsPasswordFromAFile() throws Exception {
        node.ok(node.postgres().clone(node.upstream(), true));

        assertThat(called("pg_basebackup"))
                .containsExactly(
                        "--pgdata=" + node.dataDir(),
                        "-X",
                        "stream",
                        "--dbname=dbname=postgres user=standby host=127.0.0.1 port=" + node.port,
                        "--checkpoint=fast",
                        "PGPASSFILE=" + node.directory.resolve("pgpass"));
        assertThat(Files.getPosixFilePermissions(node.directory.resolve("pgpass")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void initdbGetsItsPasswordThroughAPipe() throws Exception {
        var failed = (Outcome.Failed) Node.await(node.postgres().initdb(Node.bootstrap()));

        List<String> arguments = called("initdb");
        assertThat(failed.why()).contains("initdb", "exit code 1");
        assertThat(arguments)
                .startsWith("--encoding=UTF8", "--data-checksums", "--no-sync", "--username=admin")
                .contains(node.dataDir().toString());
        assertThat(String.join(" ", arguments)).doesNotContain("s3cret");
        assertThat(arguments).contains("--pwfile=/dev/stdin");
    }

    @Test
    void missingProgramIsNamedWithThePlaceWhereItWasExpected() throws Exception {
        Files.delete(directory.resolve("pgsql/bin/pg_basebackup"));

        assertThat(node.postgres().installation().check(true))
                .singleElement()
                .asString()
                .contains(
                        "pg_basebackup",
                        "postgresql.bin_dir",
                        directory.resolve("pgsql/bin").toString());
    }

    @Test
    void citusThatIsNotInstalledIsFoundOutBeforeInitdb() throws Exception {
        node.citus = true;
        Path extensions = Files.createDirectories(directory.resolve("pgsql/share/extension"));
        Files.writeString(extensions.resolve("plpgsql.control"), "");

        var failed = (Outcome.Failed) Node.await(node.postgres().initdb(Node.bootstrap()));
        assertThat(failed.why())
                .contains("citus", extensions.resolve("citus.control").toString());
        assertThat(directory.resolve("initdb.called")).doesNotExist();

        Files.writeString(extensions.resolve("citus.control"), "");
        assertThat(node.postgres().installation().checkCitus()).isEmpty();
    }
}
