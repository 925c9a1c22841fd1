package io.orangery.actors;

import static io.orangery.core.citus.CitusEvent.Type.AFTER_PROMOTE;
import static io.orangery.core.citus.CitusEvent.Type.BEFORE_DEMOTE;
import static io.orangery.core.citus.CitusEvent.Type.BEFORE_PROMOTE;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.LoggingTestKit;
import io.orangery.actors.ModelledMetadata.Trouble;
import io.orangery.actors.TopologyWorld.Sent;
import io.orangery.core.citus.Completion.Outcome;
import io.orangery.core.cluster.PostgresState;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One owner of the transaction, from the first message to the last. */
final class CitusTopologyTest {
    private final TopologyWorld world = new TopologyWorld();
    private final ModelledMetadata metadata = world.metadata;

    @AfterEach
    void everythingIsShutDown() {
        world.close();
    }

    @Test
    void doesNothingBeforeTheNodeLeads() {
        Sent early = world.send(BEFORE_DEMOTE, 1, "a");
        assertThat(early.answers).containsExactly(Outcome.NOT_LEADING);
        world.leading = false;
        world.observe();
        assertThat(metadata.statements).isEmpty();
    }

    @Test
    void restartOfTheSamePrimaryHoldsWritesAndLeavesTheRows() {
        world.observe().statements();
        Sent demote = world.send(BEFORE_DEMOTE, 1, "a");
        assertThat(demote.answers).containsExactly(Outcome.DONE);
        assertThat(world.statements()).containsExactly("begin", "update 2 a-demoted", "hold");
        assertThat(metadata.holdsTransaction()).isTrue();
        world.accepting("a", true).send(AFTER_PROMOTE, 1, "a");
        assertThat(world.statements()).containsExactly("update 2 a", "commit");
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");
    }

    @Test
    void failoverWithoutBeforeDemoteMovesTheAddressesInOneTransaction() {
        world.observe().statements();
        world.unlocked(1).leader(1, "b").observe();
        world.send(BEFORE_PROMOTE, 1, "b");
        assertThat(world.statements())
                .containsExactly("begin", "update 2 a-demoted", "update 3 a", "update 2 b", "hold");
        world.accepting("b", true).send(AFTER_PROMOTE, 1, "b");
        assertThat(world.statements()).containsExactly("commit");
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
    }

    @Test
    void sameEventOnTwoWaysIsOneEvent() {
        world.observe().statements();
        metadata.heldBack = Optional.of("update 2 a-demoted");
        Sent byMesh = world.send(BEFORE_DEMOTE, 1, "a", "same");
        Sent byRest = world.send(BEFORE_DEMOTE, 1, "a", "same");
        assertThat(byMesh.answers).isEmpty();
        metadata.release();
        assertThat(byMesh.answers).containsExactly(Outcome.DONE);
        assertThat(byRest.answers).containsExactly(Outcome.DONE);
        Sent late = world.send(BEFORE_DEMOTE, 1, "a", "same");
        assertThat(late.answers).containsExactly(Outcome.UNNEEDED);
        assertThat(world.statements()).containsExactly("begin", "update 2 a-demoted", "hold");
    }

    @Test
    void discardsLateMessageOfFormerLeader() {
        world.observe().statements();
        world.leader(1, "b");
        Sent late = world.send(BEFORE_DEMOTE, 1, "a");
        assertThat(late.answers).containsExactly(Outcome.FAILED);
        assertThat(world.statements()).isEmpty();
    }

    @Test
    void coordinatorGroupIsNeverPaused() {
        world.observe().statements();
        assertThat(world.send(BEFORE_DEMOTE, 0, "x").answers).containsExactly(Outcome.FAILED);
        assertThat(world.statements()).isEmpty();
    }

    @Test
    void keyThatChangesHandsBeforeCommitPreventsIt() {
        world.observe();
        world.send(BEFORE_DEMOTE, 1, "a");
        world.accepting("a", true);
        metadata.beforeCommit = () -> world.leader(1, "b");
        Sent promoted = world.send(AFTER_PROMOTE, 1, "a");
        assertThat(promoted.answers).containsExactly(Outcome.FAILED);
        assertThat(metadata.holdsTransaction()).isFalse();
        assertThat(metadata.statements).doesNotContain("commit").contains("rollback");
    }

