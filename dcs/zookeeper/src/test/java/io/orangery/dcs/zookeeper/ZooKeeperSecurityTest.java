package io.orangery.dcs.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.dcs.Answer;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;
import org.apache.zookeeper.server.auth.DigestAuthenticationProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Credentials, access rules and TLS with a real server; its TLS side is a relay that demands a client certificate. */
final class ZooKeeperSecurityTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private Path files;

    private ServerInProcess server;

    @BeforeEach
    void startServer(@TempDir Path directory) {
        server = new ServerInProcess(directory);
    }

    @AfterEach
    void stopServer() {
        server.stop();
    }

    @Test
    void accessRulesKeepStrangersOut() throws Exception {
        String owner = DigestAuthenticationProvider.generateDigest("pg:secret");
        Map<String, Object> rules = Map.of(
                "hosts",
                server.connectString(),
                "set_acls",
                Map.of("digest:" + owner, "ALL"),
                "auth_data",
                Map.of("digest", "pg:secret"));
        try (Dcs owned = open(rules);
                Dcs stranger = open(server.section())) {
            assertThat(answer(owned.write("config", "{}", Condition.absent()))).isInstanceOf(Answer.Done.class);
            assertThat(answer(owned.acquireLeader())).isInstanceOf(Answer.Done.class);
            assertThat(answer(stranger.write("config", "1", Condition.always())))
                    .isInstanceOf(Answer.Refused.class);
            assertThat(answer(stranger.readLinearizable())).isInstanceOf(Answer.Refused.class);
        }
    }

    @Test
    void certificatesOfBothSidesAreChecked() throws Exception {
        KeyStore serverKeys = generate("server", "dns:localhost");
        KeyStore clientKeys = generate("client", "dns:client");
        KeyStore strangerKeys = generate("stranger", "dns:localhost");
        try (SilencedRelay relay = relay(serverKeys, clientKeys)) {
            Map<String, Object> good = new HashMap<>(Map.of(
                    "hosts", "localhost:" + relay.port(),
                    "use_ssl", true,
                    "cacert", certificate(serverKeys, "server"),
                    "cert", certificate(clientKeys, "client"),
                    "key", key(clientKeys, "client")));
            assertAnswers(good, Answer.Done.class);
            assertAnswers(with(good, "cacert", certificate(strangerKeys, "stranger")), Answer.Unreachable.class);
            assertAnswers(
                    with(good, "cert", certificate(strangerKeys, "stranger"), "key", key(strangerKeys, "stranger")),
                    Answer.Unreachable.class);
        }
    }

    @Test
    void nameOfTheHostIsCompared() throws Exception {
        KeyStore serverKeys = generate("server", "dns:elsewhere.example");
        KeyStore clientKeys = generate("client", "dns:client");
        try (SilencedRelay relay = relay(serverKeys, clientKeys)) {
            Map<String, Object> strict = Map.of(
                    "hosts", "127.0.0.1:" + relay.port(),
                    "use_ssl", true,
                    "cacert", certificate(serverKeys, "server"),
                    "cert", certificate(clientKeys, "client"),
                    "key", key(clientKeys, "client"));
            assertAnswers(strict, Answer.Unreachable.class);
        }
    }

    private static Map<String, Object> with(Map<String, Object> section, Object... changes) {
        Map<String, Object> changed = new HashMap<>(section);
        for (int i = 0; i < changes.length; i += 2) {
            changed.put((String) changes[i], changes[i + 1]);
        }
        return changed;
    }

    private void assertAnswers(Map<String, Object> section, Class<?> kind) {
        try (Dcs dcs = open(section)) {
            assertThat(answer(dcs.touchMember("{}"))).isInstanceOf(kind);
        }
    }

    private static Answer<?> answer(CompletionStage<? extends Answer<?>> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static Dcs open(Map<String, Object> section) {
        return new ZooKeeperDcsProvider()
                .open(new DcsSettings(
                        section,
                        "zookeeper",
                        "service",
                        "batman",
                        Optional.empty(),
                        false,
                        Optional.of("a"),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(3)));
    }

    private SilencedRelay relay(KeyStore own, KeyStore trusted) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, PASSWORD);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        authorities.setCertificateEntry("client", trusted.getCertificate("client"));
        trust.init(authorities);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        SSLServerSocket entrance = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        entrance.setNeedClientAuth(true);
        return new SilencedRelay(server.address(), entrance);
    }

    /** A key with a certificate signed by itself. */
    private KeyStore generate(String alias, String name) throws Exception {
        Path store = files.resolve(alias + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        alias,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + alias,
                        "-ext",
                        "san=" + name,
                        "-ext",
                        "bc=ca:true",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        return KeyStore.getInstance(store.toFile(), PASSWORD);
    }

    private String certificate(KeyStore store, String alias) throws Exception {
        return pem(alias + ".crt", "CERTIFICATE", store.getCertificate(alias).getEncoded());
    }

    private String key(KeyStore store, String alias) throws Exception {
        return pem(alias + ".key", "PRIVATE KEY", store.getKey(alias, PASSWORD).getEncoded());
    }

    private String pem(String file, String kind, byte[] content) throws IOException {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(content);
        String text = "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
        return Files.writeString(files.resolve(file), text).toString();
    }
}
