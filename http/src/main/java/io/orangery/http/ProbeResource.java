package io.orangery.http;

import io.orangery.core.time.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code /liveness} and {@code /readiness} (rest-api 6). */
final class ProbeResource {
    private final Agent agent;
    private final Ticker ticker;

    ProbeResource(Agent agent, Ticker ticker) {
        this.agent = agent;
        this.ticker = ticker;
    }

    /** From the last view alone: a stuck node must not be asked whether it is stuck. */
    CompletionStage<Answer> liveness(Call call) {
        boolean alive = agent.last()
                .filter(seen -> Health.alive(new NodeStatus(seen.view(), ticker.now())))
                .isPresent();
        return CompletableFuture.completedFuture(Answer.status(alive ? 200 : 503));
    }

    CompletionStage<Answer> readiness(Call call) {
        boolean leads = agent.last()
                .filter(seen -> new NodeStatus(seen.view(), ticker.now()).hasLease())
                .isPresent();
        if (leads) {
            return CompletableFuture.completedFuture(Answer.status(200));
        }
        return agent.fresh()
                .thenApply(fresh -> fresh.filter(
                                seen -> Health.ready(call.query(), new NodeStatus(seen.view(), ticker.now())))
                        .isPresent())
                .thenApply(ready -> Answer.status(ready ? 200 : 503));
    }
}
