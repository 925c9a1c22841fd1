package io.orangery.core.admission;

import io.orangery.core.policy.View;
import io.orangery.core.settings.ValueSyntax;
import java.util.Map;
import java.util.Optional;

/**
 * A request to make this replica anew (rest-api 13.2).
 *
 * @param force a running action is cancelled first
 * @param fromLeader the base backup comes from the leader and no other member
 */
public record Reinitialization(boolean force, boolean fromLeader) {
    /** @param body values of the JSON object; unknown fields are ignored */
    public static Reinitialization parse(Map<String, Object> body) {
        return new Reinitialization(flag(body, "force"), flag(body, "from_leader"));
    }

    private static boolean flag(Map<String, Object> body, String field) {
        return body.get(field) != null && ValueSyntax.bool(body.get(field)).orElse(false);
    }

    /** Empty when it may begin. Without a present view of the keys nobody is known to lead. */
    public Optional<Refusal> check(View view) {
        if (view.cluster().filter(cluster -> !cluster.unlocked()).isEmpty()) {
            return Optional.of(Refusal.unavailable("Cluster has no leader, can not reinitialize"));
        }
        if (view.holdsLease() || view.cluster().get().ledBy(view.self())) {
            return Optional.of(Refusal.unavailable("I am the leader, can not reinitialize"));
        }
        return force ? Optional.empty() : view.operation().map(running -> Busy.with(running.kind()));
    }
}
