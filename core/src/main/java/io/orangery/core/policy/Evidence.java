package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.NodeId;
import java.time.Duration;
import java.util.Map;

/**
 * Answers of other members, with what they were gathered for. Evidence ages: it must still be true when it is acted on (deviations 1).
 *
 * @param gatheredAt monotonic time <b>before</b> the first question was sent
 * @param basis state of the keys when it was asked for
 * @param answers one for each member asked
 */
public record Evidence(Duration gatheredAt, Basis basis, Map<NodeId, PeerAnswer> answers) {
    /** Versions of the keys that a leader of any kind would have changed. */
    public record Basis(long status, long sync, long failover, long history) {
        public static Basis of(ClusterView view) {
            return new Basis(
                    view.status().version(),
                    view.sync().version(),
                    view.failover().map(request -> request.version()).orElse(0L),
                    view.history().version());
        }
    }

    public boolean answersAll(Iterable<NodeId> members) {
        for (NodeId member : members) {
            if (!answers.containsKey(member)) {
                return false;
            }
        }
        return true;
    }
}
