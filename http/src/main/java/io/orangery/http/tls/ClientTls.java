package io.orangery.http.tls;

import io.orangery.core.settings.RestApiSettings;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/** TLS of calls to other members (rest-api 16.2). */
public final class ClientTls {
    private ClientTls() {}

    /**
     * Reads the files; blocks for so long.
     *
     * @throws BadTlsSetting naming the file and what is wrong
     */
    public static SSLContext read(RestApiSettings settings) {
        Optional<KeyManager[]> keys = settings.clientCertFile()
                .map(certificate -> Contexts.keys(
                        certificate, settings.clientKeyFile().orElse(certificate), settings.clientKeyFilePassword()));
        X509TrustManager trust;
        if (!settings.clientInsecure()) {
            trust = Contexts.trust(authorities(settings));
        } else if (keys.isPresent()) {
            trust = new ChainOnly(Optional.of(Contexts.trust(authorities(settings))));
        } else {
            trust = new ChainOnly(Optional.empty());
        }
        return Contexts.context(keys.orElse(null), trust);
    }

    private static Optional<Path> authorities(RestApiSettings settings) {
        return settings.clientCaFile().or(settings::caFile);
    }

    /**
     * Leaves host names out: existing clusters have certificates that would not pass. The JDK checks the name in its own extended trust manager,
     * so an extended one that forwards to the plain methods does not.
     */
    private static final class ChainOnly extends X509ExtendedTrustManager {
        private final Optional<X509TrustManager> chain;

        /** @param chain empty: nothing is verified */
        ChainOnly(Optional<X509TrustManager> chain) {
            this.chain = chain;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] certificates, String authType) throws CertificateException {
            if (chain.isPresent()) {
                chain.get().checkServerTrusted(certificates, authType);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] certificates, String authType, Socket socket)
                throws CertificateException {
            checkServerTrusted(certificates, authType);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] certificates, String authType, SSLEngine engine)
                throws CertificateException {
            checkServerTrusted(certificates, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] certificates, String authType) throws CertificateException {
            throw new CertificateException("this side is a client and has no clients");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] certificates, String authType, Socket socket)
                throws CertificateException {
            checkClientTrusted(certificates, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] certificates, String authType, SSLEngine engine)
                throws CertificateException {
            checkClientTrusted(certificates, authType);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return chain.map(X509TrustManager::getAcceptedIssuers).orElseGet(() -> new X509Certificate[0]);
        }
    }
}
