package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.postgres.PostgresSeen;
import java.time.Duration;
import java.util.Optional;

/**
 * The rule that outranks all others: a server that may accept writes stops in time when the lease is not certain (ha-behaviour S1, S2).
 *
 * <p>Refused and unreachable are different: refused means that somebody else may already be a primary, so the stop is immediate; unreachable
 * leaves the rest of the lease for a fast stop.
 */
final class LeaseSafety {
    private LeaseSafety() {}

    /** Empty: no danger. */
    static Optional<Decision> check(View view, PostgresSeen postgres) {
        if (!postgres.mayBeWritable() || view.paused()) {
            return Optional.empty();
        }
        if (view.lease().protectedUntil().isPresent()) {
            return checkHeld(view);
        }
        return checkNotHeld(view, (LeaseSeen.NotHeld) view.lease());
    }

    /**
     * As {@link #check} while it is not known what PostgreSQL is: after a long action, which may have ended with a writable server. To stop a
     * standby for nothing is the cheaper error. Empty: no danger.
     */
    static Optional<Decision> checkUnseen(View view) {
        if (view.paused() || view.operation().isPresent()) {
            return Optional.empty();
        }
        if (view.lease() instanceof LeaseSeen.NotHeld none) {
            return none.why().map(LeaseSafety::refused);
        }
        return checkHeld(view);
    }

    /** The lease is ours for so short a time that stopping has to begin now. */
    static boolean runsOut(View view) {
        return view.lease()
                .protectedUntil()
                .filter(until -> until.minus(view.now())
                                .compareTo(Limits.stopBefore(view.dynamic().ttl()))
                        <= 0)
                .isPresent();
    }

    private static Optional<Decision> checkHeld(View view) {
        if (view.leaseExpired()) {
            // The host slept, or the agent did: others have had the time to take over.
            return Optional.of(new Decision.Demote(
                    DemoteMode.IMMEDIATE_NOLOCK, Optional.empty(), "demoting self because my lease has ended"));
        }
        if (!view.holdsLease()) {
            return Optional.of(new Decision.Demote(
                    DemoteMode.IMMEDIATE_NOLOCK,
                    Optional.empty(),
                    "demoting self because the leader key names "
                            + view.otherLeader().map(NodeId::name).orElse("somebody else")));
        }
        if (runsOut(view)) {
            return Optional.of(new Decision.Demote(
                    DemoteMode.OFFLINE,
                    Optional.empty(),
                    "demoted self because DCS is not accessible and I was a leader"));
        }
        return Optional.empty();
    }

    private static Optional<Decision> checkNotHeld(View view, LeaseSeen.NotHeld lease) {
        if (lease.why().isPresent()) {
            return lease.why().map(LeaseSafety::refused);
        }
        return switch (view.dcs()) {
            case DcsSeen.Fresh fresh ->
                fresh.readAt().compareTo(lease.since()) <= 0 ? Optional.empty() : checkAgainst(view, fresh.cluster());
            case DcsSeen.NotYet none -> checkWithoutStore(view);
            case DcsSeen.Unreachable unreachable -> checkWithoutStore(view);
        };
    }

    private static Decision refused(String why) {
        return new Decision.Demote(
                DemoteMode.IMMEDIATE_NOLOCK,
                Optional.empty(),
                "demoted self because failed to update leader lock in DCS: " + why);
    }

    /** A primary that this agent found running when it started, or that was started by hand. */
    private static Optional<Decision> checkAgainst(View view, ClusterView cluster) {
        if (cluster.ledBy(view.self())) {
            return Optional.of(
                    new Decision.Reclaim("taking over my own leader key from before the restart of the agent"));
        }
        return view.otherLeader()
                .map(leader -> new Decision.Demote(
                        DemoteMode.IMMEDIATE_NOLOCK,
                        Optional.empty(),
                        "demoting self because I do not have the lock and I was a leader"));
    }

    /** The lease that an earlier agent of this node may have held is over at the latest one {@code ttl} after this one started. */
    private static Optional<Decision> checkWithoutStore(View view) {
        Duration over = view.startedAt()
                .plus(view.dynamic().ttl())
                .minus(Limits.stopBefore(view.dynamic().ttl()));
        if (view.now().compareTo(over) < 0) {
            return Optional.empty();
        }
        return Optional.of(new Decision.Demote(
                DemoteMode.OFFLINE,
                Optional.empty(),
                "demoting self because DCS is not accessible and no lease is known for the primary that runs here"));
    }
}
