package io.orangery.http;

import io.orangery.core.settings.RestApiSettings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** What an unsafe request must show: where it comes from, a certificate, credentials; in this order (rest-api 4.4). Pure. */
final class AccessCheck {
    private static final String SCHEME = "Basic ";
    private static final Map<String, String> CHALLENGE = Map.of("WWW-Authenticate", "Basic realm=\"Patroni\"");

    private AccessCheck() {}

    /**
     * Empty: go on.
     *
     * @param sourceAllowed by {@link AllowedSources}
     */
    static Optional<Answer> refuse(Call call, RestApiSettings settings, boolean sourceAllowed) {
        if (!sourceAllowed) {
            return Optional.of(Answer.text(403, "Access is denied"));
        }
        boolean certificateNeeded = settings.tls()
                && (settings.verifyClient().equals("optional")
                        || settings.verifyClient().equals("required"));
        if (certificateNeeded && !call.clientCertificate()) {
            return Optional.of(Answer.text(403, "client certificate required"));
        }
        return settings.authentication().flatMap(expected -> credentials(call.authorization(), expected));
    }

    private static Optional<Answer> credentials(Optional<String> header, String expected) {
        if (header.isEmpty()) {
            return Optional.of(unauthorized("no auth header received"));
        }
        String encoded = Base64.getEncoder().encodeToString(expected.getBytes(StandardCharsets.UTF_8));
        // Constant time: the time of the answer must not tell how much of it was right.
        boolean right = MessageDigest.isEqual(
                (SCHEME + encoded).getBytes(StandardCharsets.UTF_8),
                header.get().getBytes(StandardCharsets.UTF_8));
        return right ? Optional.empty() : Optional.of(unauthorized("not authenticated"));
    }

    private static Answer unauthorized(String text) {
        return new Answer(401, Answer.Content.TEXT, text, CHALLENGE);
    }
}
