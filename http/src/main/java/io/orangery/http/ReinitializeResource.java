package io.orangery.http;

import io.orangery.core.admission.Refusal;
import io.orangery.core.admission.Reinitialization;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code /reinitialize} (rest-api 13.2). A body that cannot be read stops here: nothing is removed because of it (rest-api 19, F2). */
final class ReinitializeResource implements Resource {
    private final Agent agent;

    ReinitializeResource(Agent agent) {
        this.agent = agent;
    }

    @Override
    public CompletionStage<Answer> answer(Call call) {
        return switch (call.optionalBody()) {
            case Call.Body.Bad(Answer answer) -> CompletableFuture.completedFuture(answer);
            case Call.Body.Values(Map<String, Object> fields) -> admit(Reinitialization.parse(fields));
        };
    }

    private CompletionStage<Answer> admit(Reinitialization request) {
        Optional<Agent.Seen> seen = agent.last();
        if (seen.isEmpty()) {
            return CompletableFuture.completedFuture(Answer.text(503, "Cluster has no leader, can not reinitialize"));
        }
        Optional<Refusal> refusal = request.check(seen.get().view());
        if (refusal.isPresent()) {
            return CompletableFuture.completedFuture(Statuses.refused(refusal.get()));
        }
        return agent.reinitialize(request)
                .thenApply(done -> done instanceof Agent.Done.Succeeded
                        ? Answer.text(200, "reinitialize started")
                        : Statuses.of(done, "reinitialize failed"));
    }
}
