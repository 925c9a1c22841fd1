package io.orangery.ctl.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.orangery.ctl.rest.MemberApi.Patience;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One self-signed certificate on both sides; the server's name in it is right or wrong. */
class MemberApiTlsTest {
    private static final char[] PASSWORD = "secret".toCharArray();
    private static final Optional<Path> NONE = Optional.empty();

    @TempDir
    Path folder;

    private HttpsServer server;
    private KeyStore store;

    @AfterEach
    void tearDown() {
        if (server != null) {
            server.stop(0);
        }
    }

    @Test
    void trustsItsAuthorityAndNobodyElse() throws Exception {
        start("ip:127.0.0.1", false);
        assertThat(body(new ClientTls(false, certificate(), NONE, NONE, Optional.empty())))
                .isEqualTo("hello");
        assertThatThrownBy(() -> body(new ClientTls(false, NONE, NONE, NONE, Optional.empty())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("GET https://127.0.0.1:");
        assertThat(body(new ClientTls(true, NONE, NONE, NONE, Optional.empty())))
                .isEqualTo("hello");
    }

    @Test
    void checksHostNameUnlessInsecure() throws Exception {
        start("dns:elsewhere.example", true);
        Optional<Path> key = pem("PRIVATE KEY", key().getEncoded());
        assertThatThrownBy(() -> body(new ClientTls(false, certificate(), certificate(), key, Optional.empty())))
                .isInstanceOf(IOException.class);
        assertThat(body(new ClientTls(true, certificate(), certificate(), key, Optional.empty())))
                .isEqualTo("hello");
        // With a client certificate, insecure does not mean that any authority will do.
        assertThatThrownBy(() -> body(new ClientTls(true, NONE, certificate(), key, Optional.empty())))
                .isInstanceOf(IOException.class);
    }

    @Test
    void identifiesItselfWithAnyFormOfKey() throws Exception {
        start("ip:127.0.0.1", true);
        assertThatThrownBy(() -> body(new ClientTls(false, certificate(), NONE, NONE, Optional.empty())))
                .isInstanceOf(IOException.class);
        byte[] encoded = key().getEncoded();
        // PKCS #8 of a 2048 bit key: 26 bytes around PKCS #1.
        Optional<Path> old = pem("RSA PRIVATE KEY", Arrays.copyOfRange(encoded, 26, encoded.length));
        assertThat(body(new ClientTls(false, certificate(), certificate(), old, Optional.empty())))
                .isEqualTo("hello");
        assertThatThrownBy(() -> body(new ClientTls(false, certificate(), certificate(), NONE, Optional.empty())))
                .hasMessageContaining("holds no private key");
    }

    private String body(ClientTls tls) throws IOException {
        try (var api = new MemberApi(tls, Optional.empty(), warning -> {})) {
            String url = "https://127.0.0.1:" + server.getAddress().getPort() + "/patroni";
            return api.call("GET", url, "", Optional.empty(), Patience.ORDINARY).body();
        }
    }

    private void start(String name, boolean clientMustIdentify) throws Exception {
        Path file = folder.resolve("server.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-dname",
                        "CN=test",
                        "-ext",
                        "san=" + name,
                        "-ext",
                        "bc:c",
                        "-keystore",
                        file.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes());
        assertThat(keytool.waitFor()).as(output).isZero();
        store = KeyStore.getInstance(file.toFile(), PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("client", store.getCertificate("server"));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters ssl = context.getDefaultSSLParameters();
                ssl.setNeedClientAuth(clientMustIdentify);
                parameters.setSSLParameters(ssl);
            }
        });
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 5);
            exchange.getResponseBody().write("hello".getBytes());
            exchange.close();
        });
        server.start();
    }

    private Key key() throws GeneralSecurityException {
        return store.getKey("server", PASSWORD);
    }

    private Optional<Path> certificate() throws Exception {
        return pem("CERTIFICATE", store.getCertificate("server").getEncoded());
    }

    private Optional<Path> pem(String kind, byte[] content) throws IOException {
        String text = "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                + kind + "-----\n";
        return Optional.of(Files.writeString(folder.resolve(kind.replace(' ', '-') + ".pem"), text));
    }
}
