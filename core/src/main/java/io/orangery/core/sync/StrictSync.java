package io.orangery.core.sync;

import io.orangery.core.settings.SynchronousMode;
import io.orangery.core.sync.SynchronousStandbyNames.Type;
import java.util.Optional;

/** Strict mode: without standbys commits wait instead of going on alone (ha-behaviour 22). Asked before any other change of the list. */
final class StrictSync {
    private StrictSync() {}

    /** True when nothing but {@link #next} may be done: nobody is there to confirm, and going on alone is forbidden. */
    static boolean waits(SyncSituation now) {
        return now.strict() && now.replication().active().isEmpty();
    }

    static Optional<SyncStep> next(SyncSituation now) {
        if (waits(now)) {
            return keep(now);
        }
        boolean leftOver = now.replication().active().isEmpty()
                && now.voters().isEmpty()
                && !now.listed().equals(SynchronousStandbyNames.OFF);
        return leftOver
                ? Optional.of(new SyncStep.SetNames(SynchronousStandbyNames.OFF, "No synchronous standbys are left"))
                : Optional.empty();
    }

    private static Optional<SyncStep> keep(SyncSituation now) {
        StandbySet voters = now.voters();
        Type type = now.mode() == SynchronousMode.QUORUM ? Type.QUORUM : Type.PRIORITY;
        int number = Math.max(1, voters.size() - now.key().quorum());
        var names = SynchronousStandbyNames.of(type, number, voters);
        String why = "No active replication connections from members and synchronous_mode_strict is requested. "
                + "Using synchronous_standby_names = " + names + ". Commits will be delayed.";
        return names.equals(now.listed()) ? Optional.empty() : Optional.of(new SyncStep.SetNames(names, why));
    }
}
