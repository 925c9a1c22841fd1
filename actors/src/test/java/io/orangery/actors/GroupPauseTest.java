package io.orangery.actors;

import static io.orangery.core.citus.CitusEvent.Type.AFTER_PROMOTE;
import static io.orangery.core.citus.CitusEvent.Type.BEFORE_DEMOTE;
import static io.orangery.core.citus.CitusEvent.Type.BEFORE_PROMOTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.actors.TopologyWorld.Sent;
import io.orangery.core.citus.CitusEvent.OnBlockers;
import io.orangery.core.citus.Completion.Outcome;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.PostgresState;
import io.orangery.postgres.citus.CitusMetadata.Blocker;
import io.orangery.postgres.citus.CitusMetadata.Capabilities;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Writes are held by a transaction that changes no address, and reads move beside it (design.md 6, deviations 5 and 6). */
final class GroupPauseTest {
    private static final Duration LOST_AFTER = Duration.ofMillis(500);

    private static final String[] MOVE = {
        "moves: begin", "moves: update 3 b-demoted", "moves: readdress 2 b", "moves: update 3 a", "moves: commit"
    };
    private static final Blocker WRITER =
            new Blocker(815, "alice", "psql", "idle in transaction", Duration.ofSeconds(90));

    private final TopologyWorld world = TopologyWorld.pausing();
    private final ModelledMetadata metadata = world.metadata;

    @AfterEach
    void nobodyWasTerminatedWhoMustNotBe() {
        assertThat(metadata.violations).isEmpty();
        world.close();
    }

    private void everybodyHasReplayed() {
        metadata.caughtUp.add(ModelledMetadata.address("b"));
        metadata.caughtUp.add(ModelledMetadata.address("d"));
    }

    /** The pause has left nothing behind: what stays open is the connection that moves reads, and the spare one. */
    private void nothingIsHeld() {
        assertThat(metadata.holdsTransaction()).isFalse();
        assertThat(metadata.holdsWrites(1)).isFalse();
        assertThat(metadata.holdsWrites(2)).isFalse();
        assertThat(metadata.connections()).isEqualTo(2);
    }

    private Sent switchover() {
        everybodyHasReplayed();
        return world.ask(BEFORE_DEMOTE, 1, "a", "b");
    }

    // --- a planned change

    @Test
    void writesAreHeldBeforeReadsMove() {
        Sent demote = switchover();

        assertThat(world.statements())
                .startsWith("pause: begin", "pause: pause 2", "pause: hold")
                .endsWith(MOVE);
        assertThat(demote.answers).containsExactly(Outcome.DONE);
        assertThat(demote.replies.getFirst().readsMoved()).isTrue();
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
        assertThat(metadata.holdsWrites(1)).isTrue();
        // the lease of the group may have been renewed just before, so three seconds more than its life
        assertThat(metadata.serverDeadlines).contains(TopologyWorld.TTL.plusSeconds(3));
    }

    @Test
    void commitsWhenTheNewPrimaryIsThere() {
        switchover();
        world.statements();
        world.time.pass(Duration.ofMillis(200));
        world.leader(1, "b").accepting("b", true);
        Sent promoted = world.ask(AFTER_PROMOTE, 1, "b", null);

        assertThat(world.statements()).startsWith("pause: commit");
        assertThat(promoted.answers).containsExactly(Outcome.DONE);
        assertThat(promoted.replies.getFirst().pauseMillis())
                .containsEntry("total", 200L)
                .containsEntry("stop", 40L)
                .containsEntry("promote", 60L)
                .containsEntry("hand_over", 100L);
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
        nothingIsHeld();
    }

    @Test
    void aServerThatIsStillInRecoveryDoesNotEndThePause() {
        switchover();
        world.leader(1, "b").accepting("b", false);
        Sent early = world.ask(AFTER_PROMOTE, 1, "b", null);
        assertThat(early.answers).containsExactly(Outcome.FAILED);
        assertThat(metadata.holdsWrites(1)).isTrue();

        world.accepting("b", true);
        assertThat(world.ask(AFTER_PROMOTE, 1, "b", null).answers).containsExactly(Outcome.DONE);
        nothingIsHeld();
    }

    @Test
    void aServerThatDoesNotHoldTheKeyDoesNotEndThePause() {
        switchover();
        world.accepting("b", true);
        assertThat(world.ask(AFTER_PROMOTE, 1, "b", null).answers).containsExactly(Outcome.FAILED);
        assertThat(metadata.holdsWrites(1)).isTrue();
    }

