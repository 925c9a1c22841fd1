package io.orangery.actors;

import io.orangery.core.policy.View;
import io.orangery.core.postgres.PostgresSeen;
import java.util.Optional;

/** Whether this node is to look after {@code pg_dist_node}. */
final class TopologyDuty {
    private TopologyDuty() {}

    /** Empty: not known, because PostgreSQL was not looked at since the last long action; then it stays as it is. */
    static Optional<Boolean> of(View view) {
        boolean demoting =
                view.operation().filter(running -> running.kind().demotes()).isPresent();
        if (!view.holdsLease() || demoting) {
            return Optional.of(false);
        }
        return view.postgres().map(PostgresSeen::primary);
    }
}
