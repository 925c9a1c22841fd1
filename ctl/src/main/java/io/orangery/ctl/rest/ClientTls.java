package io.orangery.ctl.rest;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * How servers are verified and how the tool identifies itself (ctl.md 4). The files are read when the first request is made.
 *
 * @param insecure true: with a client certificate the host name is not checked, without one nothing is
 * @param cacert PEM file; empty: the system's certificates
 * @param certfile PEM file, may hold the key too
 * @param keyfile PEM file; empty: the key is in {@code certfile}
 */
public record ClientTls(
        boolean insecure,
        Optional<Path> cacert,
        Optional<Path> certfile,
        Optional<Path> keyfile,
        Optional<String> keyfilePassword) {

    /** Without the password. */
    @Override
    public String toString() {
        return "ClientTls[insecure=" + insecure + ", cacert=" + cacert + ", certfile=" + certfile + ", keyfile="
                + keyfile + "]";
    }

    /** Empty: Java's own defaults will do. @throws IOException a file cannot be read or used; names it */
    Optional<SSLContext> context() throws IOException {
        if (!insecure && cacert.isEmpty() && certfile.isEmpty()) {
            return Optional.empty();
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(identity(), new TrustManager[] {trust()}, null);
            return Optional.of(context);
        } catch (GeneralSecurityException unusable) {
            throw new IOException("TLS cannot be set up: " + unusable.getMessage(), unusable);
        }
    }

    private KeyManager[] identity() throws IOException, GeneralSecurityException {
        if (certfile.isEmpty()) {
            return null;
        }
        List<X509Certificate> chain = PemFiles.certificates(certfile.get());
        PrivateKey key = PemFiles.privateKey(keyfile.orElse(certfile.get()), keyfilePassword);
        KeyStore store = emptyStore();
        store.setKeyEntry("client", key, new char[0], chain.toArray(X509Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private X509TrustManager trust() throws IOException, GeneralSecurityException {
        if (insecure && certfile.isEmpty()) {
            return new WithoutHostNames(Optional.empty());
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(cacert.isPresent() ? authorities(cacert.get()) : null);
        X509TrustManager trust = (X509TrustManager) factory.getTrustManagers()[0];
        return insecure ? new WithoutHostNames(Optional.of(trust)) : trust;
    }

    private static KeyStore authorities(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = emptyStore();
        for (X509Certificate certificate : PemFiles.certificates(file)) {
            store.setCertificateEntry("ca" + store.size(), certificate);
        }
        return store;
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /** An extended trust manager does the host names' check itself, so one that does none switches it off. Without a chain it trusts all. */
    private static final class WithoutHostNames extends X509ExtendedTrustManager {
        private final Optional<X509TrustManager> chains;

        WithoutHostNames(Optional<X509TrustManager> chains) {
            this.chains = chains;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            if (chains.isPresent()) {
                chains.get().checkServerTrusted(chain, type);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("the command line serves nobody");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            checkClientTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            checkClientTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
