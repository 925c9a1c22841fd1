package io.orangery.actors;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Behaviors;
import io.orangery.core.policy.Aftermath.Ending;
import io.orangery.core.policy.DcsSeen;
import io.orangery.core.policy.LeaseSeen;
import io.orangery.core.policy.Memory;
import io.orangery.core.policy.Operation;
import io.orangery.core.policy.Step;
import io.orangery.core.policy.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OperationRunnerTest {
    private final NodeWorld world = new NodeWorld();
    private final List<Ending> endings = new ArrayList<>();

    @AfterEach
    void end() {
        world.close();
    }

    private ActorRef<OperationRunner.Command> run(Operation.Kind kind, Step... steps) {
        world.primary();
        NodePorts ports = world.ports();
        Duration now = world.time.now();
        View view = new View(
                NodeWorld.settings(Optional.empty()),
                new DcsSeen.NotYet(now, Optional.empty()),
                new LeaseSeen.Held(now.plusSeconds(20), now, now),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Memory.BLANK,
                now,
                Instant.EPOCH,
                now);
        StepPerformer performer = new StepPerformer(
                world.time.testKit.system(),
                ports,
                world.time.here(Behaviors.ignore()),
                world.time.here(Behaviors.ignore()),
                new CoordinatorCall.Known(),
                () -> view);
        return world.time.here(OperationRunner.create(
                new Operation(kind, List.of(steps), "a test"),
                performer,
                world.postgres,
                world.time,
                ended -> endings.add(ended.ending())));
    }

    private static final Step STOP = new Step.StopPostgres(true, Optional.empty());

    @Test
    void runsStepAfterStep() {
        run(Operation.Kind.DEMOTE, new Step.Checkpoint(1), STOP);
        assertThat(world.postgres.asked).containsExactly("checkpoint", "stop FAST");
        assertThat(endings).containsExactly(new Ending.Succeeded());
    }

    @Test
    void aFailedStepEndsTheAction() {
        world.postgres.fails.add("prePromote");
        run(Operation.Kind.PROMOTE, new Step.RunPrePromote(), new Step.PromotePostgres(Duration.ofSeconds(10)));
        assertThat(endings).singleElement().isInstanceOf(Ending.Failed.class);
        assertThat(world.postgres.asked).doesNotContain("promote");
    }

    /** A checkpoint may take minutes: the lease of a writable server does not wait for it. */
    @Test
    void aCheckpointIsLeftAtOnce() {
        world.postgres.hangs.add("checkpoint");
        var runner = run(Operation.Kind.SWITCHOVER_DEMOTE, new Step.Checkpoint(2), STOP);
        runner.tell(OperationRunner.Cancel.NOW);
        assertThat(endings).containsExactly(new Ending.Cancelled());
        assertThat(world.postgres.asked).containsExactly("checkpoint");
    }

    @Test
    void aCommandIsCancelledAndTheRestLeft() {
        world.postgres.hangs.add("prePromote");
        var runner =
                run(Operation.Kind.PROMOTE, new Step.RunPrePromote(), new Step.PromotePostgres(Duration.ofSeconds(10)));
        runner.tell(OperationRunner.Cancel.NOW);
        assertThat(endings).containsExactly(new Ending.Cancelled());
        assertThat(world.postgres.asked).doesNotContain("promote");
    }

    /** Else leaving would be taken for complete with the server running. */
    @Test
    void aStopThatWasCancelledHasNotFailed() {
        world.postgres.hangs.add("stop FAST");
        run(Operation.Kind.SHUTDOWN, STOP).tell(OperationRunner.Cancel.NOW);
        assertThat(endings).containsExactly(new Ending.Cancelled());
    }

    /** A decision is taken many times while an action ends; a second cancel would hit the command that cleans up. */
    @Test
    void cancellingAgainDoesNotInterruptTheCleaningUp() {
        world.postgres.hangs.add("initdb");
        world.postgres.hangs.add("discardFailedBootstrap");
        var runner = run(Operation.Kind.BOOTSTRAP, new Step.ClaimBootstrap(), new Step.RunInitdb());
        runner.tell(OperationRunner.Cancel.NOW);
        runner.tell(OperationRunner.Cancel.NOW);
        assertThat(world.postgres.asked).containsExactly("initdb", "discardFailedBootstrap");
        assertThat(world.postgres.cancels).isEqualTo(1);
        assertThat(endings).isEmpty();
    }
}
