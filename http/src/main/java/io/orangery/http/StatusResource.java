package io.orangery.http;

import io.orangery.core.time.Ticker;
import io.orangery.protocol.Json;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The status document: {@code /patroni}, and the body of every health check (rest-api 5, 7). */
final class StatusResource {
    private static final Answer NOTHING_SEEN =
            Answer.json(503, Map.of("state", "unknown", "role", "uninitialized", "dcs_last_seen", 0));

    /** A rendered document and what it was rendered from. */
    private record Rendered(Agent.Seen seen, boolean keysValid, String json) {}

    private final Agent agent;
    private final Ticker ticker;
    private final String version;
    private volatile Rendered last;

    StatusResource(Agent agent, Ticker ticker, String version) {
        this.agent = agent;
        this.ticker = ticker;
        this.version = version;
    }

    /** {@code GET /patroni}: fresh, because peers decide on it. */
    CompletionStage<Answer> patroni(Call call) {
        return agent.fresh().thenApply(seen -> seen.map(this::document).orElse(NOTHING_SEEN));
    }

    /** Any health check. Cheap unless a lag limit makes the position matter: no question to anybody, no new document without news. */
    CompletionStage<Answer> health(Call call) {
        CompletionStage<Optional<Agent.Seen>> seen =
                Health.needsFreshLook(call.query()) ? agent.fresh() : CompletableFuture.completedFuture(agent.last());
        return seen.thenApply(found -> found.map(known -> health(call, known)).orElse(NOTHING_SEEN));
    }

    private Answer health(Call call, Agent.Seen seen) {
        boolean passes = Health.passes(call.path(), call.query(), new NodeStatus(seen.view(), ticker.now()));
        int code = passes ? 200 : 503;
        return call.method().equals("GET")
                ? new Answer(code, Answer.Content.JSON, render(seen), Map.of())
                : Answer.status(code);
    }

    private Answer document(Agent.Seen seen) {
        return new Answer(200, Answer.Content.JSON, render(seen), Map.of());
    }

    private String render(Agent.Seen seen) {
        NodeStatus status = new NodeStatus(seen.view(), ticker.now());
        boolean keysValid = status.cluster().isPresent();
        Rendered known = last;
        if (known != null && known.seen() == seen && known.keysValid() == keysValid) {
            return known.json();
        }
        String json = Json.write(StatusDocument.of(seen, status.now(), version));
        last = new Rendered(seen, keysValid, json);
        return json;
    }
}
