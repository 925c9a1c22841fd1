package io.orangery.core.policy;

import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.PostgresSeen;

/** What may be decided while a long action runs: to leave it alone, or to end it (ha-behaviour 7). */
final class DuringOperation {
    private DuringOperation() {}

    static Decision decide(View view, PostgresSeen postgres, Operation.Running running) {
        Operation.Kind kind = running.kind();
        if (view.request().filter(Request.Shutdown.class::isInstance).isPresent()
                && kind != Operation.Kind.SHUTDOWN
                && !kind.demotes()) {
            return new Decision.Abandon("cancelling " + kind.text() + " because the agent is shutting down");
        }
        boolean givenUp =
                view.lease() instanceof LeaseSeen.NotHeld none && none.why().isEmpty();
        if (needsLease(kind, postgres, givenUp) && !view.paused()) {
            if (!view.holdsLease()) {
                return new Decision.Abandon("lost leader lock during " + kind.text());
            }
            if (LeaseSafety.runsOut(view)) {
                return new Decision.Abandon("the lease cannot be renewed and runs out during " + kind.text());
            }
        }
        return new Decision.Stay(
                view.holdsLease() ? "updated leader lock during " + kind.text() : kind.text() + " in progress");
    }

    /** A graceful demotion that hangs is ended too while the server still accepts writes, so that a harder one follows. */
    private static boolean needsLease(Operation.Kind kind, PostgresSeen postgres, boolean givenUp) {
        return switch (kind) {
            case PROMOTE, START_PRIMARY -> true;
            // Between its stop and its start nothing is writable, but what is started then will be.
            case RESTART -> postgres.mayBeWritable() || postgres.role() == Role.PRIMARY;
            // The last look may be older than the stop: a lease that was given up, not lost, is what these actions are
            // for.
            case SWITCHOVER_DEMOTE, SHUTDOWN -> postgres.mayBeWritable() && !givenUp;
            // BOOTSTRAP holds the right to bootstrap instead of a lease; the others take write access away or never
            // give it.
            case BOOTSTRAP,
                    CLONE,
                    REINITIALIZE,
                    START_STANDBY,
                    FOLLOW,
                    SINGLE_USER_RECOVERY,
                    REWIND,
                    CHECK_DIVERGENCE,
                    DEMOTE -> false;
        };
    }
}