    @Test
    void aKeyThatChangesHandsBeforeCommitDoesNotEndThePause() {
        switchover();
        world.accepting("a", true);
        metadata.beforeCommit = () -> world.leader(1, "b");
        assertThat(world.ask(AFTER_PROMOTE, 1, "a", null).answers).containsExactly(Outcome.FAILED);
        assertThat(metadata.holdsWrites(1)).isTrue();
    }

    @Test
    void withoutMovedReadsTheAddressChangesInTheCommitThatReleases() {
        world.send(BEFORE_DEMOTE, 1, "a");
        assertThat(world.statements()).doesNotContain("moves: begin");
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");

        world.leader(1, "b").accepting("b", true).send(AFTER_PROMOTE, 1, "b");
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
        nothingIsHeld();
    }

    @Test
    void aStandbyThatHasNotReplayedEverythingServesNoReads() {
        Sent demote = world.ask(BEFORE_DEMOTE, 1, "a", "b");
        assertThat(demote.answers).containsExactly(Outcome.DONE);
        assertThat(demote.replies.getFirst().readsMoved()).isFalse();
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");
    }

    @Test
    void readsGoToTheSuccessorAndToNobodyElse() {
        everybodyHasReplayed();
        Sent demote = world.ask(BEFORE_DEMOTE, 1, "a", "e");
        assertThat(demote.replies.getFirst().readsMoved()).isFalse();
        assertThat(metadata.holdsWrites(1)).isTrue();
    }

    // --- the same primary again

    @Test
    void aRestartPutsAddressesBackInTheCommitThatReleases() {
        everybodyHasReplayed();
        world.ask(BEFORE_DEMOTE, 1, "a", null);
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
        world.statements();
        metadata.onCommit = () -> assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");
        world.accepting("a", true);

        assertThat(world.ask(AFTER_PROMOTE, 1, "a", null).answers).containsExactly(Outcome.DONE);
        assertThat(world.statements())
                .startsWith(
                        "pause: cancel metadata sync",
                        "pause: update 2 b-demoted",
                        "pause: update 3 b",
                        "pause: update 2 a",
                        "pause: commit");
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");
        nothingIsHeld();
    }

    @Test
    void anAbandonedSwitchoverPutsAddressesBack() {
        switchover();
        world.accepting("a", true);
        assertThat(world.ask(AFTER_PROMOTE, 1, "a", null).answers).containsExactly(Outcome.DONE);
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");
        nothingIsHeld();
    }

    /** Else the statement would give up, the transaction end, and reads stay at the standby that is none any more. */
    @Test
    void theSynchronisationOfMetadataDoesNotKeepAddressesFromComingBack() {
        switchover();
        metadata.syncHoldsTable = 1;
        world.accepting("a", true);
        assertThat(world.ask(AFTER_PROMOTE, 1, "a", null).answers).containsExactly(Outcome.DONE);
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");
    }

    // --- the deadline

    @Test
    void atTheDeadlineAddressesGoBackToWhomTheKeyStillNames() {
        switchover();
        world.pass(TopologyWorld.TTL.plusSeconds(2));
        assertThat(metadata.holdsWrites(1)).isTrue();
        world.statements();
        world.pass(Duration.ofSeconds(1));
        assertThat(world.statements()).contains("pause: update 2 a").containsOnlyOnce("pause: commit");
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");
        nothingIsHeld();
    }

    @Test
    void atTheDeadlineTheStandbyStaysWhenTheKeyIsGone() {
        switchover();
        world.unlocked(1).pass(TopologyWorld.TTL.plusSeconds(3));
        assertThat(world.statements()).contains("pause: rollback").doesNotContain("pause: commit");
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
        nothingIsHeld();
    }

    @Test
    void aPauseThatFollowsOneThatHasExpiredHasATimeOfItsOwn() {
        world.send(BEFORE_DEMOTE, 1, "a");
        metadata.heldBack = Optional.of("pause: rollback");
        world.pass(TopologyWorld.TTL.plusSeconds(3));
        Sent next = world.send(BEFORE_DEMOTE, 1, "a");
        metadata.release();
        assertThat(next.answers).containsExactly(Outcome.DONE);
        assertThat(metadata.holdsWrites(1)).isTrue();
        world.pass(TopologyWorld.TTL.plusSeconds(3));
        nothingIsHeld();
    }

