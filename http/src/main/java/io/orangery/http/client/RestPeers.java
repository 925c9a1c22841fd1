package io.orangery.http.client;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.Member;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.http.PeerStatus;
import io.orangery.http.client.RestClient.Result;
import io.orangery.protocol.CitusEventJson;
import io.orangery.protocol.EventReplyJson;
import io.orangery.protocol.PeerStatusJson;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Other members by REST (rest-api 16.1). Any thread; never blocks; stages complete normally within the limit, on a thread of the client.
 *
 * <p>No call is repeated, except where said.
 */
public final class RestPeers implements PeerStatus {
    private static final Logger LOG = LoggerFactory.getLogger(RestPeers.class);

    private static final int LIVENESS_TRIES = 4;

    private final RestClient client;

    public RestPeers(RestClient client) {
        this.client = client;
    }

    /** {@code GET <api_url>} as it stands in the member key. The HTTP status of the answer does not count. */
    @Override
    public CompletionStage<PeerAnswer> status(Member member, Duration limit) {
        return apiUrl(member)
                .map(url -> client.get(url, limit).<PeerAnswer>thenApply(result -> switch (result) {
                    case Result.Response(int code, String body) -> PeerStatusJson.read(body);
                    case Result.NoResponse(String why) -> new PeerAnswer.Silent(why);
                }))
                .orElseGet(() -> CompletableFuture.completedFuture(
                        new PeerAnswer.Silent("its member key has no api_url that can be used")));
    }

    @Override
    public CompletionStage<Map<String, Long>> lastPause(Member member, Duration limit) {
        return apiUrl(member)
                .map(url -> client.get(url, limit).thenApply(result -> switch (result) {
                    case Result.Response(int code, String body) -> PeerStatusJson.lastPause(body);
                    case Result.NoResponse(String why) -> Map.<String, Long>of();
                }))
                .orElseGet(() -> CompletableFuture.completedFuture(Map.of()));
    }

    /**
     * {@code POST /citus} to the coordinator's leader.
     *
     * @return what it said. Empty: it did not answer in time, or refused; the event may have been received nevertheless
     */
    public CompletionStage<Optional<EventReply>> citus(Member coordinator, CitusEvent event, Duration limit) {
        return apiUrl(coordinator)
                .map(url -> client.post(endpoint(url, "citus"), CitusEventJson.write(event), limit)
                        .thenApply(result -> confirmed(coordinator, event, result)))
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
    }

    private static Optional<EventReply> confirmed(Member coordinator, CitusEvent event, Result result) {
        if (result instanceof Result.Response(int code, String body) && code == 200) {
            return Optional.of(EventReplyJson.read(body));
        }
        LOG.warn(
                "Request to Citus coordinator leader {} {} failed: {} of group {}: {}",
                coordinator.id(),
                coordinator.data().apiUrl().orElse("-"),
                event.type().text(),
                event.group(),
                result);
        return Optional.empty();
    }

    /**
     * Does somebody answer {@code GET /liveness} at the address of this member? Any answer counts: before the start, it means that a node of the
     * own name runs already. Failed tries are repeated within the limit.
     */
    public CompletionStage<Boolean> answers(Member member, Duration limit) {
        return apiUrl(member)
                .map(url -> answers(endpoint(url, "liveness"), limit.dividedBy(LIVENESS_TRIES), LIVENESS_TRIES))
                .orElseGet(() -> CompletableFuture.completedFuture(false));
    }

    private CompletionStage<Boolean> answers(URI uri, Duration limit, int tries) {
        return client.get(uri, limit).thenCompose(result -> switch (result) {
            case Result.Response answered -> CompletableFuture.completedFuture(true);
            case Result.NoResponse(String why) ->
                tries > 1 ? answers(uri, limit, tries - 1) : CompletableFuture.completedFuture(false);
        });
    }

    private static Optional<URI> apiUrl(Member member) {
        return member.data().apiUrl().flatMap(text -> {
            try {
                URI uri = URI.create(text);
                boolean usable =
                        uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
                return usable ? Optional.of(uri) : Optional.empty();
            } catch (IllegalArgumentException notAnAddress) {
                return Optional.empty();
            }
        });
    }

    /** Scheme and authority stay, everything else goes. */
    private static URI endpoint(URI apiUrl, String name) {
        return URI.create(apiUrl.getScheme() + "://" + apiUrl.getRawAuthority() + "/" + name);
    }
}
