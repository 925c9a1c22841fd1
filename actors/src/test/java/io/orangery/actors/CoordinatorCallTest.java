package io.orangery.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.CitusEvent.OnBlockers;
import io.orangery.core.citus.Completion.Outcome;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.HandOver;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.Step;
import io.orangery.dcs.Answer;
import io.orangery.protocol.KeyJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Node a, leader of group 1, tells whoever leads group 0. */
final class CoordinatorCallTest {
    private final SuccessionWorld world = new SuccessionWorld();
    private final CoordinatorCall.Known known = new CoordinatorCall.Known();

    @AfterEach
    void end() {
        world.close();
    }

    private Optional<EventReply> tell(Step.TellCoordinator.Event event, Findings found) {
        return new CoordinatorCall(world.ports(), world.view(), known)
                .tell(new Step.TellCoordinator(event, true, Optional.of(new NodeId("b"))), found)
                .toCompletableFuture()
                .join();
    }

    private CitusEvent told() {
        return world.told.getLast();
    }

    @Test
    void asksForWhatTheSettingsSay() {
        world.coordinator("x");
        world.reply = Optional.of(new EventReply(Outcome.DONE, true, List.of(), Map.of()));
        assertThat(tell(Step.TellCoordinator.Event.BEFORE_DEMOTE, Findings.NONE))
                .isEqualTo(world.reply);
        assertThat(told().type()).isEqualTo(CitusEvent.Type.BEFORE_DEMOTE);
        assertThat(told().leader()).isEqualTo(new NodeId("a"));
        assertThat(told().group().number()).isEqualTo(1);
        assertThat(told().wishes())
                .isEqualTo(new CitusEvent.Wishes(
                        true, true, Optional.of(new NodeId("b")), OnBlockers.TERMINATE, Map.of()));
        assertThat(world.toldWhom).containsExactly("x");
        assertThat(world.limits).containsExactly(NodeWorld.TTL);
    }

    /** Nobody waits for the others: promotion does not depend on the coordinator. */
    @Test
    void theOthersAreGivenTwoSeconds() {
        world.coordinator("x");
        tell(Step.TellCoordinator.Event.BEFORE_PROMOTE, Findings.NONE);
        world.time.pass(Duration.ofMinutes(1));
        tell(Step.TellCoordinator.Event.AFTER_PROMOTE, Findings.NONE);
        assertThat(world.limits).containsExactly(Duration.ofSeconds(2), Duration.ofSeconds(2));
    }

    @Test
    void writesAreLetGoByWhoeverWasToldThatTheyAreHeld() {
        world.coordinator("x");
        tell(Step.TellCoordinator.Event.BEFORE_DEMOTE, Findings.NONE);
        world.store.anotherGroup = Answer.unreachable("nobody waits for an answer of the store");
        assertThat(tell(Step.TellCoordinator.Event.AFTER_PROMOTE, Findings.NONE))
                .isPresent();
        assertThat(world.toldWhom).containsExactly("x", "x");
    }

    @Test
    void whoeverLeadsByNowIsToldWhenThatOneDoesNotAnswer() {
        world.coordinator("x");
        tell(Step.TellCoordinator.Event.BEFORE_DEMOTE, Findings.NONE);
        world.coordinator("y");
        world.answer = event -> CompletableFuture.completedFuture(
                world.toldWhom.getLast().equals("y") ? Optional.of(EventReply.HEARD) : Optional.empty());
        assertThat(tell(Step.TellCoordinator.Event.AFTER_PROMOTE, Findings.NONE))
                .isPresent();
        assertThat(world.toldWhom).containsExactly("x", "x", "y");
    }

    @Test
    void withoutALeaderOfTheCoordinatorNobodyIsTold() {
        assertThat(tell(Step.TellCoordinator.Event.BEFORE_DEMOTE, Findings.NONE))
                .isEmpty();
        world.store.anotherGroup = Answer.unreachable("no endpoint answers");
        assertThat(tell(Step.TellCoordinator.Event.BEFORE_DEMOTE, Findings.NONE))
                .isEmpty();
        assertThat(world.told).isEmpty();
    }

    @Test
    void aCoordinatorThatFailsIsOneThatDoesNotAnswer() {
        world.coordinator("x");
        world.answer = event -> CompletableFuture.failedFuture(new IllegalStateException("a bug"));
        assertThat(tell(Step.TellCoordinator.Event.BEFORE_DEMOTE, Findings.NONE))
                .isEmpty();
    }

    @Test
    void theAccountBeginsWithWhatTheFormerLeaderHasLeft() {
        world.coordinator("x");
        world.failover(KeyJson.writeHandOver(
                new NodeId("b"),
                new NodeId("a"),
                new HandOver(new Lsn(5), 1, "7", Map.of("stop", 61L, "receive", 4L))));
        Findings found = Findings.NONE.after(
                new Step.PromotePostgres(Duration.ofSeconds(10)), new StepPerformer.Result.Ok(), Duration.ofMillis(45));
        tell(Step.TellCoordinator.Event.AFTER_PROMOTE, found);
        assertThat(told().wishes().spentMillis()).isEqualTo(Map.of("stop", 61L, "receive", 4L, "promote", 45L));
    }

    @Test
    void whatWasLeftForAnotherIsNotCounted() {
        world.coordinator("x");
        world.failover(KeyJson.writeHandOver(
                new NodeId("a"), new NodeId("b"), new HandOver(new Lsn(5), 1, "7", Map.of("stop", 61L))));
        tell(Step.TellCoordinator.Event.AFTER_PROMOTE, Findings.NONE);
        assertThat(told().wishes().spentMillis()).isEmpty();
    }
}
