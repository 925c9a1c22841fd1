package io.orangery.core.sync;

import java.util.Optional;

/**
 * The only way in for the primary's actor: asked after each completed step, with a fresh observation, for the next one.
 *
 * <p>A lost compare-and-set ends the processing of the cycle ({@code Synchronous replication key updated by someone else.}), and so does
 * the end of {@code loop_wait}; after a {@code Restart} the actor asks again when the standbys may have moved.
 */
public final class SyncDriver {
    private SyncDriver() {}

    /**
     * The next step; empty when everything is as wanted.
     *
     * @throws QuorumViolation when what was found cannot be led to what is wanted without a risk; nothing may be changed then
     */
    public static Optional<SyncStep> next(SyncSituation now) {
        return switch (now.mode()) {
            case OFF -> SyncSwitchedOff.next(now);
            case PRIORITY -> claimed(now).or(() -> PrioritySync.next(now));
            case QUORUM -> enabled(now).or(() -> QuorumSync.next(now));
        };
    }

    /** Y1 and Y2. */
    private static Optional<SyncStep> claimed(SyncSituation now) {
        if (now.key().active() && !now.key().leaderIs(now.self())) {
            String why = "Inconsistent state between the leader key and /sync, whose leader is "
                    + now.key().leader().get();
            return Optional.of(new SyncStep.WriteKey(now.self(), StandbySet.EMPTY, 0, why));
        }
        return enabled(now);
    }

    /** Y1. A former leader in the key is left alone: in quorum mode the resolver takes it over as a voter. */
    private static Optional<SyncStep> enabled(SyncSituation now) {
        return now.key().active()
                ? Optional.empty()
                : Optional.of(
                        new SyncStep.WriteKey(now.self(), StandbySet.EMPTY, 0, "Enabled synchronous replication"));
    }
}
