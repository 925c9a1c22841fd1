package io.orangery.http.tls;

import io.orangery.core.settings.RestApiSettings;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** The certificates of the REST API for connections in which both sides show one. */
public final class MutualTls {
    private MutualTls() {}

    /**
     * Own certificate and key, and trust in the configured authority only. Reads the files; blocks for so long.
     *
     * @return empty unless certificate and authority are both configured: without an authority of its own anybody with a certificate would be
     *     let in
     * @throws BadTlsSetting naming the file and what is wrong
     */
    public static Optional<SSLContext> read(RestApiSettings settings) {
        if (settings.certFile().isEmpty() || settings.caFile().isEmpty()) {
            return Optional.empty();
        }
        Path certificate = settings.certFile().get();
        return Optional.of(Contexts.context(
                Contexts.keys(certificate, settings.keyFile().orElse(certificate), settings.keyFilePassword()),
                Contexts.trust(settings.caFile())));
    }
}
