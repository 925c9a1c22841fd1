package io.orangery.http;

import akka.actor.ActorSystem;
import com.typesafe.config.ConfigFactory;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.Tags;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.settings.RestApiSettings;
import io.orangery.core.time.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A REST server on a free port of the loopback, with a clock that stands still unless it is moved. */
final class RunningServer implements AutoCloseable, Ticker, PeerStatus {
    /** What every member says of its last pause. */
    volatile Map<String, Long> lastPause = Map.of();

    static final Duration BOUND = Duration.ofSeconds(20);

    final FakeAgent agent;
    final Map<String, PeerAnswer> peers = new ConcurrentHashMap<>();
    private final ActorSystem system = ActorSystem.create(
            "http-test",
            ConfigFactory.parseString("akka.loglevel=WARNING\nakka.daemonic=on").withFallback(ConfigFactory.load()));
    private final HttpClient client = HttpClient.newHttpClient();
    private volatile Duration now = NodeBuilder.NOW;
    final RestServer server;

    RunningServer(NodeBuilder node) {
        this(node, SampleSettings.restApi());
    }

    RunningServer(NodeBuilder node, RestApiSettings settings) {
        agent = new FakeAgent(node);
        server = get(RestServer.start(
                system, new RestServer.Surroundings(agent, this, this, () -> "made-up-id", "0.1.0"), settings));
    }

    static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(BOUND.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    @Override
    public Duration now() {
        return now;
    }

    @Override
    public Instant wallClock() {
        return NodeBuilder.WALL;
    }

    void elapse(Duration time) {
        now = now.plus(time);
    }

    static PeerAnswer healthy() {
        return new PeerAnswer.Answered(
                true, new Lsn(NodeBuilder.POSITION), 1, Tags.NONE, false, true, Optional.empty());
    }

    @Override
    public CompletionStage<Map<String, Long>> lastPause(Member member, Duration limit) {
        return CompletableFuture.completedFuture(lastPause);
    }

    @Override
    public CompletionStage<PeerAnswer> status(Member member, Duration limit) {
        return CompletableFuture.completedFuture(
                peers.getOrDefault(member.id().name(), new PeerAnswer.Silent("connection refused")));
    }

    int port() {
        return server.address().getPort();
    }

    HttpResponse<String> send(String method, String target, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + target))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(BOUND)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    HttpResponse<String> get(String target) {
        return send("GET", target, null);
    }

    /** Status and body in one line. */
    String answer(String method, String target, String body, String... headers) {
        HttpResponse<String> response = send(method, target, body, headers);
        return response.statusCode() + " " + response.body();
    }

    /** Sends these bytes and gives everything that comes until the server closes the connection. */
    String raw(String request) {
        try (Socket socket = new Socket("127.0.0.1", port())) {
            socket.setSoTimeout((int) BOUND.toMillis());
            socket.getOutputStream().write(request.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        client.close();
        get(server.stop());
        system.terminate();
        get(system.getWhenTerminated());
    }
}
