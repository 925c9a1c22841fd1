package io.orangery.http.client;

import io.orangery.core.settings.RestApiSettings;
import io.orangery.http.tls.ClientTls;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends requests to other members with the credentials and certificates that the configuration gives for it.
 *
 * <p>The JDK's client: one selector thread, and no connection pool of an actor system beside the one of the server. HTTP/1.1 only, since every
 * peer speaks it and an upgrade costs a round trip. Any thread; never blocks; stages complete normally.
 */
public final class RestClient implements AutoCloseable {
    private final HttpClient http;
    private final Optional<String> authorization;
    private final String userAgent;

    /**
     * Reads the certificate files: blocks for so long.
     *
     * @param executor for completing calls; never blocked
     * @param version of this software
     * @throws io.orangery.http.tls.BadTlsSetting naming the file and what is wrong
     */
    public RestClient(RestApiSettings settings, Executor executor, String version) {
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(ClientTls.read(settings))
                .executor(executor)
                .build();
        this.authorization = settings.clientAuthentication()
                .map(credentials ->
                        "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
        this.userAgent = "Orangery/" + version;
    }

    /** What came of a call. */
    sealed interface Result {
        /** Whatever the status says: it answered. */
        record Response(int status, String body) implements Result {}

        record NoResponse(String why) implements Result {}
    }

    CompletionStage<Result> get(URI uri, Duration limit) {
        return send(HttpRequest.newBuilder(uri).GET(), limit);
    }

    CompletionStage<Result> post(URI uri, String json, Duration limit) {
        return send(
                HttpRequest.newBuilder(uri)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)),
                limit);
    }

    private CompletionStage<Result> send(HttpRequest.Builder request, Duration limit) {
        authorization.ifPresent(value -> request.header("Authorization", value));
        request.header("User-Agent", userAgent);
        // The request's own limit ends with the headers; the second one covers the body too.
        CompletableFuture<HttpResponse<String>> sent =
                http.sendAsync(request.timeout(limit).build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
        return sent.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS).handle((response, failure) -> {
            if (failure == null) {
                return new Result.Response(response.statusCode(), response.body());
            }
            sent.cancel(true);
            return new Result.NoResponse(why(failure, limit));
        });
    }

    private static String why(Throwable failure, Duration limit) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof TimeoutException || cause instanceof HttpTimeoutException) {
            return "no answer within " + limit.toMillis() + " ms";
        }
        String message = cause.getMessage();
        return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
