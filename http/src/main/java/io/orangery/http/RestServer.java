package io.orangery.http;

import akka.actor.ClassicActorSystemProvider;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.TlsSessionInfo;
import akka.http.scaladsl.model.EntityStreamException;
import akka.http.scaladsl.model.EntityStreamSizeException;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import io.orangery.core.settings.RestApiSettings;
import io.orangery.core.time.Ticker;
import io.orangery.http.tls.ServerTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening REST server: carries requests to {@link RestApi} and answers back.
 *
 * <p>Runs on the dispatcher of the actor system that it is given and blocks none of its threads, except to resolve names, which happens on that
 * system's dispatcher for blocking calls.
 */
public final class RestServer {
    private static final Logger LOG = LoggerFactory.getLogger(RestServer.class);

    private static final String BLOCKING = "akka.actor.default-blocking-io-dispatcher";
    private static final Duration BODY_LIMIT = Duration.ofSeconds(10);
    private static final long BODY_BYTES = 1 << 20;

    private final ClassicActorSystemProvider system;
    private final Materializer materializer;
    private final Executor blocking;
    private final RestApi api;
    private final String version;
    private volatile Optional<ServerTls> tls;
    private volatile Listener listener;

    /**
     * What the server needs beside its settings.
     *
     * @param agent the node
     * @param peers for asking candidates before a switchover
     * @param ids new, unique ids for events that carry none
     * @param version of this software
     */
    public record Surroundings(Agent agent, PeerStatus peers, Ticker ticker, Supplier<String> ids, String version) {}

    private RestServer(ClassicActorSystemProvider system, Surroundings surroundings, RestApiSettings settings) {
        this.system = system;
        this.materializer = SystemMaterializer.get(system).materializer();
        this.blocking = system.classicSystem().dispatchers().lookup(BLOCKING);
        this.version = surroundings.version();
        this.tls = readTls(settings);
        this.api = new RestApi(
                surroundings.agent(),
                surroundings.peers(),
                surroundings.ticker(),
                this::delay,
                surroundings.ids(),
                surroundings.version(),
                rules(settings),
                blocking);
    }

    private static Optional<ServerTls> readTls(RestApiSettings settings) {
        return settings.tls() ? Optional.of(ServerTls.read(settings)) : Optional.empty();
    }

    private static RestApi.Rules rules(RestApiSettings settings) {
        return new RestApi.Rules(settings, AllowedSources.resolve(settings));
    }

    private CompletionStage<Void> delay(Duration time) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        system.classicSystem()
                .scheduler()
                .scheduleOnce(
                        time, () -> over.complete(null), system.classicSystem().dispatcher());
        return over;
    }

    /**
     * Reads certificates, resolves the allowlist and listens.
     *
     * @return fails with an {@link IllegalStateException} that names {@code restapi.listen} and the address when it cannot listen, or with a
     *     {@link io.orangery.http.tls.BadTlsSetting}
     */
    public static CompletionStage<RestServer> start(
            ClassicActorSystemProvider system, Surroundings surroundings, RestApiSettings settings) {
        Executor blocking = system.classicSystem().dispatchers().lookup(BLOCKING);
        return CompletableFuture.supplyAsync(() -> new RestServer(system, surroundings, settings), blocking)
                .thenCompose(server -> server.listen(settings).thenApply(bound -> server));
    }

    private CompletionStage<Void> listen(RestApiSettings settings) {
        String host = settings.listenHost().isBlank() || settings.listenHost().equals("*")
                ? "0.0.0.0"
                : settings.listenHost();
        Optional<Supplier<ServerTls>> current =
                settings.tls() ? Optional.of(() -> tls.orElseThrow()) : Optional.empty();
        return Listener.bind(system, host, settings.listenPort(), current, this::respond)
                .handle((bound, failure) -> {
                    if (failure != null) {
                        throw new IllegalStateException(
                                "restapi.listen: cannot listen on " + settings.listenHost() + ":"
                                        + settings.listenPort() + ": " + rootMessage(failure),
                                failure);
                    }
                    listener = bound;
                    LOG.info("REST API listens on {}{}", bound.address(), settings.tls() ? " with TLS" : "");
                    return null;
                });
    }

    private static String rootMessage(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage();
    }

    /** Where it listens; the port counts when 0 was configured. */
    public InetSocketAddress address() {
        return listener.address();
    }

    /**
     * Takes new settings over; certificate files are read again even when no setting changed. Running requests are finished. Only a changed
     * address, or TLS switched on or off, closes the listening socket for a moment.
     *
     * @return fails as {@link #start} does; unusable certificates leave everything as it was, an address that cannot be taken leaves nothing
     *     listening until the next reload
     */
    public CompletionStage<Void> reload(RestApiSettings settings) {
        RestApiSettings old = api.rules().settings();
        boolean moved = !settings.listenHost().equals(old.listenHost())
                || settings.listenPort() != old.listenPort()
                || settings.tls() != old.tls();
        return CompletableFuture.runAsync(() -> takeOver(settings), blocking)
                .thenCompose(taken -> moved
                        ? listener.unbind().thenCompose(unbound -> listen(settings))
                        : CompletableFuture.completedFuture(null));
    }

    private void takeOver(RestApiSettings settings) {
        Optional<ServerTls> next = readTls(settings);
        RestApi.Rules rules = rules(settings);
        tls = next;
        api.replaceRules(rules);
    }

    /** Stops listening. Connections go on until their requests are answered or the actor system ends. */
    public CompletionStage<Void> stop() {
        return listener.unbind();
    }

    private CompletionStage<Optional<HttpResponse>> respond(HttpRequest request, InetAddress source) {
        RestApi.Rules rules = api.rules();
        String method = request.method().value();
        return request.entity()
                .toStrict(BODY_LIMIT.toMillis(), BODY_BYTES, materializer)
                .thenApply(entity -> call(request, entity, source))
                .thenCompose(api::answer)
                .exceptionally(failure -> unexpected(request, failure))
                .thenApply(answer -> answer.dropped()
                        ? Optional.empty()
                        : Optional.of(Replies.of(answer, method, rules.settings(), version)));
    }

    private static Call call(HttpRequest request, HttpEntity.Strict entity, InetAddress source) {
        String target = request.getHeader("Raw-Request-URI")
                .map(HttpHeader::value)
                .orElseGet(() -> request.getUri().toString());
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        return new Call(
                request.method().value(),
                path.startsWith("//") ? "/" + path.replaceFirst("^/+", "") : path,
                mark < 0 ? Map.of() : Call.query(target.substring(mark + 1)),
                entity.getData(),
                request.getHeader("Authorization").map(HttpHeader::value),
                Optional.of(source),
                clientCertificate(request));
    }

    private static boolean clientCertificate(HttpRequest request) {
        Optional<TlsSessionInfo> session = request.getHeader(TlsSessionInfo.class);
        try {
            return session.isPresent() && session.get().getSession().getPeerCertificates().length > 0;
        } catch (SSLPeerUnverifiedException none) {
            return false;
        }
    }

    private static Answer unexpected(HttpRequest request, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof EntityStreamSizeException
                || cause instanceof EntityStreamException
                || cause instanceof TimeoutException) {
            return Answer.page(400, "the request body is too large, incomplete or too slow");
        }
        LOG.error("{} {} failed", request.method().value(), request.getUri().path(), cause);
        return Answer.page(500, "internal error");
    }
}
