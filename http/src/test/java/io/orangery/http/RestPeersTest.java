package io.orangery.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.http.client.RestClient;
import io.orangery.http.client.RestPeers;
import io.orangery.protocol.MemberJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

/** Towards a Patroni: HTTP/1.0, no length, the connection's end is the body's. */
class RestPeersTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static Member at(int port) {
        String json = "{\"api_url\":\"http://127.0.0.1:" + port + "/patroni\"}";
        return new Member(new NodeId("old"), MemberJson.read(json), "", 1);
    }

    /** Answers one request with these bytes, and closes. */
    private static PeerAnswer answer(String response) throws IOException {
        return answer(response, LIMIT);
    }

    private static PeerAnswer answer(String response, Duration limit) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RestClient client = new RestClient(SampleSettings.restApi(), ForkJoinPool.commonPool(), "0.1.0")) {
            Thread.ofVirtual().start(() -> serveOnce(server, response));
            return RunningServer.get(new RestPeers(client).status(at(server.getLocalPort()), limit));
        }
    }

    private static void serveOnce(ServerSocket server, String response) {
        try (Socket socket = server.accept()) {
            StringBuilder request = new StringBuilder();
            while (!request.toString().endsWith("\r\n\r\n")) {
                request.append((char) socket.getInputStream().read());
            }
            socket.getOutputStream().write(response.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException gone) {
            throw new java.io.UncheckedIOException(gone);
        }
    }

    @Test
    void anAnswerOfPatroniIsUnderstoodWhateverItsStatus() throws IOException {
        String body = "{\"state\": \"running\", \"role\": \"master\", \"xlog\": {\"location\": 67}, \"timeline\": 3}";
        assertThat(answer(
                        "HTTP/1.0 503 Service Unavailable\nServer: BaseHTTP/0.6 Python/3.11.2\nContent-Type: application/json\n\n"
                                + body))
                .isInstanceOfSatisfying(PeerAnswer.Answered.class, answer -> {
                    assertThat(answer.inRecovery()).isFalse();
                    assertThat(answer.position().bytes()).isEqualTo(67);
                    assertThat(answer.timeline()).isEqualTo(3);
                });
    }

    @Test
    void anAnswerWithoutPositionCountsAsNone() throws IOException {
        assertThat(answer("HTTP/1.0 200 OK\n\n{\"state\": \"starting\", \"role\": \"replica\"}"))
                .isEqualTo(new PeerAnswer.Silent("its status holds no WAL position (state starting)"));
        assertThat(answer("HTTP/1.0 200 OK\n\nnonsense")).isInstanceOf(PeerAnswer.Silent.class);
        // The client asks once more when a connection ends without a byte, and then nobody accepts.
        assertThat(answer("", Duration.ofMillis(500))).isInstanceOf(PeerAnswer.Silent.class);
    }

    @Test
    void aPeerThatHangsIsGivenUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RestClient client = new RestClient(SampleSettings.restApi(), ForkJoinPool.commonPool(), "0.1.0")) {
            PeerAnswer answer =
                    RunningServer.get(new RestPeers(client).status(at(silent.getLocalPort()), Duration.ofMillis(200)));
            assertThat(answer).isEqualTo(new PeerAnswer.Silent("no answer within 200 ms"));
        }
    }

    @Test
    void aNodeOfTheSameNameIsFound() throws IOException {
        int free;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = taken.getLocalPort();
        }
        try (RunningServer node = new RunningServer(NodeBuilder.replica());
                RestClient client = new RestClient(SampleSettings.restApi(), ForkJoinPool.commonPool(), "0.1.0")) {
            RestPeers peers = new RestPeers(client);
            assertThat(RunningServer.get(peers.answers(at(node.port()), LIMIT))).isTrue();
            assertThat(RunningServer.get(peers.answers(at(free), LIMIT))).isFalse();
        }
    }
}
