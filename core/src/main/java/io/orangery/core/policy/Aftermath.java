package io.orangery.core.policy;

import io.orangery.core.policy.Operation.Kind;
import java.time.Duration;
import java.util.Optional;

/** What a node remembers of a long action that has ended. Pure. */
public final class Aftermath {
    private Aftermath() {}

    /** How a long action ended. */
    public sealed interface Ending {
        record Succeeded() implements Ending {}

        record Failed(Step step, String why) implements Ending {}

        /** It was ended on purpose: by {@link Decision.Abandon}. */
        record Cancelled() implements Ending {}

        /** A divergence check came to a result. */
        record Compared(boolean diverged, String why) implements Ending {}
    }

    public static Memory remember(Memory memory, Kind kind, Ending ending, Duration now) {
        Memory known = memory.withFailure(
                ending instanceof Ending.Failed failed
                        ? Optional.of(new Memory.Failure(kind, failed.why(), now))
                        : Optional.empty());
        return switch (ending) {
            case Ending.Succeeded done -> afterSuccess(known, kind, now);
            case Ending.Failed failed -> afterFailure(known, kind, failed, now);
            case Ending.Cancelled cancelled -> afterFailure(known, kind, null, now);
            case Ending.Compared compared ->
                known.withRewind(compared.diverged() ? RewindState.NEEDED : RewindState.NOT_NEEDED);
        };
    }

    private static Memory afterSuccess(Memory memory, Kind kind, Duration now) {
        return switch (kind) {
            case PROMOTE, BOOTSTRAP ->
                memory.withRewind(RewindState.INITIAL)
                        .withCheckpointAfterPromote(kind == Kind.BOOTSTRAP)
                        .withPrePromoteFailedAt(Optional.empty())
                        .withSteppedDownAt(Optional.empty());
            case SWITCHOVER_DEMOTE -> memory.withRewind(RewindState.CHECK).withSteppedDownAt(Optional.of(now));
            case DEMOTE -> memory.withRewind(RewindState.CHECK).withSteppedDownAt(Optional.of(now));
            case CLONE, REINITIALIZE -> memory.withRewind(RewindState.INITIAL).withStartTried(false);
            case REWIND -> memory.withRewind(RewindState.SUCCEEDED);
            case SINGLE_USER_RECOVERY -> memory.withSingleUserTried();
            case START_PRIMARY, START_STANDBY, FOLLOW, RESTART -> memory.withStartTried(false);
            case CHECK_DIVERGENCE, SHUTDOWN -> memory;
        };
    }

    private static Memory afterFailure(Memory memory, Kind kind, Ending.Failed failed, Duration now) {
        return switch (kind) {
            case BOOTSTRAP ->
                failed == null || !(failed.step() instanceof Step.ClaimBootstrap)
                        ? memory.withHaltReason(
                                "Failed to bootstrap cluster" + (failed == null ? "" : ": " + failed.why()))
                        : memory;
            case PROMOTE ->
                failed != null && failed.step() instanceof Step.RunPrePromote
                        ? memory.withPrePromoteFailedAt(Optional.of(now))
                        : memory;
            case START_PRIMARY, START_STANDBY, RESTART -> memory.withStartTried(true);
            case REWIND -> memory.withRewind(failed == null ? RewindState.CHECK : afterFailedRewind(failed.step()));
            case SINGLE_USER_RECOVERY -> memory.withSingleUserTried();
            case SWITCHOVER_DEMOTE, DEMOTE -> memory.withRewind(RewindState.CHECK);
            case CLONE, REINITIALIZE, FOLLOW, CHECK_DIVERGENCE, SHUTDOWN -> memory;
        };
    }

    /** Only pg_rewind itself says that rewinding does not work; what comes before and after it may be tried again. */
    private static RewindState afterFailedRewind(Step failed) {
        return switch (failed) {
            case Step.StopPostgres before -> RewindState.NEEDED;
            case Step.RunRewind itself -> RewindState.FAILED;
            default -> RewindState.SUCCEEDED;
        };
    }
}
