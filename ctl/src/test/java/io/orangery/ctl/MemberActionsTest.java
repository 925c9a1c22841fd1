package io.orangery.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.ctl.World.Run;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conformance vectors 31 to 39 and 49 of ctl.md 34: restart, reload, reinit, version. */
class MemberActionsTest {
    @TempDir
    Path folder;

    private World world;

    @BeforeEach
    void setUp() {
        world = World.plain(folder);
        world.peers.values().forEach(peer -> peer.answers("POST /restart", 200, "restarted successfully"));
    }

    @AfterEach
    void tearDown() {
        world.close();
    }

    @Test
    void restartsOneAfterQuestions() {
        Run run = world.run("\ny\n\n", "restart", "demo", "bravo");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .containsPattern("When should the restart take place \\(e\\.g\\. [0-9T:-]{16}\\)  \\[now]: "
                        + "Are you sure you want to restart members bravo\\? \\[y/N]: "
                        + "Restart if the PostgreSQL version is less than provided \\(e\\.g\\. 9\\.5\\.2\\)  \\[]: "
                        + "Success: restart on member bravo\n$");
        assertThat(world.peer("bravo").requests()).containsExactly("POST /restart {}");
        assertThat(world.peer("alpha").requests()).isEmpty();
    }

    @Test
    void ignoresUnknownNamesAsLongAsOneIsKnown() {
        Run none = world.run("", "restart", "demo", "nosuch", "--force");
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.out()).startsWith("+ Cluster: demo");
        assertThat(none.err()).isEqualTo("Error: No 'any' among provided members\n");
        assertThat(world.run("", "restart", "demo", "bravo", "nosuch", "--force")
                        .out())
                .endsWith("+\nSuccess: restart on member bravo\n");
        assertThat(world.run("", "restart", "demo", "-r", "standby-leader", "--force")
                        .err())
                .isEqualTo("Error: demo cluster doesn't have any members\n");
    }

    @Test
    void sendsWhatWasAskedFor() {
        world.member("", "charlie", "replica", ",\"pending_restart\":true");
        assertThat(world.run("", "restart", "demo", "--pending", "--pg-version", "17.4", "--timeout", "30", "--force")
                        .out())
                .endsWith("+\nSuccess: restart on member charlie\n");
        assertThat(world.peer("charlie").requests())
                .containsExactly(
                        "POST /restart {\"restart_pending\":true,\"postgres_version\":\"17.4\",\"timeout\":\"30\"}");
        assertThat(world.run("", "restart", "demo", "--pg-version", "9.5", "--force")
                        .err())
                .isEqualTo("Error: Invalid PostgreSQL version format: X.Y or X.Y.Z is accepted: 9.5\n");
        assertThat(world.run("", "restart", "demo", "--pg-version", "x.5", "--force")
                        .err())
                .isEqualTo("Error: Invalid PostgreSQL version: x.5\n");
    }

    @Test
    void replacesScheduledRestart() {
        world.member("", "bravo", "replica", ",\"scheduled_restart\":{\"schedule\":\"2027-01-01T09:00:00+00:00\"}");
        world.peer("bravo")
                .answers("POST /restart", 202, "Restart scheduled")
                .answers("DELETE /restart", 200, "scheduled restart deleted");
        assertThat(world.run("", "restart", "demo", "bravo", "--scheduled", "2027-01-01T10:00Z", "--force")
                        .out())
                .endsWith("Success: restart scheduled on member bravo\n");
        assertThat(world.peer("bravo").requests())
                .containsExactly("DELETE /restart", "POST /restart {\"schedule\":\"2027-01-01T10:00:00+00:00\"}");
        world.put("config", "{\"pause\":true}");
        assertThat(world.run("", "restart", "demo", "bravo", "--scheduled", "2027-01-01T10:00Z", "--force")
                        .err())
                .isEqualTo("Error: Can't schedule restart in the paused state\n");
    }

    @Test
    void goesOnAfterMemberThatFailed() {
        world.peer("alpha").answers("POST /restart", 503, "restart failed");
        world.peer("bravo").answers("POST /restart", 409, "Another restart is already scheduled");
        Run run = world.run("", "--strict-exit", "restart", "demo", "--force");
        assertThat(run.out()).endsWith("""
                Failed: restart for member alpha, status code=503, (restart failed)
                Failed: another restart is already scheduled on member bravo
                Success: restart on member charlie
                """);
        assertThat(run.code()).isEqualTo(3);
    }

    @Test
    void namesMemberThatCannotBeReached() {
        world.peer("bravo").close();
        Run run = world.run("", "restart", "demo", "bravo", "--force");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().lines().filter(line -> line.contains("WARNING - Retrying")))
                .hasSize(3);
        assertThat(run.err()).contains("Error: restart for member bravo: POST http://127.0.0.1:");
    }

    @Test
    void reloads() {
        world.peer("alpha").answers("POST /reload", 202, "reload scheduled");
        world.peer("bravo").answers("POST /reload", 200, "");
        assertThat(world.run("y\n", "reload", "demo").out()).endsWith("""
                Are you sure you want to reload members alpha, bravo, charlie? [y/N]: \
                Reload request received for member alpha and will be processed within 2 seconds
                No changes to apply on member bravo
                Failed: reload for member charlie, status code=404, (nothing here)
                """);
        assertThat(world.run("n\n", "reload", "demo").err()).isEqualTo("Error: Aborted reload\n");
    }

    @Test
    void reinitializesOnlyNamedReplicas() {
        assertThat(world.run("", "reinit", "demo", "--force").out())
                .startsWith("+ Cluster")
                .endsWith("+\n");
        Run empty = world.run("\n", "reinit", "demo");
        assertThat(empty.out()).endsWith("Which member do you want to reinitialize [bravo, charlie]? []: ");
        assertThat(empty.err()).isEqualTo("Error:  is not a member of cluster\n");
        assertThat(world.run("", "reinit", "demo", "alpha", "--force").err())
                .isEqualTo("Error: No replica among provided members\n");
    }

    @Test
    void offersToCancelWhatIsInProgress() {
        Iterator<Peer.Answer> answers = List.of(
                        new Peer.Answer(503, "restart already in progress"),
                        new Peer.Answer(200, "reinitialize started"))
                .iterator();
        world.peer("bravo").answers("POST /reinitialize", answers::next);
        assertThat(world.run("bravo\ny\ny\n", "reinit", "demo", "--from-leader").out())
                .endsWith("""
                Are you sure you want to reinitialize members bravo? [y/N]: \
                Failed: reinitialize for member bravo, status code=503, (restart already in progress)
                Do you want to cancel it and reinitialize anyway? [y/N]: Success: reinitialize for member bravo
                """);
        assertThat(world.peer("bravo").requests())
                .containsExactly(
                        "POST /reinitialize {\"force\":false,\"from_leader\":true}",
                        "POST /reinitialize {\"force\":true,\"from_leader\":true}");
    }

    @Test
    void waitsUntilCopyHasBegunAndEnded() {
        Iterator<String> states = List.of("running", "stopped", "creating replica", "starting", "running")
                .iterator();
        world.peer("bravo")
                .answers("POST /reinitialize", 200, "reinitialize started")
                .answers("GET /patroni", () -> new Peer.Answer(200, "{\"state\": \"" + states.next() + "\"}"));
        world.pause = span -> {};
        assertThat(world.run("", "reinit", "demo", "bravo", "--force", "--wait").out())
                .endsWith("""
                Success: reinitialize for member bravo
                Waiting for reinitialize to complete on: bravo
                Reinitialize is completed on: bravo
                """);
        assertThat(states.hasNext()).isFalse();
    }

    @Test
    void showsVersions() {
        world.peer("bravo")
                .answers("GET /patroni", 200, "{\"server_version\": 150010, \"patroni\": {\"version\": \"4.1.4\"}}");
        Run run = world.run("", "version", "demo", "bravo", "nosuch");
        assertThat(run.out().lines()).hasSize(3);
        assertThat(run.out())
                .startsWith("patronictl version 4.1.4 (Orangery ")
                .endsWith(")\n\nbravo: Patroni 4.1.4 PostgreSQL 15.10\n");
        assertThat(world.run("", "version", "demo", "alpha").out())
                .endsWith("alpha: failed to get version: the answer is not a JSON object\n");
        assertThat(world.runBare("", "version").out()).hasLineCount(1);
    }
}