    // --- blockers

    @Test
    void blockersThatMustNotBeTerminatedAreNamedAndNothingIsHeld() {
        metadata.writers.put(1, WRITER);
        Sent demote = world.ask(BEFORE_DEMOTE, 1, "a", "b", OnBlockers.ABORT, "blocked");

        assertThat(demote.answers).containsExactly(Outcome.BLOCKED);
        assertThat(demote.replies.getFirst().blockers())
                .containsExactly("backend 815 (alice, psql, idle in transaction, transaction of 90000 ms)");
        assertThat(metadata.writers).containsKey(1);
        nothingIsHeld();
    }

    @Test
    void blockersAreTerminatedByTheSecondAttempt() {
        everybodyHasReplayed();
        metadata.writers.put(1, WRITER);
        Sent demote = world.ask(BEFORE_DEMOTE, 1, "a", "b");
        assertThat(world.statements())
                .containsSubsequence("pause: begin", "pause: pause 2", "pause: begin", "pause: pause 2 by force");
        assertThat(demote.answers).containsExactly(Outcome.DONE);
        assertThat(metadata.writers).isEmpty();
    }

    @Test
    void aDeadlockIsTriedAgainWithoutForce() {
        metadata.troubles.add(new ModelledMetadata.Trouble("pause: pause 2", Cause.DEADLOCK));
        assertThat(world.send(BEFORE_DEMOTE, 1, "a").answers).containsExactly(Outcome.DONE);
        assertThat(world.statements())
                .containsSubsequence("pause: pause 2", "pause: pause 2", "pause: hold")
                .doesNotContain("pause: pause 2 by force");
    }

    @Test
    void whoStopsWaitingGetsOneAnswerAndHoldsNothing() {
        metadata.locksAreAwaited = true;
        metadata.writers.put(1, WRITER);
        Sent demote = world.send(BEFORE_DEMOTE, 1, "a");
        assertThat(demote.answers).isEmpty();
        world.pass(TopologyWorld.TTL);
        assertThat(demote.answers).hasSize(1).doesNotContain(Outcome.DONE);
        metadata.writerEnds(1);
        nothingIsHeld();
    }

    // --- moving reads

    @Test
    void theSynchronisationOfMetadataIsCancelledOnce() {
        metadata.syncHoldsTable = 1;
        Sent demote = switchover();
        assertThat(demote.replies.getFirst().readsMoved()).isTrue();
        assertThat(world.statements())
                .containsSubsequence("moves: update 3 b-demoted", "moves: cancel metadata sync", "moves: begin")
                .endsWith(MOVE);
    }

    @Test
    void onlyMovingReadsIsGivenUpWhenTheTableStaysLocked() {
        metadata.syncHoldsTable = 5;
        Sent demote = switchover();
        assertThat(demote.answers).containsExactly(Outcome.DONE);
        assertThat(demote.replies.getFirst().readsMoved()).isFalse();
        assertThat(world.statements()).containsOnlyOnce("moves: cancel metadata sync");
        assertThat(metadata.holdsWrites(1)).isTrue();
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");
    }

    // --- each event is answered once

    @Test
    void theSameEventOnTwoWaysIsOneEvent() {
        metadata.heldBack = Optional.of("pause: pause 2");
        Sent byMesh = world.send(BEFORE_DEMOTE, 1, "a", "same");
        Sent byRest = world.send(BEFORE_DEMOTE, 1, "a", "same");
        assertThat(byMesh.answers).isEmpty();
        metadata.release();
        Sent late = world.send(BEFORE_DEMOTE, 1, "a", "same");
        assertThat(List.of(byMesh, byRest, late))
                .allSatisfy(sent -> assertThat(sent.answers).containsExactly(Outcome.DONE));
        assertThat(world.statements()).containsOnlyOnce("pause: pause 2");
    }

    /** It must not hold writes again when its change is over. */
    @Test
    void anEventThatComesAgainAfterTheChangeHoldsNothing() {
        world.send(BEFORE_DEMOTE, 1, "a", "same");
        world.accepting("a", true).send(AFTER_PROMOTE, 1, "a", "last");
        assertThat(world.send(BEFORE_DEMOTE, 1, "a", "same").answers).containsExactly(Outcome.DONE);
        assertThat(world.send(AFTER_PROMOTE, 1, "a", "last").answers).containsExactly(Outcome.DONE);
        nothingIsHeld();
    }

