package io.orangery.http.tls;

import io.orangery.core.settings.RestApiSettings;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TLS of the server (rest-api 3, 4.1). Immutable: files are read once; a new one is made on a reload. Any thread. */
public final class ServerTls {
    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);

    /** What is asked of clients in the handshake. */
    private enum ClientCertificate {
        NONE,
        OPTIONAL,
        REQUIRED
    }

    private final SSLContext context;
    private final ClientCertificate client;
    private final Optional<String[]> cipherSuites;

    private ServerTls(SSLContext context, ClientCertificate client, Optional<String[]> cipherSuites) {
        this.context = context;
        this.client = client;
        this.cipherSuites = cipherSuites;
    }

    /**
     * Reads the files; blocks for so long. Only when {@link RestApiSettings#tls()}.
     *
     * @throws BadTlsSetting naming the key of the configuration, the file, and what is wrong
     */
    public static ServerTls read(RestApiSettings settings) {
        Path certificate = settings.certFile().orElseThrow();
        KeyManager[] keys =
                Contexts.keys(certificate, settings.keyFile().orElse(certificate), settings.keyFilePassword());
        ClientCertificate client = client(settings.verifyClient());
        TrustManager trust = client == ClientCertificate.NONE ? null : Contexts.trust(settings.caFile());
        SSLContext context = Contexts.context(keys, trust);
        return new ServerTls(
                context,
                client,
                settings.ciphers()
                        .map(text -> CipherNames.enabled(
                                text, context.getSupportedSSLParameters(), context.getDefaultSSLParameters())));
    }

    private static ClientCertificate client(String mode) {
        return switch (mode) {
            case "none" -> ClientCertificate.NONE;
            case "optional" -> ClientCertificate.OPTIONAL;
            case "required" -> ClientCertificate.REQUIRED;
            default -> {
                LOG.error("restapi.verify_client: expected none, optional or required, got '{}': using none", mode);
                yield ClientCertificate.NONE;
            }
        };
    }

    /** One for each connection. */
    public SSLEngine engine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        cipherSuites.ifPresent(engine::setEnabledCipherSuites);
        switch (client) {
            case NONE -> {}
            case OPTIONAL -> engine.setWantClientAuth(true);
            case REQUIRED -> engine.setNeedClientAuth(true);
        }
        return engine;
    }
}
