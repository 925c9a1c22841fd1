package io.orangery.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.ctl.World.Run;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conformance vectors 45 and 46 of ctl.md 34 and the rules of section 7. */
class FormationTest {
    @TempDir
    Path folder;

    private World world;

    @BeforeEach
    void setUp() {
        world = World.formation(folder);
    }

    @AfterEach
    void tearDown() {
        world.close();
    }

    @Test
    void listsAllGroupsOrOne() {
        assertThat(world.run("", "list").out())
                .startsWith("+ Citus cluster: demo -")
                .containsPattern("0 \\| coord1 .*\n.* 0 \\| coord2 .*\n.* 1 \\| work1 .*\n.* 1 \\| work2 ");
        assertThat(world.run("", "topology", "--group", "1").out())
                .startsWith("+ Citus cluster: demo (group: 1, 7277694203142172922) -")
                .contains("| work1   |", "| + work2 |")
                .doesNotContain("coord");
        assertThat(world.run("", "list", "--group", "7").out())
                .startsWith("+ Citus cluster: demo (group: 7, uninitialized) ");
    }

    @Test
    void demandsGroupForForcedSwitchover() {
        Run run = world.run("", "switchover", "--force");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("coord1", "work2");
        assertThat(run.err()).isEqualTo("Error: For Citus clusters the --group must me specified\n");
    }

    @Test
    void asksForGroup() {
        world.peer("work1").answers("POST /switchover", 200, "Successfully switched over to \"work2\"");
        Run run = world.run("x\n1\n\n\n\ny\n", "switchover");
        assertThat(run.out())
                .contains(
                        "Citus group: Error: 'x' is not a valid integer.\nCitus group: Primary [work1]: Candidate ['work2'] []: ")
                .containsPattern("Successfully switched over to \"work2\"\n\\+ Citus cluster: demo \\(group: 1, ");
        assertThat(world.peer("work1").requests())
                .containsExactly("POST /switchover {\"candidate\":\"\",\"leader\":\"work1\"}");
        world.peer("work1").close();
        world.run("", "switchover", "--group", "1", "--force");
        assertThat(world.get("1/failover")).contains("{\"leader\":\"work1\"}");
    }

    @Test
    void restartsMembersOfAllGroupsUnlessOneIsNamed() {
        world.peers.values().forEach(peer -> peer.answers("POST /restart", 200, ""));
        assertThat(world.run("", "restart", "demo", "-r", "leader", "--force").out())
                .endsWith("Success: restart on member coord1\nSuccess: restart on member work1\n");
        assertThat(world.run("", "restart", "demo", "--group", "1", "-r", "replica", "--force")
                        .out())
                .endsWith("+\nSuccess: restart on member work2\n");
    }

    @Test
    void changesConfigurationOfOwnGroupUnlessOneIsNamed() {
        assertThat(world.run("", "edit-config", "-s", "ttl=31", "--force", "-q").out())
                .isEqualTo("Configuration changed\n");
        assertThat(world.run("", "edit-config", "--group", "1", "-s", "ttl=32", "--force", "-q")
                        .out())
                .isEqualTo("Configuration changed\n");
        assertThat(world.get("0/config").orElseThrow()).contains("\"ttl\":31");
        assertThat(world.get("1/config").orElseThrow()).contains("\"ttl\":32");
        assertThat(world.run("", "show-config", "--group", "1").out()).contains("ttl: 32\n");
        world.peer("work1").answers("PATCH /config", 200, "{}");
        assertThat(world.run("", "pause", "--group", "1").out()).isEqualTo("Success: cluster management is paused\n");
    }
}