    @Test
    void aLateMessageOfTheFormerLeaderIsRefused() {
        switchover();
        world.leader(1, "b").accepting("b", true).send(AFTER_PROMOTE, 1, "b");
        assertThat(world.send(BEFORE_DEMOTE, 1, "a").answers).containsExactly(Outcome.FAILED);
        nothingIsHeld();
    }

    @Test
    void theEndOfLeadingAnswersEverybodyOnce() {
        metadata.heldBack = Optional.of("pause: pause 2");
        Sent demote = world.send(BEFORE_DEMOTE, 1, "a");
        Sent behind = world.send(AFTER_PROMOTE, 1, "a");
        world.leading = false;
        world.observe();
        assertThat(demote.answers).containsExactly(Outcome.NOT_LEADING);
        assertThat(behind.answers).containsExactly(Outcome.NOT_LEADING);
        metadata.release();
        assertThat(metadata.holdsTransaction()).isFalse();
        assertThat(metadata.connections()).isZero();
        assertThat(demote.answers).hasSize(1);

        world.leading = true;
        world.observe();
        assertThat(world.send(BEFORE_DEMOTE, 1, "a").answers).containsExactly(Outcome.DONE);
    }

    @Test
    void theRestartOfTheServerAnswersEverybodyOnce() {
        metadata.capabilities = new Capabilities(true, true);
        world.cycle();
        metadata.heldBack = Optional.of("pause: pause 2");
        Sent demote = world.send(BEFORE_DEMOTE, 1, "a");
        Sent behind = world.send(AFTER_PROMOTE, 1, "a");
        Sent another = world.send(BEFORE_DEMOTE, 2, "c");
        metadata.loseConnection();
        world.postmaster = 43;
        world.observe();
        metadata.release();
        assertThat(List.of(demote, behind, another))
                .allSatisfy(sent -> assertThat(sent.answers).containsExactly(Outcome.NOT_LEADING));
        nothingIsHeld();
        assertThat(world.send(BEFORE_DEMOTE, 1, "a").answers).containsExactly(Outcome.DONE);
    }

    @Test
    void afterTheRestartOfTheServerTheTableIsRepaired() {
        switchover();
        metadata.loseConnection();
        world.postmaster = 43;
        world.observe().cycle();
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");
        nothingIsHeld();
    }

    @Test
    void aConnectionThatIsLostBeforeCommitIsAnsweredAndRepaired() {
        switchover();
        world.leader(1, "b").accepting("b", true).member(1, "b", PostgresState.RUNNING, true);
        metadata.loseConnection();
        assertThat(world.send(AFTER_PROMOTE, 1, "b").answers).containsExactly(Outcome.FAILED);
        world.cycle();
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
        nothingIsHeld();
    }

    @Test
    void theStoreThatCannotBeReadHoldsNothing() {
        world.dcs.disturbance().disconnect();
        Sent demote = world.send(BEFORE_DEMOTE, 1, "a");
        world.dcs.disturbance().reconnect();
        world.pass(TopologyWorld.TTL);
        assertThat(demote.answers).hasSizeLessThan(2).doesNotContain(Outcome.DONE);
        nothingIsHeld();
    }

    // --- more than one group

    @Test
    void twoGroupsArePausedSideBySide() {
        everybodyHasReplayed();
        Sent first = world.ask(BEFORE_DEMOTE, 1, "a", "b");
        Sent second = world.ask(BEFORE_DEMOTE, 2, "c", "d");
        assertThat(first.answers).containsExactly(Outcome.DONE);
        assertThat(second.answers).containsExactly(Outcome.DONE);
        assertThat(metadata.holdsWrites(1)).isTrue();
        assertThat(metadata.holdsWrites(2)).isTrue();
        assertThat(metadata.table(2)).isEqualTo("d:P#4, c:S#5");

        world.leader(2, "d").accepting("d", true);
        assertThat(world.ask(AFTER_PROMOTE, 2, "d", null).answers).containsExactly(Outcome.DONE);
        assertThat(metadata.holdsWrites(1)).isTrue();
        world.leader(1, "b").accepting("b", true);
        assertThat(world.ask(AFTER_PROMOTE, 1, "b", null).answers).containsExactly(Outcome.DONE);
        nothingIsHeld();
    }

