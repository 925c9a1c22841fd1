package io.orangery.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlaybookTest {
    private static List<Step> demote(DemoteMode mode, Views views) {
        return Playbook.operation(new Decision.Demote(mode, Optional.empty(), "a test"), views.build())
                .orElseThrow()
                .steps();
    }

    /** What is left of the lease, less the margin; then it is stopped immediately, and killed. */
    @Test
    void withoutTheStoreTheStopIsOverBeforeTheLease() {
        Views unreachable = Views.of("a").primary(1000).leaseUnknownUntil(Views.NOW.plusSeconds(4));
        assertThat(demote(DemoteMode.OFFLINE, unreachable))
                .startsWith(new Step.StopPostgres(true, Optional.of(Duration.ofSeconds(3))), new Step.ForgetLease());
    }

    /** Somebody else may be a primary already. */
    @Test
    void aLostLeaseIsAnsweredByAStopThatDoesNotWait() {
        assertThat(demote(
                        DemoteMode.IMMEDIATE_NOLOCK, Views.of("a").primary(1000).leaseLost("held by b")))
                .startsWith(new Step.StopPostgres(false, Optional.of(Limits.IMMEDIATE_STOP)), new Step.ForgetLease());
    }

    @Test
    void theKeyGoesAfterThePostmaster() {
        for (DemoteMode mode : List.of(DemoteMode.GRACEFUL, DemoteMode.IMMEDIATE)) {
            List<Step> steps = demote(mode, Views.of("a").primary(1000).holdingLease());
            int stop = steps.indexOf(steps.stream()
                    .filter(Step.StopPostgres.class::isInstance)
                    .findFirst()
                    .orElseThrow());
            assertThat(steps.indexOf(new Step.ReleaseLease())).isGreaterThan(stop);
        }
    }

    private static final NodeId B = new NodeId("b");

    private static Views leaderOfWorker() {
        return Views.of("a").primary(1000).holdingLease().group(1);
    }

    /** Everything that takes time without need comes before writes are held, and nothing is stopped before they are. */
    @Test
    void aGracefulDemotionHoldsWritesAsLateAsItCan() {
        assertThat(Playbook.operation(
                                new Decision.Demote(DemoteMode.GRACEFUL, Optional.of(B), "a test"),
                                leaderOfWorker().build())
                        .orElseThrow()
                        .steps())
                .containsExactly(
                        new Step.NameSuccessor(B),
                        new Step.Checkpoint(2),
                        new Step.RunBeforeStop(),
                        new Step.AwaitPrepared(B),
                        new Step.TellCoordinator(Step.TellCoordinator.Event.BEFORE_DEMOTE, true, Optional.of(B)),
                        new Step.AwaitQuiet(),
                        new Step.StopPostgres(true, Optional.empty()),
                        new Step.AwaitSuccessor(Optional.of(B)),
                        new Step.HandOverLease(B),
                        new Step.Publish());
    }

    @Test
    void withoutASuccessorTheLeaseIsReleased() {
        assertThat(demote(DemoteMode.GRACEFUL, leaderOfWorker()))
                .containsExactly(
                        new Step.Checkpoint(2),
                        new Step.RunBeforeStop(),
                        new Step.TellCoordinator(Step.TellCoordinator.Event.BEFORE_DEMOTE, true),
                        new Step.AwaitQuiet(),
                        new Step.StopPostgres(true, Optional.empty()),
                        new Step.AwaitSuccessor(Optional.empty()),
                        new Step.ReleaseLease(),
                        new Step.Publish());
    }

    @Test
    void onlyWorkersTellTheCoordinator() {
        for (Views views : List.of(
                Views.of("a").primary(1000).holdingLease(),
                Views.of("a").primary(1000).holdingLease().group(0))) {
            assertThat(demote(DemoteMode.GRACEFUL, views))
                    .noneMatch(step -> step instanceof Step.TellCoordinator || step instanceof Step.AwaitQuiet);
        }
    }

    /** Writes go on before the key is published: they wait for it (citus 20.2 #11). */
    @Test
    void aPromotionTellsTheCoordinatorBeforeItPublishes() {
        List<Step> steps = Playbook.operation(
                        new Decision.Promote(Optional.empty(), "a test"),
                        Views.of("b").holdingLease().group(1).build())
                .orElseThrow()
                .steps();
        assertThat(steps)
                .containsSubsequence(
                        new Step.TellCoordinator(Step.TellCoordinator.Event.BEFORE_PROMOTE, false),
                        new Step.PromotePostgres(Duration.ofSeconds(10)),
                        new Step.TellCoordinator(Step.TellCoordinator.Event.AFTER_PROMOTE, true),
                        new Step.Publish(),
                        new Step.ClearFailover());
    }

    @Test
    void aRestartHoldsWritesOnlyWhileTheServerIsDown() {
        Decision restart = new Decision.Restart(Duration.ofSeconds(60), "a test");
        assertThat(Playbook.operation(restart, leaderOfWorker().build())
                        .orElseThrow()
                        .steps())
                .containsExactly(
                        new Step.Checkpoint(2),
                        new Step.RunBeforeStop(),
                        new Step.TellCoordinator(Step.TellCoordinator.Event.BEFORE_DEMOTE, true),
                        new Step.AwaitQuiet(),
                        new Step.RestartPostgres(Duration.ofSeconds(60)),
                        new Step.TellCoordinator(Step.TellCoordinator.Event.AFTER_PROMOTE, true),
                        new Step.Publish());
        assertThat(Playbook.operation(restart, Views.of("b").ledBy("a").group(1).build())
                        .orElseThrow()
                        .steps())
                .noneMatch(Step.TellCoordinator.class::isInstance);
    }
}
