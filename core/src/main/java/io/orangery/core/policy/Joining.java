package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.postgres.PostgresSeen;
import java.util.List;
import java.util.Optional;

/** Does the data directory belong to this cluster, and if there is none, where does it come from? (ha-behaviour C10, C11, 9.1.) */
final class Joining {
    private Joining() {}

    /** Empty: the directory belongs here. */
    static Optional<Decision> check(View view, PostgresSeen postgres, ClusterView cluster) {
        return switch (postgres.directory()) {
            case DataDirectory.Inaccessible(String why) ->
                Optional.of(withoutDirectory(view, postgres, "data directory is not accessible: " + why));
            case DataDirectory.Empty empty -> Optional.of(fill(view, postgres, cluster));
            case DataDirectory.Present present -> checkIdentity(view, postgres, cluster, present);
        };
    }

    private static Decision withoutDirectory(View view, PostgresSeen postgres, String why) {
        return view.lease().protectedUntil().isPresent() ? giveUp(postgres, why) : new Decision.Stay(why);
    }

    /** A postmaster does not need its directory to accept writes: it goes first, the key second (C10). */
    private static Decision giveUp(PostgresSeen postgres, String why) {
        String sentence = "released leader key voluntarily as " + why + " and currently leader";
        return postgres.mayBeWritable()
                ? new Decision.Demote(DemoteMode.IMMEDIATE, Optional.empty(), sentence)
                : new Decision.ReleaseLease(sentence);
    }

    private static Decision fill(View view, PostgresSeen postgres, ClusterView cluster) {
        if (view.lease().protectedUntil().isPresent()) {
            return giveUp(postgres, "data dir empty");
        }
        if (view.paused()) {
            return new Decision.Stay("running with empty data directory");
        }
        Optional<Memory.Failure> failure = recentFailure(view);
        if (failure.isPresent()) {
            return new Decision.Stay(
                    "waiting before trying again: " + failure.get().why());
        }
        if (cluster.unlocked()) {
            return foundOrWait(view, cluster);
        }
        NodeId source = cloneSource(view, cluster);
        if (cluster.member(source).flatMap(member -> member.data().address()).isEmpty()) {
            return new Decision.Stay("waiting for leader " + source + " to publish its address");
        }
        boolean leader = cluster.ledBy(source);
        return new Decision.Clone(
                source,
                false,
                false,
                "trying to bootstrap from " + (leader ? "leader" : "replica") + " '" + source + "'");
    }

    private static Decision foundOrWait(View view, ClusterView cluster) {
        if (cluster.initialize().isPresent()) {
            return new Decision.Stay("waiting for leader to bootstrap");
        }
        if (view.settings().tags().noFailover() || !view.settings().bootstrap().present()) {
            return new Decision.Stay("waiting for leader to bootstrap");
        }
        if (view.dynamic().standby() || view.dynamic().synchronousModeStrict()) {
            return new Decision.Stay(
                    "refusing to bootstrap: standby_cluster or synchronous_mode_strict is configured, which this version cannot do");
        }
        return new Decision.Bootstrap("trying to bootstrap a new cluster");
    }

    /** Members that offer themselves first, in order of name so that the choice can be foreseen; else the leader. */
    private static NodeId cloneSource(View view, ClusterView cluster) {
        NodeId leader = cluster.leader().orElseThrow().holder();
        List<Member> offering = cluster.others(view.self())
                .filter(member ->
                        member.data().tags().cloneFrom() && member.data().running())
                .filter(member ->
                        member.data().address().isPresent() && !member.id().equals(leader))
                .toList();
        return offering.isEmpty() ? leader : offering.getFirst().id();
    }

    private static Optional<Decision> checkIdentity(
            View view, PostgresSeen postgres, ClusterView cluster, DataDirectory.Present present) {
        if (present.control().isEmpty()) {
            return postgres.postmasterAlive()
                    ? Optional.empty()
                    : Optional.of(
                            withoutDirectory(
                                    view,
                                    postgres,
                                    "data dir for the cluster is not empty, but system ID is invalid; consider doing reinitialize"));
        }
        String mine = present.control().get().systemIdentifier();
        Optional<String> theirs = cluster.systemIdentifier();
        if (theirs.isPresent() && !theirs.get().equals(mine)) {
            return Optional.of(mismatch(view, theirs.get(), mine));
        }
        boolean orphan = theirs.isEmpty()
                && cluster.unlocked()
                && !view.paused()
                && !view.memory().healthyOnce();
        if (orphan && postgres.row().filter(row -> row.inRecovery()).isPresent()) {
            return Optional.of(
                    new Decision.Halt("No initialize key in DCS and PostgreSQL is running as replica, aborting start."
                            + " Please first start the agent on the node running as primary"));
        }
        return Optional.empty();
    }

    private static Decision mismatch(View view, String theirs, String mine) {
        if (!view.paused()) {
            return new Decision.Halt("system ID mismatch, node " + view.self() + " belongs to a different cluster: "
                    + theirs + " != " + mine);
        }
        return view.lease().protectedUntil().isPresent()
                ? new Decision.ReleaseLease("released leader key voluntarily due to the system ID mismatch")
                : new Decision.Stay("system ID mismatch: " + theirs + " != " + mine);
    }

    static Optional<Memory.Failure> recentFailure(View view) {
        return view.memory()
                .failure()
                .filter(failure -> view.now().minus(failure.at()).compareTo(Limits.AFTER_FAILURE) < 0);
    }
}
