package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.FailoverRequest;
import io.orangery.core.cluster.HandOver;
import io.orangery.core.cluster.LeaderKey;
import io.orangery.core.postgres.PostgresSeen;
import java.util.Optional;

/**
 * May this node lead because the former leader has handed over to it (deviations 1, citus 20.2 #7)?
 *
 * <p><b>Why nobody has to be asked.</b> The former leader writes the hand-over under its lease, after its PostgreSQL was seen to have shut
 * down: no other primary exists, and nothing was written behind the shutdown checkpoint. This node has received that checkpoint, so nobody
 * of this timeline can be ahead of it.
 *
 * <p><b>Why it is not stale.</b> A store that can exchange the leader key writes both keys in one transaction, so their modification numbers are
 * equal, and stay so only as long as nobody has written either: nobody has led in between. Where the leader key was only released, the
 * hand-over is as good as other evidence: for a quarter of {@code ttl} from the moment at which it was first seen, and while no key has changed
 * that another leader would have written.
 */
final class HandOverProof {
    private HandOverProof() {}

    static Optional<FailoverRequest> find(View view, ClusterView cluster, PostgresSeen postgres) {
        return cluster.failover()
                .filter(FailoverRequest::immediate)
                .filter(request -> request.candidateIs(view.self()))
                .filter(request -> request.handOver()
                        .filter(left -> received(left, postgres))
                        .isPresent())
                .filter(request -> exchanged(view, cluster, request) || released(view, cluster, request));
    }

    /**
     * The last look began before the hand-over was seen, so it cannot say whether everything has been received: one that can is under way, and nobody
     * else has to be asked meanwhile.
     */
    static boolean awaitsLook(View view, ClusterView cluster, PostgresSeen postgres) {
        return cluster.failover()
                .filter(FailoverRequest::immediate)
                .filter(request -> request.candidateIs(view.self()))
                .filter(request -> request.handOver()
                        .filter(left -> !received(left, postgres))
                        .isPresent())
                .flatMap(request -> view.memory()
                        .handOver()
                        .filter(seen -> seen.version() == request.version())
                        .filter(seen -> postgres.lookedAt().compareTo(seen.at()) < 0))
                .isPresent();
    }

    private static boolean received(HandOver left, PostgresSeen postgres) {
        return !postgres.primary()
                && postgres.position()
                        .filter(position -> position.atLeast(left.checkpoint()))
                        .isPresent()
                && postgres.timeline().filter(mine -> mine == left.timeline()).isPresent()
                && postgres.systemIdentifier()
                        .filter(left.systemIdentifier()::equals)
                        .isPresent();
    }

    private static boolean exchanged(View view, ClusterView cluster, FailoverRequest request) {
        return cluster.leader()
                .filter(key -> key.holder().equals(view.self()))
                .map(LeaderKey::modified)
                .filter(modified -> modified == request.modified())
                .isPresent();
    }

    private static boolean released(View view, ClusterView cluster, FailoverRequest request) {
        boolean free = cluster.unlocked() || cluster.ledBy(view.self());
        return free
                && view.memory()
                        .handOver()
                        .filter(seen -> seen.version() == request.version())
                        .filter(seen -> seen.basis().equals(Evidence.Basis.of(cluster)))
                        .filter(seen -> view.now()
                                        .minus(seen.at())
                                        .compareTo(Limits.evidenceAge(
                                                view.dynamic().ttl()))
                                <= 0)
                        .isPresent();
    }
}
