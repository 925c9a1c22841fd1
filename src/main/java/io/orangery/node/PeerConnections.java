package io.orangery.node;

import io.orangery.actors.Peers;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.settings.RestApiSettings;
import io.orangery.http.client.RestClient;
import io.orangery.http.client.RestPeers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Other members by their REST API, whatever agent they run. */
final class PeerConnections implements Peers, AutoCloseable {
    /** As the reference (dcs-layout 8.5). */
    private static final Duration NAMESAKE_LIMIT = Duration.ofSeconds(3);

    private final ExecutorService threads;
    private final RestClient client;
    private final RestPeers rest;

    PeerConnections(RestApiSettings settings, String version) {
        this.threads = Executors.newFixedThreadPool(
                2, work -> Thread.ofPlatform().name("rest-client").daemon().unstarted(work));
        this.client = new RestClient(settings, threads, version);
        this.rest = new RestPeers(client);
    }

    RestPeers rest() {
        return rest;
    }

    @Override
    public CompletionStage<Map<NodeId, PeerAnswer>> ask(List<Member> members, Duration limit) {
        Map<NodeId, CompletableFuture<PeerAnswer>> asked = new TreeMap<>();
        members.forEach(
                member -> asked.put(member.id(), rest.status(member, limit).toCompletableFuture()));
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    Map<NodeId, PeerAnswer> answers = new TreeMap<>();
                    asked.forEach((name, answer) -> answers.put(name, answer.join()));
                    return answers;
                });
    }

    @Override
    public CompletionStage<Optional<EventReply>> tellCoordinator(Member coordinator, CitusEvent event, Duration limit) {
        return rest.citus(coordinator, event, limit);
    }

    /** Any answer means that somebody lives under this name. Waits for it. */
    boolean alive(Member member) throws InterruptedException {
        try {
            return rest.answers(member, NAMESAKE_LIMIT).toCompletableFuture().get();
        } catch (ExecutionException noAnswer) {
            return false;
        }
    }

    @Override
    public void close() {
        client.close();
        threads.shutdownNow();
    }
}
