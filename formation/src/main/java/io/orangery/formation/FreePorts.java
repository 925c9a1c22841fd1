package io.orangery.formation;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.HashMap;
import java.util.Map;

/**
 * Hands out TCP ports of 127.0.0.1 on which nothing listens, each once per JVM. They are searched upwards from a given number,
 * below the range from which the kernel takes the ports of outgoing connections, so that a port stays free between being chosen
 * and being used. What is handed out is claimed until this JVM ends, by the UDP port of the same number: another formation on this host, which may
 * not have started its servers yet, takes other ports. Thread-safe.
 */
public final class FreePorts {

    private static final int LOWEST_EPHEMERAL = 32_768;
    private static final Map<Integer, DatagramSocket> CLAIMED = new HashMap<>();

    private FreePorts() {}

    /** The next free port from {@code first} on. */
    public static int from(int first) throws IOException {
        return from(first, 0);
    }

    /** The next port from {@code first} on that is free and whose companion, {@code offset} above it, is free as well. */
    public static synchronized int from(int first, int offset) throws IOException {
        for (int port = first; port + offset < LOWEST_EPHEMERAL; port++) {
            if (claim(port)) {
                if (offset == 0 || claim(port + offset)) {
                    return port;
                }
                CLAIMED.remove(port).close();
            }
        }
        throw new IOException("no free port from " + first + " on");
    }

    private static boolean claim(int port) {
        if (CLAIMED.containsKey(port)) {
            return false;
        }
        try {
            DatagramSocket claim = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            if (isFree(port)) {
                CLAIMED.put(port, claim);
                return true;
            }
            claim.close();
            return false;
        } catch (SocketException claimedByAnother) {
            return false;
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true); // connections in TIME_WAIT do not make a port unusable for a server
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException inUse) {
            return false;
        }
    }
}
