package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.DynamicSettings;
import io.orangery.core.settings.NodeSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * Everything a node knows when it decides. Immutable: the same view gives the same decision.
 *
 * @param settings configuration in force
 * @param dcs what was read of the keys
 * @param lease what is known of the own lease
 * @param postgres empty until the first look
 * @param evidence what other members answered, when they were asked
 * @param operation the long action under way
 * @param request what an operator asked of this member, not yet begun
 * @param memory what the node remembers
 * @param now monotonic
 * @param wallClock for schedules only
 * @param startedAt when the agent started, monotonic
 */
public record View(
        NodeSettings settings,
        DcsSeen dcs,
        LeaseSeen lease,
        Optional<PostgresSeen> postgres,
        Optional<Evidence> evidence,
        Optional<Operation.Running> operation,
        Optional<Request> request,
        Memory memory,
        Duration now,
        java.time.Instant wallClock,
        Duration startedAt) {

    public NodeId self() {
        return settings.name();
    }

    public DynamicSettings dynamic() {
        return settings.dynamic();
    }

    public boolean paused() {
        return dynamic().pause();
    }

    public Optional<ClusterView> cluster() {
        return dcs.current();
    }

    /**
     * The lease is ours as far as the store's last word goes. The lease keeper's word counts more than an older view; a view that was read later
     * and names somebody else counts more than the lease.
     */
    public boolean holdsLease() {
        return !leaseExpired()
                && switch (lease) {
                    case LeaseSeen.NotHeld none -> false;
                    case LeaseSeen.Unknown unknown -> true;
                    case LeaseSeen.Held held -> !contradicted(held);
                };
    }

    /** A lease that was held has ended on the clock: another may hold it since, whether or not the keeper has noticed. */
    public boolean leaseExpired() {
        return lease.protectedUntil().filter(until -> until.compareTo(now) <= 0).isPresent();
    }

    private boolean contradicted(LeaseSeen.Held held) {
        return dcs instanceof DcsSeen.Fresh fresh
                && fresh.readAt().compareTo(held.confirmedAt()) > 0
                && fresh.cluster()
                        .leader()
                        .filter(key -> !key.holder().equals(self()))
                        .isPresent();
    }

    /** Somebody else stands in the leader key. */
    public Optional<NodeId> otherLeader() {
        return cluster().flatMap(ClusterView::leader).map(key -> key.holder()).filter(holder -> !holder.equals(self()));
    }

    /** The name of a {@code synchronous_mode} other than off that is really in effect: requested, and {@code /sync} has a leader. */
    public boolean syncActive() {
        return dynamic().synchronousMode().on()
                && !dynamic().standby()
                && cluster()
                        .map(ClusterView::sync)
                        .filter(sync -> sync.active())
                        .isPresent();
    }

    public View withPostgres(PostgresSeen seen) {
        return new View(
                settings,
                dcs,
                lease,
                Optional.of(seen),
                evidence,
                operation,
                request,
                memory,
                now,
                wallClock,
                startedAt);
    }

    /** This view with answers that came in outside a decision. */
    public View withEvidence(Duration gatheredAt, ClusterView basis, java.util.Map<NodeId, PeerAnswer> answers) {
        Evidence gathered = new Evidence(gatheredAt, Evidence.Basis.of(basis), answers);
        return new View(
                settings,
                dcs,
                lease,
                postgres,
                Optional.of(gathered),
                operation,
                request,
                memory,
                gatheredAt,
                wallClock,
                startedAt);
    }
}
