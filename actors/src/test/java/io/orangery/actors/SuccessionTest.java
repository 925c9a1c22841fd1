package io.orangery.actors;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Behaviors;
import io.orangery.core.cluster.FailoverRequest;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.Tags;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.policy.Step;
import io.orangery.dcs.Answer;
import io.orangery.dcs.HandOver;
import io.orangery.protocol.KeyJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Node a lets b lead. */
final class SuccessionTest {
    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final StepPerformer.Result.StoppedCleanly STOPPED =
            new StepPerformer.Result.StoppedCleanly(new Lsn(900), new Lsn(880), 1);
    private static final StepPerformer.Result OK = new StepPerformer.Result.Ok();

    private final SuccessionWorld world = new SuccessionWorld();
    /** What the lease keeper was asked, in order. */
    private final List<LeaseKeeper.Command> asked = new ArrayList<>();

    private LeaseKeeper.Raced handedOver = new LeaseKeeper.Raced.Won();

    @AfterEach
    void end() {
        world.close();
    }

    private Succession succession() {
        ActorRef<LeaseKeeper.Raced> nobody = world.time.here(Behaviors.ignore());
        return new Succession(
                world.time.testKit.system(), world.ports(), world.view(), message -> lease(message, nobody));
    }

    private CompletionStage<LeaseKeeper.Raced> lease(
            akka.japi.function.Function<ActorRef<LeaseKeeper.Raced>, LeaseKeeper.Command> message,
            ActorRef<LeaseKeeper.Raced> nobody) {
        try {
            asked.add(message.apply(nobody));
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
        return CompletableFuture.completedFuture(
                asked.getLast() instanceof LeaseKeeper.HandOver ? handedOver : new LeaseKeeper.Raced.Won());
    }

    private static <T> T now(CompletionStage<T> stage) {
        assertThat(stage.toCompletableFuture()).isDone();
        return stage.toCompletableFuture().join();
    }

    private void requested(NodeId candidate) {
        world.failover(KeyJson.writeFailover(Optional.of(A), Optional.ofNullable(candidate), Optional.empty()));
    }

    private static PeerAnswer standby(long position, Optional<Boolean> prepared) {
        return new PeerAnswer.Answered(
                true, new Lsn(position), 1, Tags.NONE, false, true, Optional.of("7179854923829112860"), prepared);
    }

    // --- naming

    @Test
    void aRequestThatNamesNobodyGetsTheName() {
        requested(null);
        assertThat(now(succession().name(B))).isEqualTo(OK);
        assertThat(world.store.written).containsExactly("1/failover {\"leader\":\"a\",\"member\":\"b\"} if 7");
    }

    @Test
    void aNameThatStandsThereIsLeftAlone() {
        requested(B);
        assertThat(now(succession().name(B))).isEqualTo(OK);
        assertThat(world.store.written).isEmpty();
    }

    @Test
    void aRequestThatWasChangedMeanwhileDoesNotEndTheChange() {
        requested(null);
        world.store.writes = Optional.of(Answer.refused("version 8"));
        assertThat(now(succession().name(B))).isEqualTo(OK);
    }

    // --- preparing

    @Test
    void whoKnowsNothingOfPreparingIsNotWaitedFor() {
        world.peers.put(B, standby(900, Optional.empty()));
        assertThat(now(succession().awaitPrepared(B))).isEqualTo(OK);
        assertThat(world.questions).isEqualTo(1);
    }

    @Test
    void aSuccessorThatPreparesItselfIsWaitedFor() {
        world.peers.put(B, standby(900, Optional.of(false)));
        CompletableFuture<StepPerformer.Result> waiting =
                succession().awaitPrepared(B).toCompletableFuture();
        world.time.pass(Duration.ofMillis(200));
        assertThat(waiting).isNotDone();
        world.peers.put(B, standby(900, Optional.of(true)));
        world.time.pass(Duration.ofMillis(200));
        assertThat(waiting).isCompletedWithValue(OK);
    }

    @Test
    void preparingIsGivenFiveSeconds() {
        world.peers.put(B, standby(900, Optional.of(false)));
        CompletableFuture<StepPerformer.Result> waiting =
                succession().awaitPrepared(B).toCompletableFuture();
        world.time.pass(Duration.ofMillis(4800));
        assertThat(waiting).isNotDone();
        world.time.pass(Duration.ofMillis(400));
        assertThat(waiting).isCompletedWithValue(OK);
    }

    // --- receiving

    @Test
    void whoHasReceivedTheCheckpointIsNamed() {
        requested(B);
        world.peers.put(B, standby(899, Optional.empty()));
        CompletableFuture<StepPerformer.Result> waiting = succession()
                .awaitReceived(Optional.of(B), Optional.of(STOPPED), Optional.empty())
                .toCompletableFuture();
        world.time.pass(Duration.ofMillis(100));
        assertThat(waiting).isNotDone();
        world.peers.put(B, standby(900, Optional.of(true)));
        world.time.pass(Duration.ofMillis(100));
        assertThat(waiting).isCompletedWithValue(new StepPerformer.Result.Received(B));
    }

    @Test
    void nobodyIsAskedWhenTheSuccessorHasAnnouncedIt() {
        requested(B);
        CompletableFuture<PeerAnswer> announced = new CompletableFuture<>();
        CompletableFuture<StepPerformer.Result> waiting = succession()
                .awaitReceived(Optional.of(B), Optional.of(STOPPED), Optional.of(announced))
                .toCompletableFuture();
        announced.complete(standby(900, Optional.of(true)));
        assertThat(waiting).isCompletedWithValue(new StepPerformer.Result.Received(B));
        assertThat(world.questions).isZero();
    }

    @Test
    void anAnnouncementOfLessThanEverythingIsNotEnough() {
        requested(B);
        world.peers.put(B, standby(900, Optional.of(true)));
        PeerAnswer behind = standby(899, Optional.of(true));
        assertThat(now(succession()
                        .awaitReceived(
                                Optional.of(B),
                                Optional.of(STOPPED),
                                Optional.of(CompletableFuture.completedFuture(behind)))))
                .isEqualTo(new StepPerformer.Result.Received(B));
        assertThat(world.questions).isPositive();
    }

    @Test
    void anAnnouncementThatDoesNotComeIsNotWaitedForLong() {
        requested(B);
        world.peers.put(B, standby(900, Optional.of(true)));
        CompletableFuture<StepPerformer.Result> waiting = succession()
                .awaitReceived(Optional.of(B), Optional.of(STOPPED), Optional.of(new CompletableFuture<>()))
                .toCompletableFuture();
        world.time.pass(Duration.ofMillis(250));
        assertThat(waiting).isNotDone();
        world.time.pass(Duration.ofMillis(100));
        assertThat(waiting).isCompletedWithValue(new StepPerformer.Result.Received(B));
    }

    /** It races for a key that is free; one that it did not acquire is not what it expects. */
    @Test
    void anAgentOfAnotherKindIsHandedNothing() {
        requested(B);
        world.peers.put(B, standby(900, Optional.empty()));
        assertThat(now(succession().awaitReceived(Optional.of(B), Optional.of(STOPPED), Optional.empty())))
                .isEqualTo(OK);
    }

    @Test
    void nobodyIsWaitedForLongerThanTheLoop() {
        requested(B);
        CompletableFuture<StepPerformer.Result> waiting = succession()
                .awaitReceived(Optional.of(B), Optional.of(STOPPED), Optional.empty())
                .toCompletableFuture();
        world.time.pass(NodeWorld.LOOP_WAIT.plusMillis(200));
        assertThat(waiting).isCompletedWithValue(OK);
    }

    @Test
    void withoutACleanStopThereIsNothingToReceive() {
        assertThat(now(succession().awaitReceived(Optional.of(B), Optional.empty(), Optional.empty())))
                .isEqualTo(OK);
        assertThat(world.questions).isZero();
    }

    // --- handing over

    private Findings found(boolean received) {
        Findings stopped =
                Findings.NONE.after(new Step.StopPostgres(true, Optional.empty()), STOPPED, Duration.ofMillis(61));
        return received
                ? stopped.after(
                        new Step.AwaitSuccessor(Optional.of(B)),
                        new StepPerformer.Result.Received(B),
                        Duration.ofMillis(4))
                : stopped;
    }

    @Test
    void theLeaseGoesToWhoHasReceivedEverything() {
        requested(B);
        assertThat(now(succession().handOver(B, found(true)))).isEqualTo(OK);
        assertThat(asked).singleElement().isInstanceOfSatisfying(LeaseKeeper.HandOver.class, to -> {
            HandOver handOver = to.handOver();
            assertThat(handOver.successor()).isEqualTo("b");
            assertThat(handOver.failoverVersion()).isEqualTo(7);
            assertThat(handOver.status()).get().asString().contains("880");
            assertThat(written(handOver).handOver())
                    .contains(new io.orangery.core.cluster.HandOver(
                            new Lsn(900), 1, "7179854923829112860", java.util.Map.of("stop", 61L, "receive", 4L)));
        });
    }

    /** What the successor will read. */
    private FailoverRequest written(HandOver handOver) {
        world.failover(handOver.failover());
        return world.view().cluster().orElseThrow().failover().orElseThrow();
    }

    @Test
    void withoutItsConfirmationTheLeaseIsReleased() {
        requested(B);
        now(succession().handOver(B, found(false)));
        assertThat(asked).singleElement().isInstanceOf(LeaseKeeper.Release.class);
    }

    @Test
    void withoutACleanStopTheLeaseIsReleased() {
        requested(B);
        now(succession().handOver(B, Findings.NONE));
        assertThat(asked).singleElement().isInstanceOf(LeaseKeeper.Release.class);
        assertThat(world.store.written).isEmpty();
    }

    @Test
    void aRequestThatNamesAnotherByNowIsNotCarriedOut() {
        requested(new NodeId("c"));
        now(succession().handOver(B, found(true)));
        assertThat(asked).singleElement().isInstanceOf(LeaseKeeper.Release.class);
    }

    @Test
    void whatTheStoreRefusesOrDoesNotAnswerIsReleased() {
        requested(B);
        for (LeaseKeeper.Raced none :
                List.of(new LeaseKeeper.Raced.Lost("version 8"), new LeaseKeeper.Raced.Unreachable("no answer"))) {
            asked.clear();
            handedOver = none;
            assertThat(now(succession().handOver(B, found(true)))).isEqualTo(OK);
            assertThat(asked)
                    .extracting(message -> message.getClass().getSimpleName())
                    .containsExactly("HandOver", "Release");
        }
    }

    /** So that a standby that never got the WAL switch does not count as lagging. */
    @Test
    void theStatusOfAReleasedLeaseIsThePositionBeforeTheSwitch() {
        now(succession().release(Optional.of(STOPPED)));
        assertThat(world.store.written)
                .singleElement()
                .asString()
                .startsWith("1/status ")
                .contains("880");
        assertThat(asked).singleElement().isInstanceOf(LeaseKeeper.Release.class);
    }

    // --- giving up

    @Test
    void whatIsGivenUpIsAnsweredAndNotTriedAgain() {
        requested(B);
        assertThat(now(succession().giveUp("backend 7 keeps the locks")))
                .isEqualTo(new StepPerformer.Result.Failed("backend 7 keeps the locks"));
        assertThat(world.store.written).containsExactly("1/failover {} if 7");
    }
}
