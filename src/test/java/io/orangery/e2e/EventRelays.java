package io.orangery.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.orangery.core.citus.CitusEvent.Type;
import io.orangery.formation.FormationNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The network between the workers and the coordinator group: a relay in front of the REST API of each of its members, which decides what becomes
 * of the workers' events and passes on everything else. These members have no mesh, so that no event goes another way. Thread-safe.
 */
final class EventRelays implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The JDK's client sets them itself, and its server too. */
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "content-length", "host", "transfer-encoding", "upgrade", "http2-settings", "expect");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<HttpServer> servers = new ArrayList<>();
    private final Map<Integer, Set<Type>> lost = new HashMap<>();
    private final Map<Integer, Set<Type>> seen = new HashMap<>();
    private HeldReply held;

    private EventRelays() {}

    /** Before their agents are started: from then on others find them behind the relays. */
    static EventRelays inFrontOf(List<FormationNode> coordinators) throws IOException {
        EventRelays relays = new EventRelays();
        for (FormationNode node : coordinators) {
            relays.add(node);
        }
        return relays;
    }

    private void add(FormationNode node) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> relay(node.rest(), exchange));
        server.start();
        servers.add(server);
        String own = "connect_address: 127.0.0.1:" + node.rest().getPort();
        String relayed = "connect_address: 127.0.0.1:" + server.getAddress().getPort();
        Files.writeString(
                node.file(),
                Files.readString(node.file()).replace(own, relayed).replace("mesh:\n", "mesh:\n  enabled: false\n"));
    }

    /** From now on these events of a group never arrive; all others do again. */
    synchronized void lose(int group, Set<Type> types) {
        lost.put(group, types);
        seen.remove(group);
    }

    /** Which events of a group have been sent since {@link #lose}, lost ones included. */
    synchronized Set<Type> seen(int group) {
        return Set.copyOf(seen.getOrDefault(group, Set.of()));
    }

    /** The next event of this kind is carried out, but its sender does not get to know until {@link HeldReply#close}. */
    synchronized HeldReply holdReply(int group, Type type) {
        held = new HeldReply(group, type);
        return held;
    }

    /** An answer on its way. */
    static final class HeldReply implements AutoCloseable {
        private final int group;
        private final Type type;
        private final CountDownLatch answered = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        private HeldReply(int group, Type type) {
            this.group = group;
            this.type = type;
        }

        /** Waits until the coordinator has answered. */
        void await() throws InterruptedException, TimeoutException {
            if (!answered.await(FormationUnderTest.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new TimeoutException("the coordinator has not answered " + type.text() + " of group " + group);
            }
        }

        /** Lets it go on to the sender. */
        @Override
        public void close() {
            released.countDown();
        }
    }

    private void relay(URI coordinator, HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean event = exchange.getRequestMethod().equals("POST")
                && exchange.getRequestURI().getPath().equals("/citus");
        HeldReply hold = null;
        if (event) {
            JsonNode sent = JSON.readTree(body);
            if (isLost(sent)) {
                exchange.close(); // the sender sees a connection that ends without an answer
                return;
            }
            hold = hold(sent);
        }
        HttpResponse<byte[]> response;
        try {
            response = pass(coordinator, exchange, body);
            if (hold != null) {
                hold.answered.countDown();
                hold.released.await();
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            exchange.close();
            return;
        } catch (IOException coordinatorIsGone) {
            exchange.close();
            return;
        }
        answer(exchange, response);
    }

    private synchronized boolean isLost(JsonNode event) {
        int group = event.path("group").asInt();
        Type type = type(event);
        seen.computeIfAbsent(group, none -> new TreeSet<>()).add(type);
        return lost.getOrDefault(group, Set.of()).contains(type);
    }

    private static Type type(JsonNode event) {
        String text = event.path("type").asText();
        for (Type type : Type.values()) {
            if (type.text().equals(text)) {
                return type;
            }
        }
        throw new IllegalArgumentException("an event of an unknown type: " + event);
    }

    private synchronized HeldReply hold(JsonNode event) {
        if (held == null || held.group != event.path("group").asInt() || held.type != type(event)) {
            return null;
        }
        HeldReply taken = held;
        held = null;
        return taken;
    }

    private HttpResponse<byte[]> pass(URI coordinator, HttpExchange exchange, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        coordinator.resolve(exchange.getRequestURI().toString()))
                .method(
                        exchange.getRequestMethod(),
                        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static void answer(HttpExchange exchange, HttpResponse<byte[]> response) throws IOException {
        try (exchange) {
            response.headers().map().forEach((name, values) -> {
                if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                    exchange.getResponseHeaders().put(name, values);
                }
            });
            byte[] body = response.body();
            exchange.sendResponseHeaders(response.statusCode(), body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        servers.forEach(server -> server.stop(0));
        client.shutdownNow();
    }
}
