package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.FailoverRequest;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.PostgresSeen;
import java.time.Duration;
import java.util.Optional;

/** This node holds the lease and PostgreSQL runs (ha-behaviour 6.1 H1-H7, 11, 13, 14.3). */
final class Leading {
    private Leading() {}

    static Decision decide(View view, PostgresSeen postgres, ClusterView cluster) {
        if (postgres.starting()) {
            return starting(view, postgres, cluster);
        }
        if (!postgres.primary()) {
            return notYetPrimary(view, postgres, cluster);
        }
        Optional<Decision> stepDown = mustNotLead(view);
        if (stepDown.isPresent()) {
            return stepDown.get();
        }
        Optional<Decision> requested = cluster.failover().flatMap(request -> onFailoverRequest(view, cluster, request));
        if (requested.isPresent()) {
            return requested.get();
        }
        if (view.request().orElse(null) instanceof Request.Restart restart) {
            return new Decision.Restart(
                    restart.timeout().orElse(Limits.restart(view.dynamic().primaryStartTimeout())),
                    "restart was asked for");
        }
        return new Decision.Stay("no action. I am (" + view.self() + "), the leader with the lock");
    }

    private static Optional<Decision> mustNotLead(View view) {
        if (view.paused() || !view.dynamic().standby()) {
            return Optional.empty();
        }
        return Optional.of(new Decision.Demote(
                DemoteMode.GRACEFUL,
                Optional.empty(),
                "refusing to lead: standby_cluster is configured, which this version cannot do"));
    }

    private static Decision starting(View view, PostgresSeen postgres, ClusterView cluster) {
        Duration limit = view.dynamic().primaryStartTimeout();
        Duration inState = view.now().minus(postgres.stateSince());
        if (inState.compareTo(limit) < 0 || view.paused()) {
            return new Decision.Stay(
                    "PostgreSQL is still starting up, " + limit.minus(inState).toSeconds() + " seconds until timeout");
        }
        return switch (FailoverPossible.judge(view, cluster, Optional.empty(), Optional.empty(), Optional.empty())) {
            case FailoverPossible.Result.Ask ask ->
                new Decision.GatherEvidence(ask.members(), "primary start has timed out");
            case FailoverPossible.Result.Yes yes ->
                new Decision.Demote(
                        DemoteMode.IMMEDIATE, Optional.empty(), "stopped PostgreSQL because of startup timeout");
            case FailoverPossible.Result.No no ->
                new Decision.Stay(
                        "primary start has timed out, but continuing to wait because failover is not possible: "
                                + no.why());
        };
    }

    // --- won, not yet promoted: permission to verify (deviations 1)
    // ------------------------------------------------------------------

    private static Decision notYetPrimary(View view, PostgresSeen postgres, ClusterView cluster) {
        if (postgres.role() == Role.PROMOTED) {
            return new Decision.Stay("waiting for the end of recovery after promotion");
        }
        if (LeaderRace.prePromoteFailedLately(view)) {
            return new Decision.ReleaseLease("Promotion cancelled because the pre-promote script failed");
        }
        boolean named = cluster.failover()
                .filter(request -> request.candidateIs(view.self()))
                .isPresent();
        if (view.paused() && !named) {
            return new Decision.ReleaseLease("removed leader lock because postgres is not running as primary");
        }
        if (!readUnderLease(view)) {
            return new Decision.ReadAgain("verifying the keys under the lease that I won");
        }
        if (HandOverProof.awaitsLook(view, cluster, postgres)) {
            return new Decision.Stay("looking whether I have received all that the former leader has handed over");
        }
        return switch (LeaderRace.judge(view, cluster, postgres)) {
            case LeaderRace.Verdict.Yes yes -> new Decision.Promote(yes.stopped(), yes.why());
            case LeaderRace.Verdict.Ask ask ->
                new Decision.GatherEvidence(ask.members(), "verifying under the lease: " + ask.why());
            case LeaderRace.Verdict.DropCandidate drop ->
                new Decision.ClearCandidate(drop.request().version(), drop.why());
            case LeaderRace.Verdict.StillAlive alive -> new Decision.ReleaseLease("not promoting: " + alive.why());
            case LeaderRace.Verdict.TooFewAnswers wait -> new Decision.ReleaseLease("not promoting: " + wait.why());
            case LeaderRace.Verdict.No no -> new Decision.ReleaseLease("not promoting: " + no.why());
        };
    }

    /** The view itself came with the linearizable read: a later one out of the cache may be older. */
    private static boolean readUnderLease(View view) {
        return view.lease() instanceof LeaseSeen.Held held
                && view.dcs() instanceof DcsSeen.Fresh fresh
                && fresh.linearizableAt().equals(fresh.readAt())
                && fresh.linearizableAt().compareTo(held.acquiredAt()) >= 0
                && fresh.cluster().ledBy(view.self());
    }

    // --- switchover and manual failover (14.3)
    // -----------------------------------------------------------------------------------------

    /** Empty: nothing is due. */
    private static Optional<Decision> onFailoverRequest(View view, ClusterView cluster, FailoverRequest request) {
        if (request.scheduleUnreadable()) {
            return Optional.of(new Decision.ClearFailover(
                    request.version(), request.action() + ": scheduled_at is not a time with a zone"));
        }
        if (request.scheduledAt().isPresent()) {
            // Scheduled actions come with a later release: not yet due, never ignored (deviations 11).
            return Optional.empty();
        }
        if (request.leader().filter(leader -> !leader.equals(view.self())).isPresent()) {
            return Optional.of(new Decision.ClearFailover(
                    request.version(),
                    request.action() + ": leader name does not match: "
                            + request.leader().get() + " != " + view.self()));
        }
        if (request.candidateIs(view.self())) {
            return Optional.of(new Decision.ClearFailover(
                    request.version(), request.action() + ": I am already the leader, no need to " + request.action()));
        }
        if (view.paused() && request.candidate().isEmpty()) {
            return Optional.of(new Decision.ClearFailover(
                    request.version(),
                    request.action() + " is possible only to a specific candidate in a paused state"));
        }
        return Optional.of(stepDownFor(view, cluster, request));
    }

    private static Decision stepDownFor(View view, ClusterView cluster, FailoverRequest request) {
        return switch (FailoverPossible.judge(view, cluster, request.candidate(), Optional.empty(), Optional.empty())) {
            case FailoverPossible.Result.Ask ask ->
                new Decision.GatherEvidence(ask.members(), request.action() + ": who can take over?");
            case FailoverPossible.Result.No no ->
                new Decision.ClearFailover(
                        request.version(),
                        request.action() + ": " + no.why() + ", " + bare(request) + " is not possible");
            case FailoverPossible.Result.Yes yes -> {
                NodeId successor = request.candidate().orElse(yes.qualified().getFirst());
                yield new Decision.Demote(
                        DemoteMode.GRACEFUL,
                        Optional.of(successor),
                        request.action() + ": demoting myself"
                                + request.candidate()
                                        .map(to -> " in favour of " + to)
                                        .orElse(""));
            }
        };
    }

    private static String bare(FailoverRequest request) {
        return request.switchover() ? "switchover" : "failover";
    }

    /** A state in which the member key says that writes are served. */
    static boolean serving(PostgresSeen postgres) {
        return postgres.primary() && postgres.state() == PostgresState.RUNNING;
    }
}
