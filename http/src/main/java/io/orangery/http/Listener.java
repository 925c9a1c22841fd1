package io.orangery.http;

import akka.Done;
import akka.NotUsed;
import akka.actor.ClassicActorSystemProvider;
import akka.http.javadsl.Http;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.settings.ServerSettings;
import akka.io.Inet;
import akka.io.TcpSO;
import akka.stream.KillSwitches;
import akka.stream.Materializer;
import akka.stream.SharedKillSwitch;
import akka.stream.SystemMaterializer;
import akka.stream.TLSClosing;
import akka.stream.TLSProtocol.SessionBytes;
import akka.stream.TLSProtocol.SslTlsInbound;
import akka.stream.TLSProtocol.SslTlsOutbound;
import akka.stream.javadsl.BidiFlow;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.TLS;
import akka.stream.javadsl.TLSPlacebo;
import akka.stream.javadsl.Tcp;
import akka.util.ByteString;
import com.typesafe.config.ConfigFactory;
import io.orangery.http.tls.ServerTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A listening socket that speaks HTTP, with or without TLS.
 *
 * <p>Put together from the library's layers instead of its ready-made server, because that one always answers something: a connection that must
 * be closed without a byte (rest-api 2.7) would get a 500.
 */
final class Listener {
    /** Longer than any restart that somebody waits for; dead peers are found by keep-alive. */
    private static final Duration IDLE_LIMIT = Duration.ofHours(1);

    private static final int BACKLOG = 100;

    /** Far more than probes and peers need, far fewer than file descriptors; more wait in the backlog. */
    private static final int MAX_CONNECTIONS = 500;

    /**
     * What the library must not do on its own (rest-api 20): answer 503 when a switchover takes its time, demand a Host header from a load
     * balancer, judge the spelling of a path.
     */
    private static final String SETTINGS = """
            akka.http.server {
              server-header = ""
              default-host-header = "localhost"
              request-timeout = infinite
              raw-request-uri-header = on
              transparent-head-requests = off
              pipelining-limit = 1
              parsing {
                uri-parsing-mode = relaxed
                tls-session-info-header = on
                illegal-header-warnings = off
              }
            }
            """;

    /** Answers one request; empty: the connection is closed without an answer. */
    interface Handler {
        CompletionStage<Optional<HttpResponse>> answer(HttpRequest request, InetAddress source);
    }

    private final Tcp.ServerBinding binding;

    private Listener(Tcp.ServerBinding binding) {
        this.binding = binding;
    }

    /** @param tls called for each connection; empty: plain HTTP */
    static CompletionStage<Listener> bind(
            ClassicActorSystemProvider system,
            String host,
            int port,
            Optional<Supplier<ServerTls>> tls,
            Handler handler) {
        Materializer materializer = SystemMaterializer.get(system).materializer();
        ServerSettings settings = ServerSettings.create(ConfigFactory.parseString(SETTINGS)
                .withFallback(system.classicSystem().settings().config()));
        List<Inet.SocketOption> options = List.of(TcpSO.keepAlive(true));
        return Tcp.get(system)
                .bind(host, port, BACKLOG, options, false, Optional.of(IDLE_LIMIT))
                .mapAsyncUnordered(MAX_CONNECTIONS, connection -> {
                    BidiFlow<HttpResponse, ByteString, ByteString, HttpRequest, NotUsed> layers = Http.get(system)
                            .serverLayer(settings)
                            .atop(tls.map(Listener::encrypted).orElseGet(Listener::plain));
                    return serve(connection, layers, handler, materializer);
                })
                .toMat(Sink.ignore(), Keep.left())
                .run(materializer)
                .thenApply(Listener::new);
    }

    /** Completes when the connection has ended, however it did: that of one is no matter for the others. */
    private static CompletionStage<Done> serve(
            Tcp.IncomingConnection connection,
            BidiFlow<HttpResponse, ByteString, ByteString, HttpRequest, NotUsed> layers,
            Handler handler,
            Materializer materializer) {
        SharedKillSwitch cut = KillSwitches.shared("connection");
        InetAddress source = connection.remoteAddress().getAddress();
        Flow<HttpRequest, HttpResponse, NotUsed> answers = Flow.of(HttpRequest.class)
                .mapAsync(
                        1,
                        request -> handler.answer(request, source)
                                .thenCompose(answer -> answer.<CompletionStage<HttpResponse>>map(
                                                CompletableFuture::completedFuture)
                                        .orElseGet(() -> cut(cut))));
        Flow<ByteString, ByteString, CompletionStage<Done>> wire = Flow.of(ByteString.class)
                .via(cut.flow())
                .via(connection.flow())
                .via(cut.flow())
                .watchTermination(Keep.right());
        return answers.join(layers)
                .joinMat(wire, Keep.right())
                .run(materializer)
                .exceptionally(broken -> Done.getInstance());
    }

    /** Never completes: not a byte of an answer may be on its way when the connection closes. */
    private static CompletionStage<HttpResponse> cut(SharedKillSwitch connection) {
        connection.shutdown();
        return new CompletableFuture<>();
    }

    private static BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> encrypted(
            Supplier<ServerTls> tls) {
        return TLS.create(() -> tls.get().engine(), TLSClosing.eagerClose());
    }

    private static BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> plain() {
        Flow<SessionBytes, SslTlsInbound, NotUsed> widened =
                Flow.<SessionBytes>create().map(bytes -> bytes);
        return BidiFlow.<SslTlsOutbound, SslTlsOutbound, SessionBytes, SslTlsInbound, NotUsed, NotUsed>fromFlows(
                        Flow.<SslTlsOutbound>create(), widened)
                .atop(TLSPlacebo.getInstance());
    }

    InetSocketAddress address() {
        return binding.localAddress();
    }

    /** Accepts no more connections; those that exist go on. */
    CompletionStage<Void> unbind() {
        return binding.unbind().thenApply(unbound -> null);
    }
}
