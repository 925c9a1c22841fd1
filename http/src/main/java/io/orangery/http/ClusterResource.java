package io.orangery.http;

import io.orangery.core.admission.GroupMode;
import io.orangery.protocol.KeyJson;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code /cluster}, and {@code /history} which shows one key of it (rest-api 9). */
final class ClusterResource {
    private final Keys keys;

    ClusterResource(Keys keys) {
        this.keys = keys;
    }

    CompletionStage<Answer> cluster(Call call) {
        return keys.fresh((cluster, view) -> CompletableFuture.completedFuture(Answer.json(
                200,
                ClusterDocument.of(
                        cluster,
                        GroupMode.of(cluster, view.dynamic()),
                        view.settings().scope()))));
    }

    CompletionStage<Answer> history(Call call) {
        return keys.cached(cluster -> new Answer(
                200, Answer.Content.JSON, KeyJson.writeHistory(cluster.history().entries()), Map.of()));
    }
}
