package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.postgres.PostgresSeen;
import java.util.Optional;

/** Somebody else holds the leader key and PostgreSQL runs here (ha-behaviour 6.1 H9, 17). */
public final class Following {
    private Following() {}

    static Decision decide(View view, PostgresSeen postgres, ClusterView cluster) {
        NodeId leader = view.otherLeader().orElseThrow();
        if (postgres.primary()) {
            // Not in maintenance mode a primary without the lock was demoted by LeaseSafety before this is asked.
            return new Decision.Stay("continue to run as primary without lock");
        }
        if (view.request().isPresent()) {
            return onRequest(view, leader);
        }
        Optional<Memory.Failure> failed = Joining.recentFailure(view)
                .filter(failure ->
                        failure.kind() == Operation.Kind.FOLLOW || failure.kind() == Operation.Kind.START_STANDBY);
        if (failed.isPresent()) {
            return new Decision.Stay("waiting before following " + leader + " is tried again: "
                    + failed.get().why());
        }
        if (postgres.starting()) {
            // It may be starting for want of the WAL that only the present leader has.
            return new Decision.Follow(upstream(view, cluster), "Still starting up as a standby.");
        }
        Optional<Decision> diverged = divergedWhileRunning(view, postgres, cluster, leader);
        if (diverged.isPresent() && !view.paused()) {
            return diverged.get();
        }
        String sentence = "no action. I am (" + view.self() + "), a secondary, and following a leader (" + leader + ")";
        return new Decision.Follow(upstream(view, cluster), sentence);
    }

    private static Decision onRequest(View view, NodeId leader) {
        return switch (view.request().orElseThrow()) {
            case Request.Restart restart ->
                new Decision.Restart(
                        restart.timeout().orElse(Limits.restart(view.dynamic().primaryStartTimeout())),
                        "restart was asked for");
            case Request.Reinitialize reinitialize ->
                new Decision.Clone(leader, true, reinitialize.fromLeader(), "reinitialize was asked for");
            case Request.Shutdown shutdown ->
                new Decision.Shutdown(true, "stopping PostgreSQL because the agent is shutting down");
        };
    }

    /**
     * The leader is on a newer timeline than this standby streams: check before the WAL receiver fails for ever. A check is also due whenever
     * the memory says so (demotion, new upstream).
     */
    private static Optional<Decision> divergedWhileRunning(
            View view, PostgresSeen postgres, ClusterView cluster, NodeId leader) {
        boolean triedJustNow =
                Joining.recentFailure(view).isPresent(); // the leader may be dead and its key still be there
        if (triedJustNow || postgres.row().isEmpty() || streamsFromLeaderTimeline(postgres, cluster, leader)) {
            return Optional.empty();
        }
        return Recovery.diverged(view, cluster, leader, view.memory().rewind());
    }

    private static boolean streamsFromLeaderTimeline(PostgresSeen postgres, ClusterView cluster, NodeId leader) {
        Optional<Integer> theirs =
                cluster.member(leader).flatMap(member -> member.data().timeline());
        return postgres.row().filter(row -> row.streaming()).isPresent()
                && (theirs.isEmpty() || postgres.timeline().equals(theirs));
    }

    /** Whom a standby follows (17.1). Never itself. */
    public static Optional<NodeId> upstream(View view, ClusterView cluster) {
        if (view.settings().tags().noStream()) {
            return Optional.empty();
        }
        Optional<NodeId> leader = view.otherLeader();
        return view.settings()
                .tags()
                .replicateFrom()
                .filter(from ->
                        !from.equals(view.self()) && cluster.member(from).isPresent())
                .or(() -> leader);
    }
}
