package io.orangery.ctl.rest;

import io.orangery.protocol.Json;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The REST API of members, as the command line calls it (ctl.md 4): blocking, one request at a time. Nothing is opened before the first
 * request.
 */
public final class MemberApi implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(30);
    private static final int RETRIES = 3;

    private final ClientTls tls;
    private final Optional<String> authentication;
    private final Consumer<String> warnings;
    private HttpClient client;

    /** What a member answered, whatever the status. */
    public record Reply(int status, String body) {}

    /** How long the answer may take. */
    public enum Patience {
        /** Half a minute. */
        ORDINARY,
        /** Restarts and changes of the leader take as long as they take. */
        UNLIMITED
    }

    /**
     * @param authentication {@code user:password}, sent with every request
     * @param warnings told of every connection that could not be made and is tried again
     */
    public MemberApi(ClientTls tls, Optional<String> authentication, Consumer<String> warnings) {
        this.tls = tls;
        this.authentication = authentication;
        this.warnings = warnings;
    }

    /**
     * Sends one request.
     *
     * @param apiUrl as the member published it
     * @param endpoint replaces the whole path; empty: the address is used unchanged
     * @param body sent as JSON, without a content type
     * @throws IOException no connection, or it was lost before the answer came: the request may have been carried out
     */
    public Reply call(
            String method, String apiUrl, String endpoint, Optional<Map<String, Object>> body, Patience patience)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address(apiUrl, endpoint))
                .method(
                        method,
                        body.map(json -> BodyPublishers.ofString(Json.write(json)))
                                .orElse(BodyPublishers.noBody()));
        authentication.ifPresent(credentials -> request.header(
                "Authorization",
                "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8))));
        if (patience == Patience.ORDINARY) {
            request.timeout(RESPONSE_TIMEOUT);
        }
        HttpResponse<String> response = send(request.build());
        return new Reply(response.statusCode(), response.body());
    }

    @Override
    public void close() {
        if (client != null) {
            client.shutdownNow();
        }
    }

    /** Only a connection that was never made is tried again: what was sent may have been carried out. */
    private HttpResponse<String> send(HttpRequest request) throws IOException {
        for (int failures = 1; ; failures++) {
            try {
                return client().send(request, HttpResponse.BodyHandlers.ofString());
            } catch (ConnectException | HttpConnectTimeoutException unreachable) {
                if (failures > RETRIES) {
                    throw new IOException(reason(request, unreachable), unreachable);
                }
                warnings.accept("Retrying (" + (RETRIES - failures) + " more) after: " + reason(request, unreachable));
            } catch (IOException lost) {
                throw new IOException(reason(request, lost), lost);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException(request.uri() + ": interrupted", interrupted);
            }
        }
    }

    private static String reason(HttpRequest request, IOException cause) {
        String detail = cause.getMessage();
        return request.method() + " " + request.uri() + ": "
                + (detail == null
                        ? cause instanceof ConnectException
                                ? "no connection"
                                : cause.getClass().getSimpleName()
                        : detail);
    }

    private static URI address(String apiUrl, String endpoint) throws IOException {
        try {
            URI url = new URI(apiUrl);
            if (url.getHost() == null || url.getScheme() == null) {
                throw new IOException("api_url '" + apiUrl + "' is no address of an HTTP server");
            }
            return endpoint.isEmpty() ? url : new URI(url.getScheme(), url.getAuthority(), "/" + endpoint, null, null);
        } catch (URISyntaxException malformed) {
            throw new IOException("api_url '" + apiUrl + "' is no address of an HTTP server", malformed);
        }
    }

    private HttpClient client() throws IOException {
        if (client == null) {
            HttpClient.Builder builder = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(CONNECT_TIMEOUT);
            tls.context().ifPresent(builder::sslContext);
            client = builder.build();
        }
        return client;
    }
}
