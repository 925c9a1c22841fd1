package io.orangery.protocol.mesh;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Address of a mesh node as its member key advertises it: {@code akka://mesh-<id>@host:port} of a node that belongs to the mesh with this id,
 * {@code akka://mesh@host:port} of one that belongs to none at present. The id is part of the name of the actor system, so nodes of two meshes
 * cannot be joined by mistake: Artery drops what is addressed to another system.
 *
 * @param meshId letters and digits; empty while the node belongs to no mesh
 * @param host as configured, IPv6 in brackets
 * @param port 1 to 65535
 */
public record MeshAddress(Optional<String> meshId, String host, int port) {
    private static final Pattern FORM = Pattern.compile("akka://mesh(?:-([A-Za-z0-9]+))?@([^/@]+):([0-9]{1,5})");

    /** @throws IllegalArgumentException for what could not be read back */
    public MeshAddress {
        if (host.indexOf(':') >= 0 && !host.startsWith("[")) {
            host = "[" + host + "]";
        }
        if (host.isBlank()
                || port < 1
                || port > 65535
                || meshId.filter(id -> !usableId(id)).isPresent()) {
            throw new IllegalArgumentException(
                    "not a mesh address: mesh " + meshId + ", host '" + host + "', port " + port);
        }
    }

    /** Empty for anything else: other agents may have written it. */
    public static Optional<MeshAddress> parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        int port = Integer.parseInt(parts.group(3));
        return port < 1 || port > 65535
                ? Optional.empty()
                : Optional.of(new MeshAddress(Optional.ofNullable(parts.group(1)), parts.group(2), port));
    }

    /** An id that can stand in the name of an actor system. */
    public static boolean usableId(String id) {
        return id.matches("[A-Za-z0-9]+");
    }

    /** Name of the actor system. */
    public String systemName() {
        return meshId.map(id -> "mesh-" + id).orElse("mesh");
    }

    public MeshAddress in(String id) {
        return new MeshAddress(Optional.of(id), host, port);
    }

    public boolean isIn(String id) {
        return meshId.filter(id::equals).isPresent();
    }

    /** The same host and port, whatever the mesh. */
    public boolean sameNodeAs(MeshAddress other) {
        return host.equalsIgnoreCase(other.host) && port == other.port;
    }

    /** As advertised. */
    @Override
    public String toString() {
        return "akka://" + systemName() + "@" + host + ":" + port;
    }
}
