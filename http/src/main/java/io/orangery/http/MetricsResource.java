package io.orangery.http;

import io.orangery.core.time.Ticker;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** {@code /metrics} (rest-api 8). */
final class MetricsResource implements Resource {
    private final Agent agent;
    private final Ticker ticker;

    MetricsResource(Agent agent, Ticker ticker) {
        this.agent = agent;
        this.ticker = ticker;
    }

    @Override
    public CompletionStage<Answer> answer(Call call) {
        return agent.fresh()
                .thenApply(fresh -> fresh.map(seen -> MetricsText.of(seen.view(), ticker.now(), seen.lastPauseMillis()))
                        .map(text -> new Answer(200, Answer.Content.PLAIN, text, Map.of()))
                        .orElseGet(() -> Answer.page(503, "nothing is known of this node yet")));
    }
}
