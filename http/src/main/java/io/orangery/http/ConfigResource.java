package io.orangery.http;

import io.orangery.core.admission.ConfigPatch;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.ConfigKey;
import io.orangery.protocol.Json;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code /config}: the dynamic configuration (rest-api 10). The content is never validated here: any tool may write it. */
final class ConfigResource {
    private final Agent agent;
    private final Keys keys;

    ConfigResource(Agent agent, Keys keys) {
        this.agent = agent;
        this.keys = keys;
    }

    CompletionStage<Answer> get(Call call) {
        return keys.cached(cluster -> cluster.config()
                .map(key -> Answer.json(200, key.values()))
                .orElseGet(() -> Answer.page(502, "the config key is missing or not a JSON object")));
    }

    CompletionStage<Answer> patch(Call call) {
        return switch (call.mandatoryBody()) {
            case Call.Body.Bad(Answer answer) -> CompletableFuture.completedFuture(answer);
            case Call.Body.Values(Map<String, Object> patch) ->
                keys.fresh((cluster, view) -> cluster.config()
                        .map(key -> patch(key, patch))
                        .orElseGet(() -> completed(Answer.page(503, "there is no config key to patch"))));
        };
    }

    private CompletionStage<Answer> patch(ConfigKey key, Map<String, Object> patch) {
        ConfigPatch patched = ConfigPatch.apply(key.values(), patch);
        Answer done = Answer.json(200, patched.result());
        if (!patched.changed()) {
            agent.wake();
            return completed(done);
        }
        return agent.write(Agent.Key.CONFIG, Json.write(patched.result()), OptionalLong.of(key.version()))
                .thenApply(written -> switch (written) {
                    case DONE -> done;
                    case REFUSED -> Answer.page(409, "the config key was changed by somebody else meanwhile");
                    case UNREACHABLE ->
                        Answer.page(409, "the config key may not have been written: no answer of the DCS");
                });
    }

    CompletionStage<Answer> put(Call call) {
        return switch (call.mandatoryBody()) {
            case Call.Body.Bad(Answer answer) -> CompletableFuture.completedFuture(answer);
            case Call.Body.Values(Map<String, Object> document) ->
                keys.fresh((cluster, view) -> put(cluster, document));
        };
    }

    private CompletionStage<Answer> put(ClusterView cluster, Map<String, Object> document) {
        Answer done = Answer.json(200, document);
        if (cluster.config()
                .filter(key -> ConfigPatch.same(key.values(), document))
                .isPresent()) {
            agent.wake();
            return completed(done);
        }
        return agent.write(Agent.Key.CONFIG, Json.write(document), OptionalLong.empty())
                .thenApply(written -> switch (written) {
                    case DONE -> done;
                    case REFUSED, UNREACHABLE -> Answer.page(502, "the config key was not written");
                });
    }

    private static CompletionStage<Answer> completed(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
