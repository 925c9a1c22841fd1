package io.orangery.config;

import io.orangery.core.cluster.HostPort;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * {@code host:port} as configured, split at the last colon (configuration.md 14.6).
 *
 * @param hosts without brackets; several where a server listens; empty text or {@code *}: all addresses
 */
record Address(List<String> hosts, int port) {
    private static final Set<String> LOCAL = Set.of("*", "localhost", "0.0.0.0", "127.0.0.1");

    /** Port demanded. */
    static Optional<Address> parse(String text) {
        return parse(text, OptionalInt.empty());
    }

    /** Port may be missing. Empty: not an address. */
    static Optional<Address> parse(String text, int defaultPort) {
        return parse(text, OptionalInt.of(defaultPort));
    }

    private static Optional<Address> parse(String text, OptionalInt defaultPort) {
        String stripped = text.strip();
        int colon = stripped.endsWith("]") ? -1 : stripped.lastIndexOf(':');
        OptionalInt port = colon < 0 ? defaultPort : port(stripped.substring(colon + 1));
        String hosts = colon < 0 ? stripped : stripped.substring(0, colon);
        List<String> list =
                Arrays.stream(hosts.split(",")).map(host -> bare(host.strip())).toList();
        boolean bracketsMissing = Arrays.stream(hosts.split(","))
                .anyMatch(host -> host.contains(":") && !host.strip().startsWith("["));
        return port.isEmpty() || bracketsMissing ? Optional.empty() : Optional.of(new Address(list, port.getAsInt()));
    }

    String host() {
        return hosts.getFirst();
    }

    /** One host, and not "all addresses". */
    boolean connectable() {
        return hosts.size() == 1 && !host().isBlank() && !host().equals("*");
    }

    /** Others cannot connect to what this says. */
    boolean wildcard() {
        return hosts.stream()
                .anyMatch(host -> host.isEmpty() || host.equals("*") || host.equals("0.0.0.0") || host.equals("::"));
    }

    /** How the node itself connects: {@code localhost} where the server listens there. */
    String localHost() {
        return hosts.stream().anyMatch(LOCAL::contains) ? "localhost" : host();
    }

    HostPort toHostPort() {
        return new HostPort(host(), port);
    }

    private static OptionalInt port(String text) {
        return text.matches("[0-9]{1,5}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= 65535
                ? OptionalInt.of(Integer.parseInt(text))
                : OptionalInt.empty();
    }

    private static String bare(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
