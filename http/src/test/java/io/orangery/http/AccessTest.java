package io.orangery.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.settings.RestApiSettings;
import io.orangery.http.client.RestClient;
import io.orangery.http.client.RestPeers;
import io.orangery.http.tls.BadTlsSetting;
import io.orangery.protocol.MemberJson;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask: source, certificate, credentials (rest-api 4), over the wire where it matters. */
class AccessTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static Path file(String name) {
        return Path.of("src/test/resources/tls").resolve(name);
    }

    /** Settings of a server and of the client that calls it. */
    private record Given(
            Optional<String> authentication,
            Optional<Path> certificate,
            String verifyClient,
            List<String> allowlist,
            boolean members,
            Optional<String> clientKey,
            Optional<String> passphrase) {
        static Given plain() {
            return new Given(
                    Optional.empty(), Optional.empty(), "none", List.of(), false, Optional.empty(), Optional.empty());
        }

        static Given tls(String verifyClient) {
            return new Given(
                    Optional.empty(),
                    Optional.of(file("server-ec-sec1.pem")),
                    verifyClient,
                    List.of(),
                    false,
                    Optional.empty(),
                    Optional.empty());
        }

        Given authentication(String credentials) {
            return new Given(
                    Optional.of(credentials), certificate, verifyClient, allowlist, members, clientKey, passphrase);
        }

        Given allowlist(String... entries) {
            return new Given(
                    authentication, certificate, verifyClient, List.of(entries), members, clientKey, passphrase);
        }

        Given clientKey(String key) {
            return new Given(
                    authentication,
                    certificate,
                    verifyClient,
                    allowlist,
                    members,
                    Optional.of(key),
                    Optional.of("secret"));
        }

        Given allowingMembers() {
            return new Given(authentication, certificate, verifyClient, allowlist, true, clientKey, passphrase);
        }

        RestApiSettings settings() {
            return new RestApiSettings(
                    "127.0.0.1",
                    0,
                    "127.0.0.1:8008",
                    authentication,
                    certificate,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(file("authority.pem")),
                    Optional.empty(),
                    verifyClient,
                    allowlist,
                    members,
                    Map.of("X-A", "1", "X-B", "2"),
                    Map.of("x-b", "3"),
                    Optional.of("minimal"),
                    authentication,
                    clientKey.map(key -> file("client.pem")),
                    clientKey.map(AccessTest::file),
                    passphrase,
                    Optional.empty(),
                    true);
        }
    }

    @Test
    void credentialsAreAskedForOnlyWhereSomethingChanges() {
        try (RunningServer node = new RunningServer(
                NodeBuilder.primary(),
                Given.plain().authentication("admin:secret").settings())) {
            assertThat(node.get("/patroni").statusCode()).isEqualTo(200);
            var refused = node.send("POST", "/restart", null);
            assertThat(refused.statusCode() + " " + refused.body()).isEqualTo("401 no auth header received");
            assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Basic realm=\"Patroni\"");
            assertThat(refused.headers().firstValue("Server")).contains("Orangery/0.1.0");
            assertThat(refused.headers().map())
                    .containsEntry("X-A", List.of("1"))
                    .containsEntry("X-B", List.of("2"));
            assertThat(node.answer("PATCH", "/config", "{\"a\":1}", "Authorization", "Basic YWRtaW46d3Jvbmc="))
                    .isEqualTo("401 not authenticated");
            assertThat(node.answer("POST", "/mpp", "{nonsense", "Authorization", "Bearer x"))
                    .isEqualTo("401 not authenticated");
            assertThat(node.answer("POST", "/citus", "{\"a\":1}", "Authorization", "Basic YWRtaW46c2VjcmV0"))
                    .isEqualTo("200 OK");
            assertThat(node.agent.asked).containsExactly("look");
        }
    }

    @Test
    void aListOfWhichNothingCanBeResolvedAllowsNobody() {
        try (RunningServer node = new RunningServer(
                NodeBuilder.primary(), Given.plain().allowlist("10.0.0.0/33").settings())) {
            assertThat(node.answer("POST", "/reload", null)).isEqualTo("403 Access is denied");
            assertThat(node.answer("POST", "/failsafe", "{\"a\":1}")).isEqualTo("403 Access is denied");
            assertThat(node.get("/primary").statusCode()).isEqualTo(200);
            RunningServer.get(
                    node.server.reload(Given.plain().allowlist("127.0.0.9/8").settings()));
            assertThat(node.answer("POST", "/reload", null)).isEqualTo("202 reload scheduled");
        }
    }

    @Test
    void membersAreAllowedWhereTheyAreMeantToBe() {
        ClusterView cluster = NodeBuilder.primary().cluster();
        AllowedSources members =
                AllowedSources.resolve(Given.plain().allowingMembers().settings());
        assertThat(members.allows(address("10.0.0.12"), Optional.of(cluster))).isTrue();
        assertThat(members.allows(address("10.0.0.14"), Optional.of(cluster))).isFalse();
        assertThat(members.allows(address("10.0.0.12"), Optional.empty())).isFalse();
        assertThat(members.listedOrUnrestricted(address("10.0.0.14"))).isTrue();
        AllowedSources both = AllowedSources.resolve(
                Given.plain().allowlist("10.0.0.14").allowingMembers().settings());
        assertThat(both.allows(address("10.0.0.14"), Optional.empty())).isTrue();
        assertThat(both.listedOrUnrestricted(address("10.0.0.12"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.0.0.5/24 10.0.0.99", "0.0.0.0/0 1.2.3.4", "10.0.0.0/24 ::ffff:10.0.0.7", "fd00::1/64 fd00::2"
            })
    void networksContainTheirAddresses(String pair) {
        String[] parts = pair.split(" ");
        assertThat(Network.parse(parts[0])
                        .orElseThrow()
                        .contains(address(parts[1]).orElseThrow()))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/x", "host.name/24", "/24", "10.0.0.0/-1"})
    void whatIsNoNetworkIsNotTaken(String text) {
        assertThat(Network.parse(text)).isEmpty();
    }

    private static Optional<InetAddress> address(String text) {
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException bad) {
            throw new IllegalArgumentException(bad);
        }
    }

    // --- TLS
    // ---------------------------------------------------------------------------------------------------------------------

    private static Member at(RunningServer node, String scheme) {
        String json = "{\"api_url\":\"" + scheme + "://127.0.0.1:" + node.port() + "/patroni\"}";
        return new Member(new NodeId("alpha"), MemberJson.read(json), "", 1);
    }

    private static PeerAnswer status(RunningServer node, Given client) {
        try (RestClient http = new RestClient(client.settings(), ForkJoinPool.commonPool(), "0.1.0")) {
            return RunningServer.get(new RestPeers(http).status(at(node, "https"), LIMIT));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"client-rsa-pkcs1.key", "client-pkcs8.key", "client-encrypted-pkcs8.key"})
    void aRequiredCertificateOpensTheDoor(String key) {
        try (RunningServer node =
                new RunningServer(NodeBuilder.primary(), Given.tls("required").settings())) {
            assertThat(status(node, Given.tls("required").clientKey(key))).isInstanceOf(PeerAnswer.Answered.class);
            assertThat(status(node, Given.tls("required"))).isInstanceOf(PeerAnswer.Silent.class);
        }
    }

    @Test
    void anOptionalCertificateIsNeededOnlyForChanges() {
        try (RunningServer node =
                new RunningServer(NodeBuilder.primary(), Given.tls("optional").settings())) {
            assertThat(status(node, Given.tls("optional"))).isInstanceOf(PeerAnswer.Answered.class);
            assertThat(told(node, Given.tls("optional"))).isFalse();
            assertThat(told(node, Given.tls("optional").clientKey("client-pkcs8.key")))
                    .isTrue();
        }
    }

    private static boolean told(RunningServer node, Given client) {
        try (RestClient http = new RestClient(client.settings(), ForkJoinPool.commonPool(), "0.1.0")) {
            return RunningServer.get(new RestPeers(http).citus(at(node, "https"), CitusResourceTest.event(), LIMIT))
                    .isPresent();
        }
    }

    @Test
    void reloadSwitchesTlsOn() {
        try (RunningServer node = new RunningServer(NodeBuilder.primary())) {
            RunningServer.get(node.server.reload(Given.tls("none").settings()));
            assertThat(status(node, Given.tls("none"))).isInstanceOf(PeerAnswer.Answered.class);
        }
    }

    @Test
    void unusableFilesAreNamed() {
        RestApiSettings wrong = Given.tls("none").clientKey("authority.pem").settings();
        assertThatThrownBy(() -> new RestClient(wrong, ForkJoinPool.commonPool(), "0.1.0"))
                .isInstanceOf(BadTlsSetting.class)
                .hasMessageContaining("no private key in")
                .hasMessageContaining("authority.pem");
    }

    @Test
    void aPortInUseIsNamed() {
        try (RunningServer node = new RunningServer(NodeBuilder.primary())) {
            assertThatThrownBy(() -> new RunningServer(NodeBuilder.primary(), onPort(node.port())))
                    .hasMessageContaining("restapi.listen: cannot listen on 127.0.0.1:" + node.port())
                    .hasMessageContaining("in use");
        }
    }

    private static RestApiSettings onPort(int port) {
        return new RestApiSettings(
                "127.0.0.1",
                port,
                "x:1",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "none",
                List.of(),
                false,
                Map.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                true);
    }
}
