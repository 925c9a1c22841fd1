package io.orangery.postgres.configuration;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.PostgresSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;

/** Where this node reaches its own server (ha-behaviour 31.5): TCP, because the JDBC driver has no unix sockets. */
public final class LocalAddress {
    private static final Set<String> ANY_OR_LOOPBACK = Set.of("*", "localhost", "0.0.0.0", "127.0.0.1");
    private static final int PORT_LINE = 3;
    private static final int LISTEN_LINE = 5;

    private LocalAddress() {}

    /** Address after the next start. */
    public static HostPort configured(PostgresSettings settings) {
        var addresses = List.of(settings.listenAddresses().strip().split("\\s*,\\s*"));
        boolean local = addresses.stream().anyMatch(ANY_OR_LOOPBACK::contains)
                || addresses.getFirst().isEmpty();
        return new HostPort(local ? "localhost" : reachable(addresses.getFirst()), settings.port());
    }

    /**
     * Address of the server that runs, by {@code postmaster.pid}, so that a change of the port moves nothing before the restart; the configured
     * one when there is no such file or it does not say. Reads one small file.
     */
    public static HostPort inForce(PostgresSettings settings) {
        try {
            var lines = Files.readAllLines(settings.dataDir().resolve("postmaster.pid"));
            int port = Integer.parseInt(lines.get(PORT_LINE).strip());
            var listens = lines.get(LISTEN_LINE).strip();
            if (listens.isEmpty()) {
                return configured(settings);
            }
            // The file has only the first address: when that is the configured one, so are the others, and the loopback
            // may be among them.
            var first = settings.listenAddresses().strip().split("\\s*,\\s*")[0];
            if (first.equals(listens)) {
                return new HostPort(configured(settings).host(), port);
            }
            return new HostPort(ANY_OR_LOOPBACK.contains(listens) ? "localhost" : reachable(listens), port);
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException notRunningOrStarting) {
            return configured(settings);
        }
    }

    /** {@code ::} is an address to listen on, not one to connect to. */
    private static String reachable(String listened) {
        return listened.equals("::") ? "::1" : listened;
    }
}