    @Test
    void withSharedPlacementsTheSecondGroupGetsItsTurn() {
        metadata.capabilities = new Capabilities(true, true);
        world.cycle();
        Sent first = world.send(BEFORE_DEMOTE, 1, "a");
        Sent second = world.send(BEFORE_DEMOTE, 2, "c");
        assertThat(first.answers).containsExactly(Outcome.DONE);
        assertThat(second.answers).isEmpty();
        assertThat(metadata.holdsWrites(2)).isFalse();

        world.accepting("a", true).send(AFTER_PROMOTE, 1, "a");
        assertThat(second.answers).containsExactly(Outcome.DONE);
        assertThat(metadata.holdsWrites(2)).isTrue();
        world.accepting("c", true).send(AFTER_PROMOTE, 2, "c");
        nothingIsHeld();
    }

    @Test
    void aTurnThatNobodyWaitsForAnyMoreIsNotTaken() {
        metadata.capabilities = new Capabilities(true, true);
        world.cycle();
        world.send(BEFORE_DEMOTE, 1, "a");
        Sent second = world.send(BEFORE_DEMOTE, 2, "c");
        world.pass(TopologyWorld.TTL);
        assertThat(second.answers).containsExactly(Outcome.WITHDRAWN);
        world.accepting("a", true).send(AFTER_PROMOTE, 1, "a");
        nothingIsHeld();
    }

    // --- heartbeats

    @Test
    void heartbeatsOfAHeldGroupAreNotRun() {
        switchover();
        world.statements();
        world.member(1, "e", PostgresState.RUNNING, false).member(2, "f", PostgresState.RUNNING, false);
        metadata.tellingWorkers = false;
        world.observe();
        assertThat(world.statements()).contains("add f").doesNotContain("add e", "update 2 a", "update 3 b");
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
        world.leader(1, "b").accepting("b", true).member(1, "b", PostgresState.RUNNING, true);
        world.send(AFTER_PROMOTE, 1, "b");
        world.cycle().cycle();
        assertThat(metadata.table(1)).startsWith("b:P#2, a:S#3, e:S#");
    }

    @Test
    void aHeartbeatThatWasQueuedBeforeThePauseIsNotRunInIt() {
        metadata.heldBack = Optional.of("add f");
        world.member(2, "f", PostgresState.RUNNING, false).observe();
        world.member(1, "e", PostgresState.RUNNING, false).observe();
        world.send(BEFORE_DEMOTE, 1, "a");
        assertThat(metadata.holdsWrites(1)).isTrue();
        world.statements();
        metadata.release();
        assertThat(world.statements()).doesNotContain("add e");
    }

    // --- lost messages

    @Test
    void theKeysEndAPauseWhoseLastEventWasLost() {
        switchover();
        world.member(1, "a", PostgresState.STOPPED, false).leader(1, "b").observe();
        assertThat(metadata.holdsWrites(1)).isTrue();
        world.accepting("b", true).member(1, "b", PostgresState.RUNNING, true).observe();
        // The event itself may be on its way, and knows more.
        assertThat(metadata.holdsWrites(1)).isTrue();
        world.pass(LOST_AFTER);
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
        nothingIsHeld();
    }

    /** Its key says so all the time, until it has stopped. */
    @Test
    void aKeyThatStillSaysRunningProvesNothing() {
        switchover();
        world.accepting("a", true).observe().observe();
        assertThat(metadata.holdsWrites(1)).isTrue();
        world.member(1, "a", PostgresState.RESTARTING, true).observe();
        world.member(1, "a", PostgresState.RUNNING, true).observe();
        world.pass(LOST_AFTER);
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");
        nothingIsHeld();
    }

    // --- crashes

    @Test
    void writesWaitForTheSuccessorOfAPrimaryThatHasCrashed() {
        world.unlocked(1).observe();
        assertThat(world.statements())
                .startsWith("pause: begin", "pause: pause 2", "pause: hold")
                .doesNotContain("pause: pause 2 by force", "moves: begin");
        assertThat(metadata.holdsWrites(1)).isTrue();

        world.leader(1, "b");
        assertThat(world.send(BEFORE_PROMOTE, 1, "b").answers).containsExactly(Outcome.DONE);
        world.accepting("b", true);
        assertThat(world.send(AFTER_PROMOTE, 1, "b").answers).containsExactly(Outcome.DONE);
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
        nothingIsHeld();
    }

