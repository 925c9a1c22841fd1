package io.orangery.core.sync;

import io.orangery.core.sync.SynchronousStandbyNames.Type;
import java.util.Optional;

/**
 * Priority mode: every voter is listed and required, so each of them alone may be elected (ha-behaviour 20.3, S7). Additions go to the
 * list first and to the key second, removals the other way round.
 */
final class PrioritySync {
    private PrioritySync() {}

    /** Rows Y3 to Y9; the key names this node as leader. */
    static Optional<SyncStep> next(SyncSituation now) {
        StandbySet active = now.replication().active();
        StandbySet confirmed = now.replication().confirmed();
        // a quorum above 0 was left by quorum mode: there a voter alone need not have everything
        StandbySet trusted = now.key().quorum() == 0 ? now.voters() : StandbySet.EMPTY;
        StandbySet common = trusted.intersection(confirmed);
        if (!common.equals(now.voters()) || now.key().quorum() != 0) {
            return Optional.of(write(now, common, "removing (" + now.voters().minus(common) + ")"));
        }
        Optional<SyncStep> strict = StrictSync.next(now);
        if (strict.isPresent() || StrictSync.waits(now)) {
            return strict;
        }
        var names = SynchronousStandbyNames.of(active.isEmpty() ? Type.OFF : Type.PRIORITY, active.size(), active);
        if (!names.equals(now.listed())) {
            return Optional.of(new SyncStep.SetNames(names, "Setting synchronous_standby_names to " + names));
        }
        if (!confirmed.equals(common)) {
            return Optional.of(write(now, confirmed, "adding (" + confirmed.minus(common) + ")"));
        }
        return active.equals(confirmed)
                ? Optional.empty()
                : Optional.of(
                        new SyncStep.Restart("waiting for (" + active.minus(confirmed) + ") to become synchronous"));
    }

    private static SyncStep write(SyncSituation now, StandbySet voters, String change) {
        return new SyncStep.WriteKey(
                now.self(), voters, 0, "Assigning synchronous standby status to (" + voters + "), " + change);
    }
}
