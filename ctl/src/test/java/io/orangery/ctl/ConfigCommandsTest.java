package io.orangery.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.ctl.World.Run;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conformance vectors 25 to 30 of ctl.md 34: pause, resume, show-config, edit-config. */
class ConfigCommandsTest {
    private static final String DIFFERENCE = """
            ---\s
            +++\s
            @@ -1,6 +1,6 @@
             loop_wait: 2
             postgresql:
               parameters:
            -    max_connections: 30
            +    max_connections: 40
               use_pg_rewind: true
             ttl: 30
            """;

    @TempDir
    Path folder;

    private World world;

    @BeforeEach
    void setUp() {
        world = World.plain(folder);
    }

    @AfterEach
    void tearDown() {
        world.close();
    }

    @Test
    void showsConfiguration() {
        assertThat(world.run("", "show-config"))
                .isEqualTo(new Run(
                        0,
                        "loop_wait: 2\npostgresql:\n  parameters:\n    max_connections: 30\n  use_pg_rewind: true\nttl: 30\n\n",
                        ""));
    }

    @Test
    void asksBeforeChange() {
        assertThat(world.run("", "edit-config", "-p", "max_connections=40"))
                .isEqualTo(new Run(1, DIFFERENCE + "Apply these changes? [y/N]: ", "Aborted!\n"));
        assertThat(world.run("n\n", "edit-config", "-p", "max_connections=40").code())
                .isZero();
        assertThat(world.get("config").orElseThrow()).contains("\"max_connections\":30");
    }

    @Test
    void changesOnce() {
        assertThat(world.run("", "edit-config", "-p", "max_connections=40", "--force"))
                .isEqualTo(new Run(0, DIFFERENCE + "Configuration changed\n", ""));
        assertThat(world.get("config"))
                .contains(
                        "{\"ttl\":30,\"loop_wait\":2,\"postgresql\":{\"parameters\":{\"max_connections\":40},\"use_pg_rewind\":true}}");
        assertThat(world.run("", "edit-config", "-p", "max_connections=40", "--force")
                        .out())
                .isEqualTo("Not changed\n");
        assertThat(world.run("", "edit-config", "-q", "-p", "max_connections=40", "--force")
                        .out())
                .isEmpty();
    }

    @Test
    void readsPairsAsYaml() {
        world.run(
                "",
                "edit-config",
                "--force",
                "-q",
                "-s",
                "x=on",
                "-s",
                "y='10'",
                "-s",
                "postgresql.parameters.a.b=1",
                "-s",
                "deep.er=2");
        assertThat(world.get("config").orElseThrow())
                .contains("\"x\":true", "\"y\":\"10\"", "\"a.b\":1", "\"deep\":{\"er\":2}");
        world.run("", "edit-config", "--force", "-s", "x=null", "-s", "deep.er=null");
        assertThat(world.get("config").orElseThrow()).doesNotContain("\"x\"", "deep");
        assertThat(world.run("", "edit-config", "-s", "foo"))
                .isEqualTo(new Run(1, "", "Error: Invalid parameter setting foo\n"));
    }

    @Test
    void appliesFiles() throws IOException {
        assertThat(world.run("{postgresql: {parameters: {max_connections: 40}}}", "edit-config", "--apply", "-"))
                .isEqualTo(new Run(0, DIFFERENCE + "Use --force option to apply changes\n", ""));
        Path file = Files.writeString(folder.resolve("new.yml"), "ttl: 20\n");
        assertThat(world.run("", "edit-config", "--replace", file.toString(), "--force", "-q")
                        .out())
                .isEqualTo("Configuration changed\n");
        assertThat(world.get("config")).contains("{\"ttl\":20}");
        assertThat(world.run("- a", "edit-config", "--apply", "-").err()).startsWith("Error: - holds no mapping");
        assertThat(world.run("a: [", "edit-config", "--apply", "-").err())
                .startsWith("Error: -: not valid YAML: line ");
    }

    @Test
    void noticesChangeOfAnotherWriter() {
        InputStream slow = new InputStream() {
            private final InputStream answer = World.text("y\n");

            @Override
            public int read() throws IOException {
                // The question has been asked, so the configuration has been read.
                world.put("config", "{\"ttl\":99}");
                return answer.read();
            }
        };
        Run run = world.run(slow, "edit-config", "-s", "ttl=25");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("Error: Config modification aborted due to concurrent changes\n");
        assertThat(world.get("config")).contains("{\"ttl\":99}");
    }

    @Test
    void offersToMendWhatTheEditorLeft() throws IOException {
        Path mark = folder.resolve("second");
        world.environment.put(
                "EDITOR",
                script("if [ -e " + mark + " ]; then echo 'ttl: 25' > \"$1\"; else touch " + mark
                                + "; echo 'a: [' > \"$1\"; fi")
                        .toString());
        Run run = world.run("y\n", "edit-config", "--force", "-q");
        assertThat(run.err()).startsWith("Error: the edited text: not valid YAML: line ");
        assertThat(run.out()).isEqualTo("Do you want to edit it again? [y/N]: Configuration changed\n");
        assertThat(world.get("config")).contains("{\"ttl\":25}");
        world.environment.put("EDITOR", script("exit 7").toString());
        assertThat(world.run("", "edit-config").err()).isEqualTo("Error: Editor exited with return code 7\n");
    }

    @Test
    void pausesAndResumes() {
        world.peer("alpha").answers("PATCH /config", () -> {
            world.put("config", "{\"pause\":true,\"loop_wait\":2}");
            return new Peer.Answer(200, "{}");
        });
        assertThat(world.run("", "pause").out()).isEqualTo("Success: cluster management is paused\n");
        assertThat(world.run("", "pause").err()).isEqualTo("Error: Cluster is already paused\n");
        world.run("", "resume");
        assertThat(world.peer("alpha").requests())
                .containsExactly("PATCH /config {\"pause\":true}", "PATCH /config {\"pause\":null}");
    }

    @Test
    void waitsForEverybodyWhoIsStillThere() {
        world.peer("alpha").answers("PATCH /config", 200, "{}");
        world.pause = span -> {
            world.member("", "alpha", "primary", ",\"pause\":true");
            world.member("", "bravo", "replica", ",\"pause\":true");
        };
        assertThat(world.run("", "pause", "--wait").out()).isEqualTo("""
                'pause' request sent, waiting until it is recognized by all nodes
                Success: cluster management is paused
                """);
        world.pause = span -> world.member("", "charlie", "replica", "");
        Run heedless = world.run("", "pause", "--wait");
        assertThat(heedless.out()).endsWith("charlie members didn't recognized pause state after 2 seconds\n");
        assertThat(heedless.code()).isZero();
    }

    @Test
    void asksOtherMembersWhenTheLeaderIsGone() {
        world.peer("alpha").close();
        world.peer("bravo").answers("PATCH /config", 503, "no");
        Run run = world.run("", "pause");
        assertThat(run.err()).contains("Member alpha is not accessible");
        assertThat(run.out()).isEqualTo("Failed: pause cluster management status code=503, (no)\n");
        assertThat(run.code()).isZero();
    }

    private Path script(String body) throws IOException {
        Path script = Files.writeString(folder.resolve("editor"), "#!/bin/sh\n" + body + "\n");
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }
}