    @Test
    void newPrimaryThatIsStillInRecoveryIsNotExposed() {
        world.observe();
        world.send(BEFORE_DEMOTE, 1, "a");
        world.leader(1, "b").send(BEFORE_PROMOTE, 1, "b");
        Sent early = world.accepting("b", false).send(AFTER_PROMOTE, 1, "b");
        assertThat(early.answers).containsExactly(Outcome.FAILED);
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");
    }

    @Test
    void memberKeyIsEnoughWhereTheNewPrimaryCannotBeAsked() {
        world.observe();
        world.send(BEFORE_DEMOTE, 1, "a");
        world.leader(1, "b").member(1, "b", PostgresState.RUNNING, true);
        Sent promoted = world.send(AFTER_PROMOTE, 1, "b");
        assertThat(promoted.answers).containsExactly(Outcome.DONE);
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
    }

    @Test
    void losingLeadershipAnswersEverybodyAndEndsTheTransaction() {
        world.observe();
        world.send(BEFORE_DEMOTE, 1, "a");
        Sent waiting = world.send(BEFORE_DEMOTE, 2, "c");
        assertThat(waiting.answers).isEmpty();
        world.leading = false;
        world.observe();
        assertThat(waiting.answers).containsExactly(Outcome.NOT_LEADING);
        assertThat(metadata.holdsTransaction()).isFalse();
        world.statements();
        world.leading = true;
        world.observe();
        assertThat(world.statements()).containsExactly("load");
    }

    @Test
    void transactionThatBeginsWhileLeadershipEndsIsRolledBack() {
        world.observe();
        metadata.heldBack = Optional.of("begin");
        Sent demote = world.send(BEFORE_DEMOTE, 1, "a");
        world.leading = false;
        world.observe();
        assertThat(demote.answers).containsExactly(Outcome.NOT_LEADING);
        world.leading = true;
        world.observe();
        world.statements();
        metadata.release();
        assertThat(metadata.holdsTransaction()).isFalse();
        Sent again = world.send(BEFORE_DEMOTE, 1, "a");
        assertThat(again.answers).containsExactly(Outcome.DONE);
    }

    @Test
    void pauseEndsAtTheDeadlineAlthoughNothingElseIsQueued() {
        world.observe();
        world.send(BEFORE_DEMOTE, 1, "a");
        // the lease of the group may have been renewed just before, so three seconds more than its life
        assertThat(metadata.serverDeadlines).containsOnly(TopologyWorld.TTL.plusSeconds(3));
        world.pass(TopologyWorld.TTL.plusSeconds(2));
        assertThat(metadata.holdsTransaction()).isTrue();
        LoggingTestKit.warn("pause of group 1: 33000 ms")
                .expect(world.testKit.system(), () -> world.pass(Duration.ofSeconds(1)));
        assertThat(metadata.holdsTransaction()).isFalse();
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");
    }

    @Test
    void secondGroupWaitsUntilTheFirstHasSwitched() {
        world.observe();
        world.send(BEFORE_DEMOTE, 1, "a");
        Sent second = world.send(BEFORE_DEMOTE, 2, "c");
        assertThat(second.answers).isEmpty();
        world.accepting("b", true).leader(1, "b").send(AFTER_PROMOTE, 1, "b");
        assertThat(second.answers).containsExactly(Outcome.DONE);
        world.accepting("d", true).leader(2, "d").send(AFTER_PROMOTE, 2, "d");
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
        assertThat(metadata.table(2)).isEqualTo("d:P#4, c:S#5");
        assertThat(metadata.holdsTransaction()).isFalse();
    }

    @Test
    void pauseThatNobodyWaitsForAnyMoreIsNotOpened() {
        world.observe();
        world.send(BEFORE_DEMOTE, 1, "a");
        Sent second = world.send(BEFORE_DEMOTE, 2, "c");
        world.pass(TopologyWorld.TTL);
        assertThat(second.answers).containsExactly(Outcome.WITHDRAWN);
        world.accepting("a", true).send(AFTER_PROMOTE, 1, "a");
        assertThat(metadata.holdsTransaction()).isFalse();
    }

