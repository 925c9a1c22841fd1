package io.orangery.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.ctl.World.Run;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conformance vectors 1 to 9 of ctl.md 34, and what usage errors look like. */
class UsageTest {
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
    void refusesUnknownCommand() {
        assertThat(world.run("", "badcmd")).isEqualTo(new Run(2, "", """
                        Usage: orangeryctl [OPTIONS] COMMAND [ARGS]...
                        Try 'orangeryctl --help' for help.

                        Error: No such command 'badcmd'.
                        """));
    }

    @Test
    void demandsClusterNameEvenWhenScopeIsConfigured() {
        assertThat(world.run("", "restart")).isEqualTo(new Run(2, "", """
                        Usage: orangeryctl restart [OPTIONS] CLUSTER_NAME [MEMBER_NAMES]...
                        Try 'orangeryctl restart --help' for help.

                        Error: Missing argument 'CLUSTER_NAME'.
                        """));
    }

    @Test
    void namesConfigurationFileThatIsNotThere() {
        assertThat(world.runBare("", "-c", "nofile", "list"))
                .isEqualTo(new Run(
                        1,
                        "",
                        "Error: Provided config file nofile not existing or no read rights."
                                + " Check the -c/--config-file parameter\n"));
    }

    @Test
    void listsNothingWithoutNameAndScope() {
        Run run = world.runBare("", "list");
        assertThat(run.code()).isZero();
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).endsWith(" - WARNING - Listing members: No cluster names were provided\n");
        assertThat(world.runBare("", "--strict-exit", "list").code()).isEqualTo(3);
    }

    @Test
    void namesStoresWhenNoneIsConfigured() {
        assertThat(world.runBare("", "list", "demo")).isEqualTo(new Run(1, "", """
                        Error: Can not find suitable configuration of distributed configuration store
                        Available implementations: memory
                        """));
    }

    @Test
    void saysInOneLineThatNoClusterIsNamed() {
        assertThat(world.runBare("", "show-config").err())
                .startsWith("Error: No cluster is named")
                .hasLineCount(1);
    }

    @Test
    void knowsNothingOfClusterThatDoesNotExist() {
        assertThat(world.run("", "list", "nosuch").out()).startsWith("+ Cluster: nosuch (uninitialized) -");
        assertThat(world.run("", "list", "-f", "json", "nosuch")).isEqualTo(new Run(0, "[]\n", ""));
        assertThat(world.run("", "show-config", "nosuch")).isEqualTo(new Run(0, "", ""));
        assertThat(world.run("", "edit-config", "nosuch", "-s", "a=1"))
                .isEqualTo(new Run(1, "", "Error: The config key does not exist in the cluster nosuch\n"));
        assertThat(world.run("", "pause", "nosuch"))
                .isEqualTo(new Run(1, "", "Error: Can not find accessible cluster member\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dsn", "history", "flush", "query", "remove", "demote-cluster", "promote-cluster"})
    void saysWhatIsNotInThisRelease(String command) {
        Run run = world.run("", command, "demo", "--anything");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).endsWith("Error: '" + command + "' is not in this release.\n");
    }

    @Test
    void checksValuesOfOptions() {
        assertThat(world.run("", "list", "--group", "x").err())
                .endsWith("Error: Invalid value for '--group': 'x' is not a valid integer.\n");
        assertThat(world.run("", "list", "-f", "xml").err())
                .endsWith(
                        "Error: Invalid value for '--format' / '-f': 'xml' is not one of 'pretty', 'tsv', 'json', 'yaml', 'yml'.\n");
        assertThat(world.run("", "list", "--wat").err()).endsWith("Error: No such option: --wat\n");
        assertThat(world.run("", "list", "--group").err()).endsWith("Error: Option '--group' requires an argument.\n");
        assertThat(world.run("", "switchover", "demo", "extra").err())
                .endsWith("Error: Got unexpected extra argument (extra)\n");
    }

    @Test
    void helps() {
        assertThat(world.runBare("").code()).isZero();
        assertThat(world.runBare("", "--help").out())
                .contains("Commands:", "  show-config ", "Show cluster configuration");
        assertThat(world.run("", "restart", "--help").out())
                .startsWith("Usage: orangeryctl restart [OPTIONS] CLUSTER_NAME [MEMBER_NAMES]...\n");
    }

    @Test
    void givesUpOnStoreThatDoesNotAnswer() {
        world.stopStore();
        Run run = world.run("", "list");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("Error: Can not reach the distributed configuration store memory at here: ")
                .hasLineCount(1);
    }
}
