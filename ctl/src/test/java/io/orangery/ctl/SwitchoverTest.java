package io.orangery.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.ctl.World.Run;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Conformance vectors 14 to 24 of ctl.md 34, and the outcomes of 13.2. */
class SwitchoverTest {
    private static final String DONE = "Successfully switched over to \"bravo\"";

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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|Aborted!",
                "\\n\\n\\n\\n|Error: Aborting switchover",
                "nosuch\\n|Error: Member nosuch is not the leader of cluster demo",
                "\\nnosuch\\n|Error: Member nosuch does not exist in cluster demo or is tagged as nofailover",
                "\\nalpha\\n|Error: Member alpha is already the leader of cluster demo",
                "\\n\\nsoon\\n|Error: Unable to parse scheduled timestamp (soon). It should be in an unambiguous format (e.g. ISO 8601)",
                "\\n\\n2027-01-01T10:00+01:00\\nno\\n|Error: Aborting scheduled switchover"
            })
    void endsWithoutRequest(String input, String error) {
        Run run = world.run(input.replace("\\n", "\n"), "switchover");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).isEqualTo(error + "\n");
        assertThat(world.peer("alpha").requests()).isEmpty();
    }

    @Test
    void asksAndSwitches() {
        world.peer("alpha").answers("POST /switchover", () -> {
            world.put("leader", "bravo");
            return new Peer.Answer(200, DONE);
        });
        Run run = world.run("\nbravo\n\ny\n", "switchover");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .startsWith("Current cluster topology\n+ Cluster: demo (7277694203142172922) -")
                .containsPattern("Primary \\[alpha]: Candidate \\['bravo', 'charlie'] \\[]: "
                        + "When should the switchover take place \\(e\\.g\\. [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2} \\)  \\[now]: "
                        + "Are you sure you want to switchover cluster demo, demoting current leader alpha\\? \\[y/N]: "
                        + "[0-9-]{10} [0-9:]{8}\\.[0-9]{5} Successfully switched over to \"bravo\"\n\\+ Cluster: demo");
        assertThat(run.out().substring(run.out().indexOf(DONE))).containsPattern("bravo +\\| bravo +\\| Leader");
        assertThat(world.peer("alpha").requests())
                .containsExactly("POST /switchover {\"candidate\":\"bravo\",\"leader\":\"alpha\"}");
        assertThat(world.peer("alpha").credentials()).containsExactly("Basic dTpw");
    }

    @Test
    void leavesChoiceToTheClusterWhenForced() {
        world.peer("alpha").answers("POST /switchover", 200, DONE);
        assertThat(world.run("", "switchover", "--force").code()).isZero();
        assertThat(world.peer("alpha").requests())
                .containsExactly("POST /switchover {\"candidate\":null,\"leader\":\"alpha\"}");
    }

    @Test
    void schedules() {
        world.peer("alpha").answers("POST /switchover", () -> {
            world.put("failover", "{\"leader\":\"alpha\",\"scheduled_at\":\"2027-01-01T10:00:00+01:00\"}");
            return new Peer.Answer(202, "Switchover scheduled");
        });
        Run run = world.run("", "switchover", "--force", "--scheduled", "2027-01-01T10:00+01:00");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains(" Switchover scheduled\n").endsWith("""
                 Switchover scheduled at: 2027-01-01T10:00:00+01:00
                                    from: alpha
                """);
        assertThat(world.peer("alpha").requests())
                .containsExactly(
                        "POST /switchover {\"candidate\":null,\"leader\":\"alpha\",\"scheduled_at\":\"2027-01-01T10:00:00+01:00\"}");
    }

    @Test
    void doesNotScheduleWhilePaused() {
        world.put("config", "{\"pause\":true}");
        assertThat(world.run("", "switchover", "--force", "--scheduled", "2027-01-01T10:00", "--candidate", "bravo")
                        .err())
                .isEqualTo("Error: Can't schedule switchover in the paused state\n");
    }

    @Test
    void reportsRefusalWithStatusZeroUnlessStrict() {
        String body = "Switchover is possible only to a specific candidate in a paused state";
        world.peer("alpha").answers("POST /switchover", 400, body);
        Run run = world.run("", "switchover", "--force");
        assertThat(run.code()).isZero();
        assertThat(run.out()).endsWith("+\nSwitchover failed, details: 400, " + body + "\n");
        world.environment.put("ORANGERY_STRICT_EXIT", "1");
        assertThat(world.run("", "switchover", "--force").code()).isEqualTo(3);
    }

    @Test
    void saysThatOutcomeIsUnknown() {
        world.peer("alpha")
                .answers(
                        "POST /switchover",
                        503,
                        "Switchover status unknown after 20 seconds; operation may still be in progress");
        assertThat(world.run("", "switchover", "--force").out())
                .endsWith(
                        "Switchover result unknown, details: 503, Switchover status unknown after 20 seconds; operation may still be in progress\n");
    }

    @Test
    void asksOldServersForFailover() {
        world.peer("alpha")
                .answers("POST /switchover", 501, "<p>Server does not support this operation</p>")
                .answers("POST /failover", 200, DONE);
        assertThat(world.run("", "switchover", "--force").out()).contains(DONE);
    }

    @Test
    void leavesRequestInTheStoreWhenNobodyAnswers() {
        world.peer("alpha").close();
        Run run = world.run("", "switchover", "--force", "--candidate", "charlie");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains(" Could not switchover using Patroni api, falling back to DCS\n");
        assertThat(run.err()).contains("Failing over to DCS", "only recorded");
        assertThat(world.get("failover")).contains("{\"leader\":\"alpha\",\"member\":\"charlie\"}");
    }

    @Test
    void failsOverOnlyToNamedCandidate() {
        assertThat(world.run("", "failover", "--force"))
                .matches(run -> run.code() == 1)
                .extracting(Run::err)
                .isEqualTo("Error: Failover could be performed only to a specific candidate\n");
        assertThat(world.run("\n", "failover").err())
                .isEqualTo("Error: Failover could be performed only to a specific candidate\n");
    }

    @Test
    void asksCandidateItselfWhenThereIsNoLeader() {
        world.put("leader", "");
        world.peer("bravo").answers("POST /failover", 200, "Successfully failed over to \"bravo\"");
        Run run = world.run("bravo\ny\n", "failover");
        assertThat(run.out())
                .contains(
                        "Candidate ['alpha', 'bravo', 'charlie'] []: Are you sure you want to failover cluster demo? [y/N]: ");
        assertThat(world.peer("bravo").requests()).containsExactly("POST /failover {\"candidate\":\"bravo\"}");
    }

    @Test
    void warnsBeforeFailoverToAsynchronousNode() {
        world.put("config", "{\"synchronous_mode\":\"quorum\"}");
        world.put("sync", "{\"leader\":\"alpha\",\"sync_standby\":\"bravo\",\"quorum\":0}");
        Run run = world.run("charlie\nn\n", "failover");
        assertThat(run.out()).endsWith("Are you sure you want to failover to the asynchronous node charlie? [y/N]: ");
        assertThat(run.err()).isEqualTo("Error: Aborting failover\n");
    }

    @Test
    void offersNoCandidateThatMustNotLead() {
        world.member("", "bravo", "replica", ",\"tags\":{\"nofailover\":true}");
        world.member("", "charlie", "replica", ",\"tags\":{\"failover_priority\":0}");
        assertThat(world.run("\n", "switchover").err()).isEqualTo("Error: No candidates found to switchover to\n");
        assertThat(world.run("", "switchover", "nosuch").err()).isEqualTo("Error: This cluster has no leader\n");
    }

    @Test
    void recordsTimeOfScheduledSwitchover() {
        world.peer("alpha").close();
        world.run("", "switchover", "--force", "--scheduled", "2027-01-01T10:00+01:00");
        assertThat(world.get("failover"))
                .contains("{\"leader\":\"alpha\",\"scheduled_at\":\"2027-01-01T10:00:00+01:00\"}");
    }
}
