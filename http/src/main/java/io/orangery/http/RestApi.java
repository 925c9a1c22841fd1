package io.orangery.http;

import io.orangery.core.settings.RestApiSettings;
import io.orangery.core.time.Ticker;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Which resource answers which request (rest-api 1, 2.3), and whether it may be asked at all. Knows nothing of the library that carries the
 * bytes. Any thread; never blocks.
 */
final class RestApi {
    /** Who may ask. */
    private enum Access {
        EVERYBODY,
        CHECKED,
        /** Not by membership: the store that knows the members is expected to be down (rest-api 4.4). */
        CHECKED_BY_LIST
    }

    private record Route(Access access, Resource resource) {}

    /** What is swapped on a reload. */
    record Rules(RestApiSettings settings, AllowedSources sources) {}

    private final Agent agent;
    private final Ticker ticker;
    private final Executor blocking;
    private final StatusResource status;
    private final Map<String, Route> routes = new HashMap<>();
    private volatile Rules rules;

    /** @param blocking for resolving names of members when they are on the allowlist */
    RestApi(
            Agent agent,
            PeerStatus peers,
            Ticker ticker,
            Delay delay,
            Supplier<String> ids,
            String version,
            Rules rules,
            Executor blocking) {
        this.agent = agent;
        this.ticker = ticker;
        this.blocking = blocking;
        this.rules = rules;
        this.status = new StatusResource(agent, ticker, version);
        Keys keys = new Keys(agent, ticker);
        reading(keys);
        changing(keys, peers, delay, ids);
    }

    private void reading(Keys keys) {
        ProbeResource probes = new ProbeResource(agent, ticker);
        ClusterResource cluster = new ClusterResource(keys);
        add("GET", "liveness", Access.EVERYBODY, probes::liveness);
        add("GET", "readiness", Access.EVERYBODY, probes::readiness);
        add("GET", "patroni", Access.EVERYBODY, status::patroni);
        add("GET", "metrics", Access.EVERYBODY, new MetricsResource(agent, ticker));
        add("GET", "cluster", Access.EVERYBODY, cluster::cluster);
        add("GET", "history", Access.EVERYBODY, cluster::history);
    }

    private void changing(Keys keys, PeerStatus peers, Delay delay, Supplier<String> ids) {
        ConfigResource config = new ConfigResource(agent, keys);
        add("GET", "config", Access.EVERYBODY, config::get);
        add("PATCH", "config", Access.CHECKED, config::patch);
        add("PUT", "config", Access.CHECKED, config::put);
        LeaderChangeResource leader = new LeaderChangeResource(agent, keys, peers, ticker, delay);
        add("POST", "switchover", Access.CHECKED, leader::switchover);
        add("DELETE", "switchover", Access.CHECKED, leader::cancel);
        add("POST", "failover", Access.CHECKED, leader::failover);
        RestartResource restart = new RestartResource(agent, keys, ticker);
        add("POST", "restart", Access.CHECKED, restart::post);
        add("DELETE", "restart", Access.CHECKED, restart::cancel);
        add("POST", "reinitialize", Access.CHECKED, new ReinitializeResource(agent));
        NodeResource node = new NodeResource(agent);
        add("POST", "reload", Access.CHECKED, node::reload);
        add("POST", "sigterm", Access.CHECKED, node::sigterm);
        FailsafeResource failsafe = new FailsafeResource(agent);
        add("GET", "failsafe", Access.EVERYBODY, failsafe::get);
        add("POST", "failsafe", Access.CHECKED_BY_LIST, failsafe::post);
        CitusResource citus = new CitusResource(agent, ticker, ids);
        add("POST", "citus", Access.CHECKED, citus);
        add("POST", "mpp", Access.CHECKED, citus);
    }

    private void add(String method, String resource, Access access, Resource handler) {
        routes.put(method + " " + resource, new Route(access, handler));
    }

    Rules rules() {
        return rules;
    }

    void replaceRules(Rules next) {
        rules = next;
    }

    CompletionStage<Answer> answer(Call call) {
        boolean asksForStatusOnly =
                call.method().equals("HEAD") || call.method().equals("OPTIONS");
        boolean reads = asksForStatusOnly || call.method().equals("GET");
        Route route = routes.get((reads ? "GET" : call.method()) + " " + call.resource());
        if (route == null) {
            return reads
                    ? status.health(call)
                    : CompletableFuture.completedFuture(
                            Answer.page(501, "Unsupported method ('" + call.method() + "')"));
        }
        CompletionStage<Answer> answer = refusal(call, route.access())
                .thenCompose(refused -> refused.<CompletionStage<Answer>>map(CompletableFuture::completedFuture)
                        .orElseGet(() -> route.resource().answer(call)));
        return asksForStatusOnly ? answer.thenApply(RestApi::statusOnly) : answer;
    }

    private static Answer statusOnly(Answer answer) {
        return answer.dropped() ? answer : Answer.status(answer.status());
    }

    private CompletionStage<Optional<Answer>> refusal(Call call, Access access) {
        Rules now = rules;
        return switch (access) {
            case EVERYBODY -> CompletableFuture.completedFuture(Optional.empty());
            case CHECKED_BY_LIST ->
                CompletableFuture.completedFuture(
                        AccessCheck.refuse(call, now.settings(), now.sources().listedOrUnrestricted(call.source())));
            case CHECKED ->
                sourceAllowed(call, now.sources())
                        .thenApply(allowed -> AccessCheck.refuse(call, now.settings(), allowed));
        };
    }

    private CompletionStage<Boolean> sourceAllowed(Call call, AllowedSources sources) {
        if (!sources.needsMembers()) {
            return CompletableFuture.completedFuture(sources.allows(call.source(), Optional.empty()));
        }
        var cluster = agent.last().flatMap(seen -> new NodeStatus(seen.view(), ticker.now()).cluster());
        return CompletableFuture.supplyAsync(() -> sources.allows(call.source(), cluster), blocking);
    }
}
