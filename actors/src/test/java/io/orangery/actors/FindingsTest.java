package io.orangery.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.Completion.Outcome;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.Step;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FindingsTest {
    private static final StepPerformer.Result OK = new StepPerformer.Result.Ok();
    private static final Step STOP = new Step.StopPostgres(true, Optional.empty());

    @Test
    void collectsWhatLaterStepsNeed() {
        var stopped = new StepPerformer.Result.StoppedCleanly(new Lsn(900), new Lsn(880), 1);
        var reply = new EventReply(Outcome.DONE, true, List.of(), Map.of());
        Findings found = Findings.NONE
                .after(new Step.Checkpoint(2), OK, Duration.ofSeconds(3))
                .after(new Step.AwaitQuiet(), new StepPerformer.Result.Replied(reply), Duration.ofMillis(8))
                .after(STOP, stopped, Duration.ofMillis(61))
                .after(
                        new Step.AwaitSuccessor(Optional.empty()),
                        new StepPerformer.Result.Received(new NodeId("b")),
                        Duration.ofMillis(4));
        assertThat(found.stopped()).contains(stopped);
        assertThat(found.receivedBy()).contains(new NodeId("b"));
        assertThat(found.reply()).contains(reply);
        assertThat(found.readsMoved()).isTrue();
        assertThat(found.spentMillis()).isEqualTo(Map.of("running_reads", 8L, "stop", 61L, "receive", 4L));
    }

    /** The checkpoint is done before writes are held. */
    @Test
    void onlyStepsWithinThePauseCount() {
        assertThat(Findings.NONE.after(new Step.Checkpoint(2), OK, Duration.ofSeconds(3)))
                .isEqualTo(Findings.NONE);
    }

    @Test
    void theLastReplyCounts() {
        Findings moved = Findings.NONE.after(
                new Step.Publish(),
                new StepPerformer.Result.Replied(new EventReply(Outcome.DONE, true, List.of(), Map.of())),
                Duration.ZERO);
        assertThat(moved.after(
                                new Step.Publish(),
                                new StepPerformer.Result.Replied(EventReply.of(Outcome.FAILED)),
                                Duration.ZERO)
                        .readsMoved())
                .isFalse();
        assertThat(Findings.NONE.readsMoved()).isFalse();
    }
}