    @Test
    void restartOfTheCoordinatorsServerEndsThePauseAndTheTableIsReadAgain() {
        world.observe();
        world.send(BEFORE_DEMOTE, 1, "a");
        metadata.loseConnection();
        world.postmaster = 43;
        world.statements();
        world.observe();
        assertThat(world.statements()).contains("disconnect", "load");
        world.accepting("b", true).leader(1, "b").member(1, "b", PostgresState.RUNNING, true);
        Sent promoted = world.send(AFTER_PROMOTE, 1, "b");
        assertThat(promoted.answers).containsExactly(Outcome.DONE);
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
    }

    @Test
    void commitOnLostConnectionIsAppliedAgainByTheHeartbeat() {
        world.observe();
        world.send(BEFORE_DEMOTE, 1, "a");
        world.accepting("b", true).leader(1, "b").member(1, "b", PostgresState.RUNNING, true);
        metadata.loseConnection();
        Sent promoted = world.send(AFTER_PROMOTE, 1, "b");
        assertThat(promoted.answers).containsExactly(Outcome.FAILED);
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");
        world.observe().pass(Duration.ofSeconds(1));
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
    }

    @Test
    void tableThatCannotBeReadIsTriedOnceInSecond() {
        metadata.readable = false;
        world.observe().observe().observe();
        assertThat(world.statements()).containsExactly("load");
        world.pass(Duration.ofMillis(900));
        assertThat(world.statements()).isEmpty();
        world.pass(Duration.ofMillis(100));
        assertThat(world.statements()).containsExactly("load");
        metadata.readable = true;
        world.pass(Duration.ofSeconds(1));
        Sent demote = world.send(BEFORE_DEMOTE, 1, "a");
        assertThat(demote.answers).containsExactly(Outcome.DONE);
    }

    @Test
    void pauseThatDiesOfDeadlockIsTriedAgain() {
        world.observe().statements();
        metadata.troubles.add(new Trouble("update 2 a-demoted", Cause.DEADLOCK));
        Sent demote = world.send(BEFORE_DEMOTE, 1, "a");
        assertThat(demote.answers).containsExactly(Outcome.DONE);
        assertThat(world.statements())
                .containsExactly("begin", "update 2 a-demoted", "begin", "update 2 a-demoted", "hold");
    }

    @Test
    void pauseWithoutLocksFailsAndIsAnswered() {
        world.observe();
        metadata.troubles.add(new Trouble("update 2 a-demoted", Cause.LOCKS));
        Sent demote = world.send(BEFORE_DEMOTE, 1, "a");
        assertThat(demote.answers).containsExactly(Outcome.FAILED);
        assertThat(metadata.holdsTransaction()).isFalse();
    }

    @Test
    void secondariesAreRegisteredWhenMetadataIsInSyncAgain() {
        metadata.synced = false;
        world.member(1, "e", PostgresState.RUNNING, false).observe().cycle();
        assertThat(world.statements()).doesNotContain("add e").doesNotContain("begin");
        metadata.synced = true;
        world.cycle();
        assertThat(world.statements()).containsSequence("begin", "add e", "commit");
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3, e:S#6");
        world.cycle();
        assertThat(world.statements()).isEmpty();
    }

    @Test
    void viewsThatSayTheSameAreOneHeartbeat() {
        world.member(1, "e", PostgresState.RUNNING, false);
        metadata.troubles.add(new Trouble("add e", Cause.OTHER));
        world.observe().observe().observe();
        assertThat(world.statements()).containsOnlyOnce("add e");
    }

    @Test
    void coordinatorsOwnRowFollows() {
        world.member(0, "y", PostgresState.RUNNING, false).observe();
        assertThat(metadata.table(0)).isEqualTo("x:P#1, y:S#6");
    }

    @Test
    void unreachableStoreStopsEventsOnly() {
        world.observe();
        world.dcs.disturbance().disconnect();
        Sent demote = world.send(BEFORE_DEMOTE, 1, "a");
        assertThat(demote.answers).isEmpty();
        world.dcs.disturbance().reconnect();
        world.pass(TopologyWorld.TTL);
        assertThat(metadata.holdsTransaction()).isFalse();
    }

    @Test
    void logsWhereTheTimeOfThePauseWent() {
        world.observe();
        world.send(BEFORE_DEMOTE, 1, "a");
        world.time.pass(Duration.ofMillis(212));
        world.accepting("a", true);
        LoggingTestKit.info("pause of group 1: 212 ms (locks 0, changes 0, verification 0, commit 0)")
                .expect(world.testKit.system(), () -> world.send(AFTER_PROMOTE, 1, "a"));
    }
}
