package io.orangery.http.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** From PEM files to the JDK's TLS. */
final class Contexts {
    /** In memory only, so its password protects nothing. */
    private static final char[] NO_SECRET = new char[0];

    private Contexts() {}

    static KeyManager[] keys(Path certificates, Path key, Optional<String> password) {
        try {
            KeyStore store = emptyStore();
            store.setKeyEntry(
                    "own",
                    PemFile.read(key).privateKey(password),
                    NO_SECRET,
                    PemFile.read(certificates).certificates().toArray(X509Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_SECRET);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException bad) {
            throw new BadTlsSetting(
                    "certificate " + certificates + " and key " + key + " cannot be used: " + bad.getMessage(), bad);
        }
    }

    /** @param authorities empty: those of the JDK */
    static X509TrustManager trust(Optional<Path> authorities) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(authorities.isPresent() ? store(authorities.get()) : null);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager trust) {
                    return trust;
                }
            }
            throw new IllegalStateException("the JDK has no trust manager for X.509");
        } catch (GeneralSecurityException | IOException bad) {
            throw new BadTlsSetting("authorities " + authorities + " cannot be used: " + bad.getMessage(), bad);
        }
    }

    private static KeyStore store(Path authorities) throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        int number = 0;
        for (X509Certificate certificate : PemFile.read(authorities).certificates()) {
            store.setCertificateEntry("authority-" + number++, certificate);
        }
        return store;
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_SECRET);
        return store;
    }

    static SSLContext context(KeyManager[] keys, TrustManager trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust == null ? null : new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException bad) {
            throw new BadTlsSetting("TLS cannot be set up: " + bad.getMessage(), bad);
        }
    }
}