    @Test
    void aCrashIsToldByTheAgentOfThePrimaryToo() {
        world.member(1, "a", PostgresState.CRASHED, true).observe();
        assertThat(metadata.holdsWrites(1)).isTrue();
    }

    /** Its key is held: it may be serving, and is only not heard of. */
    @Test
    void aLeaderWithoutAMemberKeyHasNotCrashed() {
        world.gone(1, "a").observe();
        assertThat(metadata.holdsWrites(1)).isFalse();
        world.unlocked(1).observe();
        assertThat(metadata.holdsWrites(1)).isTrue();
    }

    @Test
    void writersAreNotTerminatedForACrashButForTheSuccessor() {
        metadata.locksAreAwaited = true;
        metadata.writers.put(1, WRITER);
        world.unlocked(1).observe();
        assertThat(metadata.holdsWrites(1)).isFalse();
        assertThat(metadata.writers).containsKey(1);

        metadata.locksAreAwaited = false;
        world.leader(1, "b").statements();
        assertThat(world.send(BEFORE_PROMOTE, 1, "b").answers).containsExactly(Outcome.DONE);
        assertThat(world.statements())
                .containsSubsequence("pause: disconnect", "pause: pause 2", "pause: pause 2 by force", "pause: hold");
        assertThat(metadata.writers).isEmpty();
    }

    @Test
    void aSuccessorThatIsReadyWhileLocksAreWaitedForIsServed() {
        metadata.locksAreAwaited = true;
        metadata.writers.put(1, WRITER);
        world.unlocked(1).observe();
        metadata.writers.clear();
        world.leader(1, "b").accepting("b", true).member(1, "b", PostgresState.RUNNING, true);
        Sent promoted = world.send(AFTER_PROMOTE, 1, "b");
        assertThat(promoted.answers).containsExactly(Outcome.DONE);
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
        nothingIsHeld();
    }

    @Test
    void theFormerPrimaryThatComesBackEndsThePause() {
        world.unlocked(1).observe();
        world.leader(1, "a").accepting("a", true).observe();
        world.pass(LOST_AFTER);
        assertThat(metadata.table(1)).isEqualTo("a:P#2, b:S#3");
        nothingIsHeld();
    }

    @Test
    void writesDoNotWaitForEverAfterACrash() {
        world.unlocked(1).observe();
        world.pass(Duration.ofSeconds(59));
        assertThat(metadata.holdsWrites(1)).isTrue();
        world.pass(Duration.ofSeconds(1));
        nothingIsHeld();
    }

    @Test
    void aChangeThatWasAnnouncedIsNoCrash() {
        switchover();
        world.leader(1, "b").accepting("b", true).send(AFTER_PROMOTE, 1, "b");
        // the new primary's own key still calls it a replica
        world.observe().observe();
        nothingIsHeld();
    }

    private List<String> crashWith(Standing standing) {
        metadata.standings.put(ModelledMetadata.address("b"), standing);
        world.unlocked(1).observe();
        assertThat(metadata.holdsWrites(1)).isTrue();
        return new ArrayList<>(world.statements());
    }

    private static Standing.Standby at(long bytes) {
        return new Standing.Standby(new Lsn(bytes), new Lsn(bytes));
    }

    @Test
    void afterACrashReadsMoveToAStandbyThatHasEverything() {
        world.synchronous(1, "a", 0, "b");
        assertThat(crashWith(at(100))).endsWith(MOVE);
        assertThat(metadata.table(1)).isEqualTo("b:P#2, a:S#3");
    }

    @Test
    void afterACrashReadsStayWhereNothingIsPromised() {
        assertThat(crashWith(at(100))).doesNotContain("moves: begin");
    }

    @Test
    void afterACrashReadsStayWhenTooFewStandbysAnswer() {
        world.member(1, "e", PostgresState.RUNNING, false).synchronous(1, "a", 1, "b", "e");
        assertThat(crashWith(at(100))).doesNotContain("moves: begin");
    }

    @Test
    void afterACrashReadsStayWhenTheFormerPrimaryAnswers() {
        world.synchronous(1, "a", 0, "b").accepting("a", true);
        assertThat(crashWith(at(100))).doesNotContain("moves: begin");
    }
}
