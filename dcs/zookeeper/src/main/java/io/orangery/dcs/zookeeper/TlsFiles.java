package io.orangery.dcs.zookeeper;

import io.orangery.dcs.DcsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.apache.zookeeper.client.ZKClientConfig;

/**
 * TLS as the Java client can do it: PEM files, over its Netty transport. It wants certificate and key in one file, so separate ones are
 * joined in a private temporary file, the key as it is, encrypted or not.
 *
 * @param cacert empty: the certificates that the Java runtime trusts
 */
record TlsFiles(Optional<Path> cacert, Optional<Path> cert, Optional<Path> key, Optional<String> keyPassword) {
    private static final String OWNER_ONLY = "rw-------";

    static TlsFiles of(DcsSettings settings) {
        TlsFiles files = new TlsFiles(
                readable(Setting.of(settings, "cacert")),
                readable(Setting.of(settings, "cert")),
                readable(Setting.of(settings, "key")),
                Setting.of(settings, "key_password").text());
        if (!Setting.of(settings, "verify").flag(true)) {
            throw Setting.of(settings, "verify")
                    .invalid(
                            "true: the ZooKeeper client for Java always checks the server's certificate and the name in it;"
                                    + " name its authority in 'cacert'");
        }
        if (files.key.isPresent() && files.cert.isEmpty()) {
            throw Setting.of(settings, "cert").invalid("the certificate for 'key'");
        }
        return files;
    }

    private static Optional<Path> readable(Setting setting) {
        Optional<Path> path = setting.text().map(Path::of);
        if (path.isPresent() && !Files.isReadable(path.get())) {
            throw setting.invalid("a file that can be read");
        }
        return path;
    }

    void applyTo(ZKClientConfig config) throws IOException {
        config.setProperty(ZKClientConfig.SECURE_CLIENT, "true");
        config.setProperty(ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, "org.apache.zookeeper.ClientCnxnSocketNetty");
        if (cacert.isPresent()) {
            config.setProperty("zookeeper.ssl.trustStore.location", cacert.get().toString());
            config.setProperty("zookeeper.ssl.trustStore.type", "PEM");
        }
        if (cert.isPresent()) {
            config.setProperty("zookeeper.ssl.keyStore.location", identity().toString());
            config.setProperty("zookeeper.ssl.keyStore.type", "PEM");
            keyPassword.ifPresent(password -> config.setProperty("zookeeper.ssl.keyStore.password", password));
        }
    }

    private Path identity() throws IOException {
        if (key.isEmpty() || key.equals(cert)) {
            return cert.orElseThrow();
        }
        Path joined = Files.createTempFile(
                "zookeeper-identity-",
                ".pem",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
        joined.toFile().deleteOnExit();
        String pem = Files.readString(cert.orElseThrow()) + System.lineSeparator() + Files.readString(key.get());
        return Files.writeString(joined, pem);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "TLS with " + cert.map(Path::toString).orElse("no client certificate");
    }
}
