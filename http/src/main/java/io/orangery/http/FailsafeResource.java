package io.orangery.http;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code /failsafe} (rest-api 14). Failsafe mode is not in effect in this release, and a primary that asks is told so. */
final class FailsafeResource {
    private final Agent agent;

    FailsafeResource(Agent agent) {
        this.agent = agent;
    }

    /** The key as last seen: the store is expected to be down when somebody asks. */
    CompletionStage<Answer> get(Call call) {
        Map<String, String> known = agent.last()
                .flatMap(seen -> seen.view().dcs().lastKnown())
                .map(cluster -> cluster.failsafe())
                .orElse(Map.of());
        return CompletableFuture.completedFuture(
                known.isEmpty() ? Answer.page(502, "there is no failsafe key") : Answer.json(200, known));
    }

    CompletionStage<Answer> post(Call call) {
        Answer answer = call.mandatoryBody() instanceof Call.Body.Bad(Answer bad)
                ? bad
                : Answer.page(502, "failsafe mode is not enabled on this member");
        return CompletableFuture.completedFuture(answer);
    }
}
