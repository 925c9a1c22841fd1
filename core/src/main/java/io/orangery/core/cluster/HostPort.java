package io.orangery.core.cluster;

import java.util.Locale;

/**
 * Address of a server.
 *
 * @param host lower case, IPv6 without brackets: {@code pg_dist_node.nodename} must be spelled the same by every implementation
 *     (citus T12)
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
    public HostPort {
        host = host.toLowerCase(Locale.ROOT);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isBlank() || port < 1 || port > 65535) {
            throw new IllegalArgumentException("not an address: '" + host + "' port " + port);
        }
    }

    /** {@code host:port}, IPv6 in brackets. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
