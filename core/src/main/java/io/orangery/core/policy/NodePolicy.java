package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.postgres.PostgresSeen;
import java.util.Optional;

/**
 * What a node does next: the one place where that is decided.
 *
 * <p>The rows of the specification live in small functions, composed here in the order in which they outrank each other: a lease that is not
 * certain, a long action under way, the identity of the data directory, a server that does not run, and then the role: race, lead or follow.
 * Pure: same view, same decision.
 */
public final class NodePolicy {
    private NodePolicy() {}

    public static Decision decide(View view) {
        if (view.memory().haltReason().isPresent()) {
            return new Decision.Halt(view.memory().haltReason().get());
        }
        if (view.postgres().isEmpty()) {
            // A look may take seconds when the host is in trouble, which is when leases run out.
            return LeaseSafety.checkUnseen(view).orElse(new Decision.Stay("looking at PostgreSQL"));
        }
        PostgresSeen postgres = view.postgres().get();
        if (view.operation().isPresent()) {
            return DuringOperation.decide(view, postgres, view.operation().get());
        }
        Optional<Decision> safety = LeaseSafety.check(view, postgres);
        if (view.request().filter(Request.Shutdown.class::isInstance).isPresent()) {
            // Leaving takes its time: scripts, the coordinator. A lease that ends does not wait for them.
            return safety.filter(Decision.Demote.class::isInstance).orElseGet(() -> shutdown(view));
        }
        return safety.orElseGet(() -> withStore(view, postgres));
    }

    private static Decision shutdown(View view) {
        return view.paused()
                ? new Decision.Shutdown(
                        false, "Leader key is not deleted and Postgresql is not stopped due paused state")
                : new Decision.Shutdown(true, "stopping PostgreSQL because the agent is shutting down");
    }

    private static Decision withStore(View view, PostgresSeen postgres) {
        return switch (view.dcs()) {
            case DcsSeen.NotYet none ->
                new Decision.Stay("waiting for the DCS"
                        + none.why().map(why -> ": " + why).orElse(""));
            case DcsSeen.Unreachable unreachable -> new Decision.Stay("DCS is not accessible: " + unreachable.why());
            case DcsSeen.Fresh fresh -> withCluster(view, postgres, fresh.cluster());
        };
    }

    private static Decision withCluster(View view, PostgresSeen postgres, ClusterView cluster) {
        if (staleAfterLease(view)) {
            return new Decision.ReadAgain("reading the keys again after the end of my lease");
        }
        Optional<Decision> joining = Joining.check(view, postgres, cluster);
        if (joining.isPresent()) {
            return joining.get();
        }
        if (!postgres.postmasterAlive()) {
            return Recovery.decide(view, postgres, cluster);
        }
        if (view.holdsLease()) {
            return Leading.decide(view, postgres, cluster);
        }
        if (cluster.unlocked()) {
            return Racing.decide(view, postgres, cluster);
        }
        if (cluster.ledBy(view.self())) {
            // LeaseSafety and staleAfterLease leave only a key that is really there.
            return new Decision.Reclaim("my name stands in the leader key without a lease of mine");
        }
        return Following.decide(view, postgres, cluster);
    }

    /** The view still names this node although its lease has ended since it was read. */
    private static boolean staleAfterLease(View view) {
        return view.lease() instanceof LeaseSeen.NotHeld none
                && view.dcs() instanceof DcsSeen.Fresh fresh
                && fresh.cluster().ledBy(view.self())
                && fresh.readAt().compareTo(none.since()) <= 0;
    }

    /**
     * Is the lease worth renewing? Only while this node acts on what it sees: a decision on facts as old as a lease says nothing about a
     * leader, as when the disk hangs and no look comes back.
     */
    public static boolean justifiesLeading(View view, Decision decision) {
        boolean keeps = !(decision instanceof Decision.ReleaseLease || decision instanceof Decision.Halt);
        return keeps
                && view.holdsLease()
                && view.postgres()
                        .filter(seen -> view.now()
                                        .minus(seen.lookedAt())
                                        .compareTo(view.dynamic().ttl())
                                < 0)
                        .isPresent();
    }

    /** Why what was asked of this member alone cannot be done as things are now; empty: it can, or nothing was asked. */
    public static Optional<String> refusal(View view) {
        if (view.request().isEmpty()
                || view.operation().isPresent()
                || view.postgres().isEmpty()) {
            return Optional.empty();
        }
        return switch (view.request().get()) {
            // Kept until it is possible it would remove the data directory of a former leader.
            case Request.Reinitialize reinitialize
            when view.holdsLease()
                    || view.cluster().filter(ClusterView::unlocked).isPresent() ->
                Optional.of(
                        view.holdsLease()
                                ? "I am the leader, can not reinitialize"
                                : "Cluster has no leader, can not reinitialize");
            case Request.Restart restart
            when !view.postgres().get().postmasterAlive() -> Optional.of("PostgreSQL does not run");
            default -> Optional.empty();
        };
    }

    /** True when the data directory is known to hold a cluster that this agent may write keys for. */
    public static boolean hasCluster(PostgresSeen postgres) {
        return postgres.directory() instanceof DataDirectory.Present present
                && present.control().isPresent();
    }
}
