package io.orangery.formation;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/**
 * Hands out TCP ports of 127.0.0.1 on which nothing listens, each once per JVM. They are searched upwards from a given number,
 * below the range from which the kernel takes the ports of outgoing connections, so that a port stays free between being chosen
 * and being used. Thread-safe.
 */
public final class FreePorts {

    private static final int LOWEST_EPHEMERAL = 32_768;
    private static final Set<Integer> TAKEN = new HashSet<>();

    private FreePorts() {}

    /** The next free port from {@code first} on. */
    public static int from(int first) throws IOException {
        return from(first, 0);
    }

    /** The next port from {@code first} on that is free and whose companion, {@code offset} above it, is free as well. */
    public static synchronized int from(int first, int offset) throws IOException {
        for (int port = first; port + offset < LOWEST_EPHEMERAL; port++) {
            if (isFree(port) && isFree(port + offset)) {
                TAKEN.add(port);
                TAKEN.add(port + offset);
                return port;
            }
        }
        throw new IOException("no free port from " + first + " on");
    }

    private static boolean isFree(int port) {
        if (TAKEN.contains(port)) {
            return false;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true); // connections in TIME_WAIT do not make a port unusable for a server
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException inUse) {
            return false;
        }
    }
}
