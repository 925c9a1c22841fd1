package io.orangery.actors;

import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.Step;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the steps of one long action have learnt for the later ones. Immutable.
 *
 * @param stopped PostgreSQL was shut down as a primary
 * @param receivedBy who has confirmed to have received the shutdown checkpoint
 * @param reply the coordinator's last one
 * @param spentMillis what steps took while writes were held, by the name that the account of the pause gives it
 */
record Findings(
        Optional<StepPerformer.Result.StoppedCleanly> stopped,
        Optional<NodeId> receivedBy,
        Optional<EventReply> reply,
        Map<String, Long> spentMillis) {
    static final Findings NONE = new Findings(Optional.empty(), Optional.empty(), Optional.empty(), Map.of());

    /** With what this step has brought. */
    Findings after(Step step, StepPerformer.Result result, Duration took) {
        Findings timed = named(step).map(name -> spent(name, took)).orElse(this);
        return switch (result) {
            case StepPerformer.Result.StoppedCleanly clean ->
                new Findings(Optional.of(clean), receivedBy, reply, timed.spentMillis);
            case StepPerformer.Result.Received(NodeId by) ->
                new Findings(stopped, Optional.of(by), reply, timed.spentMillis);
            case StepPerformer.Result.Replied(EventReply said) ->
                new Findings(stopped, receivedBy, Optional.of(said), timed.spentMillis);
            case StepPerformer.Result.Ok ok -> timed;
            case StepPerformer.Result.Compared compared -> timed;
            case StepPerformer.Result.Failed failed -> timed;
            case StepPerformer.Result.Cancelled cancelled -> timed;
        };
    }

    private static Optional<String> named(Step step) {
        return switch (step) {
            case Step.AwaitQuiet s -> Optional.of("running_reads");
            case Step.StopPostgres s -> Optional.of("stop");
            case Step.AwaitSuccessor s -> Optional.of("receive");
            case Step.PromotePostgres s -> Optional.of("promote");
            case Step.RestartPostgres s -> Optional.of("restart");
            default -> Optional.empty();
        };
    }

    private Findings spent(String name, Duration took) {
        Map<String, Long> more = new LinkedHashMap<>(spentMillis);
        more.put(name, took.toMillis());
        return new Findings(stopped, receivedBy, reply, Collections.unmodifiableMap(more));
    }

    /** Reads were moved to a standby. */
    boolean readsMoved() {
        return reply.filter(EventReply::readsMoved).isPresent();
    }
}
