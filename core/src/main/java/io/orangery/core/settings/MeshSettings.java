package io.orangery.core.settings;

import java.util.Optional;

/**
 * The {@code mesh} section.
 *
 * @param listenPort REST port + 10000 unless configured; 0: a free port
 * @param connectHost host that other agents use
 * @param sharedSecret for message authentication where there is no TLS; without either the mesh carries hints only
 */
public record MeshSettings(
        boolean enabled,
        String listenHost,
        int listenPort,
        String connectHost,
        int connectPort,
        Optional<String> sharedSecret) {
    /** Without the secret: for logs. */
    @Override
    public String toString() {
        return "MeshSettings[enabled=" + enabled + ", " + listenHost + ":" + listenPort + ", " + connectHost + ":"
                + connectPort + "]";
    }
}
