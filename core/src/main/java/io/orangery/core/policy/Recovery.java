package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.ControlData;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.postgres.PostgresSeen;
import java.time.Duration;
import java.util.Optional;

/** PostgreSQL does not run although there is a cluster in the data directory (ha-behaviour 10, 25.3; rows C9, C12). */
final class Recovery {
    private Recovery() {}

    static Decision decide(View view, PostgresSeen postgres, ClusterView cluster) {
        boolean leads = view.holdsLease();
        if (view.paused() && leads) {
            return new Decision.ReleaseLease("removed leader lock because postgres is not running");
        }
        if (view.paused() && !comesBackInPause(view, postgres)) {
            return new Decision.Stay("postgres is not running");
        }
        if (leads && view.memory().startTried()) {
            return new Decision.ReleaseLease("removed leader key after trying and failing to start postgres");
        }
        Optional<Memory.Failure> failure = Joining.recentFailure(view);
        if (failure.isPresent()) {
            return new Decision.Stay("postgres is not running, waiting before trying again: "
                    + failure.get().why());
        }
        return leads ? decideAsLeader(view, postgres, cluster) : decideWithoutLease(view, postgres, cluster);
    }

    /** The one exception in maintenance mode: the primary of before a switchover, which its agent itself has stopped (ha-behaviour 18). */
    private static boolean comesBackInPause(View view, PostgresSeen postgres) {
        RewindState rewind = view.memory().rewind();
        boolean demoted = rewind != RewindState.INITIAL && rewind != RewindState.FAILED;
        return demoted && postgres.role() == Role.DEMOTED && view.otherLeader().isPresent();
    }

    private static Decision decideAsLeader(View view, PostgresSeen postgres, ClusterView cluster) {
        Duration timeout = view.dynamic().primaryStartTimeout();
        boolean crashedPrimary = crashedAsPrimary(postgres);
        if (crashedPrimary && timeout.isZero()) {
            switch (FailoverPossible.judge(view, cluster, Optional.empty(), Optional.empty(), Optional.empty())) {
                case FailoverPossible.Result.Ask ask -> {
                    return new Decision.GatherEvidence(ask.members(), "can somebody else take over after the crash?");
                }
                case FailoverPossible.Result.Yes yes -> {
                    return new Decision.ReleaseLease("stopped PostgreSQL to fail over after a crash");
                }
                case FailoverPossible.Result.No no -> {}
            }
        }
        if (crashedPrimary) {
            return new Decision.StartPrimary(
                    timeout.isZero() ? Duration.ofMinutes(5) : timeout, "starting primary after failure");
        }
        return new Decision.Follow(Optional.empty(), "starting as readonly because i had the session lock");
    }

    private static boolean crashedAsPrimary(PostgresSeen postgres) {
        return postgres.directory() instanceof DataDirectory.Present present
                && !present.standbySignal()
                && present.control().filter(ControlData::wasPrimary).isPresent()
                && postgres.state() == PostgresState.CRASHED
                && (postgres.role() == Role.PRIMARY || postgres.role() == Role.PROMOTED);
    }

    private static Decision decideWithoutLease(View view, PostgresSeen postgres, ClusterView cluster) {
        if (justSteppedDown(view) && cluster.unlocked()) {
            return new Decision.Stay("waiting for a new leader after stepping down");
        }
        if (needsSingleUserRecovery(view, postgres, cluster)) {
            return new Decision.SingleUserRecovery("doing crash recovery in a single user mode");
        }
        Optional<NodeId> leader = view.otherLeader();
        if (leader.isPresent()) {
            RewindState known = view.memory().rewind();
            RewindState state = known == RewindState.INITIAL ? RewindState.CHECK : known;
            Optional<Decision> diverged = diverged(view, cluster, leader.get(), state);
            if (diverged.isPresent()) {
                return diverged.get();
            }
        }
        if (leader.isEmpty() && view.memory().rewind() == RewindState.FAILED) {
            return new Decision.Stay(
                    "pg_rewind failed and may have left the data directory half done: waiting for a leader");
        }
        return new Decision.Follow(Following.upstream(view, cluster), "starting as a secondary");
    }

    private static boolean justSteppedDown(View view) {
        return view.memory()
                .steppedDownAt()
                .filter(at -> view.now().minus(at).compareTo(Limits.AFTER_STEPPING_DOWN) < 0)
                .isPresent();
    }

    /**
     * A former primary that was not shut down cleanly needs it before pg_rewind. PostgreSQL 15 and later handle a {@code backup_label} themselves
     * (trap T17). pg_rewind from version 13 on runs the recovery itself, so only what a leader is known for is prepared here.
     */
    private static boolean needsSingleUserRecovery(View view, PostgresSeen postgres, ClusterView cluster) {
        if (!(postgres.directory() instanceof DataDirectory.Present present)
                || present.control().isEmpty()) {
            return false;
        }
        boolean dirty = switch (present.control().get().state()) {
            case "in production", "shutting down", "in crash recovery" -> true;
            default -> false;
        };
        boolean backup = present.majorVersion() >= 15 && present.backupLabel();
        boolean wanted = cluster.unlocked() || view.settings().postgres().usePgRewind();
        return dirty
                && !backup
                && wanted
                && !present.standbySignal()
                && !view.memory().singleUserTried();
    }

    /** Divergence is checked while the server is down, so that it is never started on a wrong history. Empty: nothing stands against a start. */
    static Optional<Decision> diverged(View view, ClusterView cluster, NodeId leader, RewindState state) {
        if (!view.settings().postgres().usePgRewind()
                && !view.settings().postgres().removeDataDirectoryOnDivergedTimelines()) {
            return Optional.empty();
        }
        boolean leaderReady = cluster.member(leader)
                .filter(member -> member.data().primary() && member.data().running())
                .isPresent();
        return switch (state) {
            case INITIAL, SUCCEEDED, NOT_NEEDED -> Optional.empty();
            case CHECK ->
                leaderReady
                        ? Optional.of(new Decision.CheckDivergence(
                                leader, "checking whether my history left that of " + leader))
                        : Optional.of(new Decision.Stay(
                                "waiting for " + leader + " to be primary before checking divergence"));
            case NEEDED -> Optional.of(repair(view, cluster, leader, leaderReady));
            case FAILED -> Optional.of(afterFailedRewind(view, leader));
        };
    }

    private static Decision repair(View view, ClusterView cluster, NodeId leader, boolean leaderReady) {
        if (!leaderReady) {
            return new Decision.Stay("waiting for " + leader + " to be primary before pg_rewind");
        }
        if (!view.settings().postgres().usePgRewind()) {
            return new Decision.Clone(leader, true, false, "reinitializing due to diverged timelines");
        }
        if (cluster.member(leader)
                .filter(member -> !member.data().checkpointAfterPromote())
                .isPresent()) {
            return new Decision.Stay("Waiting for checkpoint on " + leader + " before rewind");
        }
        return new Decision.Rewind(leader, "running pg_rewind from " + leader);
    }

    private static Decision afterFailedRewind(View view, NodeId leader) {
        boolean mayRemove = view.settings().postgres().removeDataDirectoryOnRewindFailure()
                || view.settings().postgres().removeDataDirectoryOnDivergedTimelines();
        return mayRemove
                ? new Decision.Clone(leader, true, false, "reinitializing because pg_rewind failed")
                : new Decision.Stay(
                        "pg_rewind failed, and the configuration does not allow to remove the data directory: consider doing reinitialize");
    }
}
