package io.orangery.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Requests to the agent itself: {@code /reload} and {@code /sigterm} (rest-api 13). */
final class NodeResource {
    private final Agent agent;

    NodeResource(Agent agent) {
        this.agent = agent;
    }

    CompletionStage<Answer> reload(Call call) {
        agent.reload();
        return CompletableFuture.completedFuture(Answer.text(202, "reload scheduled"));
    }

    /** A hook of the reference's tests: it answers and does nothing, as the reference does here. */
    CompletionStage<Answer> sigterm(Call call) {
        return CompletableFuture.completedFuture(Answer.text(202, "shutdown scheduled"));
    }
}
