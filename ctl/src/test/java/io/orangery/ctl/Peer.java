package io.orangery.ctl;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** The REST side of one member, on a port of its own. */
final class Peer implements AutoCloseable {
    record Answer(int status, String body) {}

    private final HttpServer server;
    private final Map<String, Supplier<Answer>> answers = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> credentials = new CopyOnWriteArrayList<>();

    Peer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    String apiUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/patroni";
    }

    /** @param request such as {@code POST /switchover} */
    Peer answers(String request, int status, String body) {
        return answers(request, () -> new Answer(status, body));
    }

    Peer answers(String request, Supplier<Answer> answer) {
        answers.put(request, answer);
        return this;
    }

    /** Method, path and body, in order. */
    List<String> requests() {
        return requests;
    }

    List<String> credentials() {
        return credentials;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String type = exchange.getRequestHeaders().getFirst("Content-Type");
            requests.add((request + " " + body + (type == null ? "" : " as " + type)).strip());
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            credentials.add(authorization == null ? "" : authorization);
            Answer answer = answers.getOrDefault(request, () -> new Answer(404, "nothing here"))
                    .get();
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
