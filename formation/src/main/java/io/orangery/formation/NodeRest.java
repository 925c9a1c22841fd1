package io.orangery.formation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Asks nodes over their REST API, the way an operator's tools do. Thread-safe; every call blocks. */
public final class NodeRest {

    private static final Duration ANSWER = Duration.ofSeconds(3);

    /** The server waits up to 20 s, and longer where {@code loop_wait} is longer. */
    private static final Duration COMMAND = Duration.ofSeconds(90);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER)
            .build();
    private final String credentials;

    /**
     * One line of {@code GET /cluster}.
     *
     * @param role leader, replica, sync_standby, quorum_standby
     * @param state running, streaming, stopped and so on; empty when not published
     * @param timeline 0 when not published
     * @param lag bytes, "unknown" when not published, empty for the leader
     */
    public record MemberLine(String name, String host, String role, String state, long timeline, String lag) {

        public boolean isLeader() {
            return role.equals("leader");
        }

        /** Does what its role is for: a leader that runs, a standby that streams. */
        public boolean isWell() {
            return state.equals(isLeader() ? "running" : "streaming");
        }
    }

    /** The answer to a command. */
    public record Reply(int status, String body) {
        public boolean succeeded() {
            return status == 200;
        }
    }

    NodeRest(String user, String password) {
        byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        this.credentials = "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    /** The status document of one node; empty when it does not answer. */
    public Optional<JsonNode> status(FormationNode node) {
        return get(node.rest().resolve("/patroni"));
    }

    /** The members of a group, from the first of its nodes that answers; empty when none does. */
    public List<MemberLine> members(List<FormationNode> group) {
        return group.stream()
                .flatMap(node -> get(node.rest().resolve("/cluster")).stream())
                .findFirst()
                .map(NodeRest::lines)
                .orElse(List.of());
    }

    /** The name of the group's leader; empty when there is none, or no node answers. */
    public Optional<String> leader(List<FormationNode> group) {
        return members(group).stream()
                .filter(MemberLine::isLeader)
                .map(MemberLine::name)
                .findFirst();
    }

    /** POST /switchover, answered when it is done or has failed. */
    public Reply switchover(FormationNode asked, String leader, String candidate) throws IOException {
        ObjectNode body = JSON.createObjectNode().put("leader", leader);
        if (candidate != null) {
            body.put("candidate", candidate);
        }
        return post(asked, "/switchover", body);
    }

    /** POST /restart without conditions. */
    public Reply restart(FormationNode node) throws IOException {
        return post(node, "/restart", JSON.createObjectNode());
    }

    /** POST of any JSON body to any path. */
    public Reply post(FormationNode node, String path, JsonNode body) throws IOException {
        return send(node, "POST", path, body.toString());
    }

    /**
     * Any unsafe request, with the credentials; the body need not be JSON.
     *
     * @throws IOException when the node does not answer within 90 s
     */
    public Reply send(FormationNode node, String method, String path, String body) throws IOException {
        HttpResponse<String> response = exchange(node, method, path, body);
        return new Reply(response.statusCode(), response.body());
    }

    /**
     * The same with everything that was answered, headers included.
     *
     * @throws IOException when the node does not answer within 90 s
     */
    public HttpResponse<String> exchange(FormationNode node, String method, String path, String body)
            throws IOException {
        return send(HttpRequest.newBuilder(node.rest().resolve(path))
                .timeout(COMMAND)
                .header("Authorization", credentials)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private Optional<JsonNode> get(URI address) {
        try {
            HttpResponse<String> response =
                    send(HttpRequest.newBuilder(address).timeout(ANSWER).build());
            JsonNode document = JSON.readTree(response.body());
            return document.isObject() ? Optional.of(document) : Optional.empty();
        } catch (IOException doesNotAnswer) {
            return Optional.empty();
        }
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + request.uri(), interrupted);
        }
    }

    private static List<MemberLine> lines(JsonNode cluster) {
        List<MemberLine> lines = new ArrayList<>();
        for (JsonNode member : cluster.path("members")) {
            String host =
                    member.path("host").asText("?") + ":" + member.path("port").asText("?");
            lines.add(new MemberLine(
                    member.path("name").asText(),
                    host,
                    member.path("role").asText(),
                    member.path("state").asText(),
                    member.path("timeline").asLong(),
                    member.path("lag").asText()));
        }
        return lines;
    }
}
