package io.orangery.core.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code restapi} section and what {@code ctl} adds for calls to other members (rest-api 3, 4, 16).
 *
 * @param listenHost as configured; {@code *} or empty: all addresses
 * @param connectAddress {@code host:port} as configured or derived: goes into {@code api_url}
 * @param authentication {@code user:password} that unsafe endpoints demand
 * @param certFile server certificate; present: the server speaks TLS
 * @param verifyClient {@code none}, {@code optional} or {@code required}
 * @param clientAuthentication {@code user:password} sent to other members
 * @param clientInsecure true: certificates of other members are not verified
 */
public record RestApiSettings(
        String listenHost,
        int listenPort,
        String connectAddress,
        Optional<String> authentication,
        Optional<Path> certFile,
        Optional<Path> keyFile,
        Optional<String> keyFilePassword,
        Optional<Path> caFile,
        Optional<String> ciphers,
        String verifyClient,
        List<String> allowlist,
        boolean allowlistIncludesMembers,
        Map<String, String> httpExtraHeaders,
        Map<String, String> httpsExtraHeaders,
        Optional<String> serverTokens,
        Optional<String> clientAuthentication,
        Optional<Path> clientCertFile,
        Optional<Path> clientKeyFile,
        Optional<String> clientKeyFilePassword,
        Optional<Path> clientCaFile,
        boolean clientInsecure) {

    public boolean tls() {
        return certFile.isPresent();
    }

    /** {@code http(s)://<connect address>/patroni}: what the member key says. */
    public String apiUrl() {
        return (tls() ? "https://" : "http://") + connectAddress + "/patroni";
    }

    /** Without secrets: for logs. */
    @Override
    public String toString() {
        return "RestApiSettings[" + listenHost + ":" + listenPort + ", " + apiUrl() + "]";
    }
}
