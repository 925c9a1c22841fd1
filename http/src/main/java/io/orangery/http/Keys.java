package io.orangery.http;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.policy.View;
import io.orangery.core.time.Ticker;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How resources read the keys. When the store cannot be reached there is no answer: the connection is closed, because the original tool
 * goes on to the next member only then (rest-api 2.7).
 */
final class Keys {
    private static final Logger LOG = LoggerFactory.getLogger(Keys.class);

    private final Agent agent;
    private final Ticker ticker;

    Keys(Agent agent, Ticker ticker) {
        this.agent = agent;
        this.ticker = ticker;
    }

    /** Answers from a fresh read and the last view of the node. */
    CompletionStage<Answer> fresh(BiFunction<ClusterView, View, CompletionStage<Answer>> answer) {
        Optional<View> view = agent.last().map(Agent.Seen::view);
        if (view.isEmpty()) {
            return CompletableFuture.completedFuture(Answer.DROPPED);
        }
        return agent.readCluster().thenCompose(read -> switch (read) {
            case Agent.ClusterRead.Read(ClusterView cluster) -> answer.apply(cluster, view.get());
            case Agent.ClusterRead.Unreachable(String why) -> dropped(why);
        });
    }

    /** Answers from the keys as last seen while they are valid, else from a fresh read. */
    CompletionStage<Answer> cached(Function<ClusterView, Answer> answer) {
        Optional<ClusterView> known = agent.last().flatMap(seen -> new NodeStatus(seen.view(), ticker.now()).cluster());
        return known.<CompletionStage<Answer>>map(cluster -> CompletableFuture.completedFuture(answer.apply(cluster)))
                .orElseGet(() -> fresh((cluster, view) -> CompletableFuture.completedFuture(answer.apply(cluster))));
    }

    private static CompletionStage<Answer> dropped(String why) {
        LOG.info("closing a connection without an answer because the DCS cannot be read: {}", why);
        return CompletableFuture.completedFuture(Answer.DROPPED);
    }
}
