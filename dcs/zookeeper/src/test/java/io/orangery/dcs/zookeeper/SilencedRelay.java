package io.orangery.dcs.zookeeper;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** Passes connections on to a server until they are told to swallow everything: a host that vanished without closing its sockets. */
final class SilencedRelay implements AutoCloseable {
    private final InetSocketAddress target;
    private final ServerSocket entrance;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<AtomicReference<BooleanSupplier>> requestsLost = new CopyOnWriteArrayList<>();
    private final List<AtomicReference<BooleanSupplier>> repliesLost = new CopyOnWriteArrayList<>();

    SilencedRelay(InetSocketAddress target) throws IOException {
        this(target, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    }

    /** @param entrance bound; one for TLS makes this the TLS side of a server without it */
    SilencedRelay(InetSocketAddress target, ServerSocket entrance) {
        this.target = target;
        this.entrance = entrance;
        Thread.ofVirtual().start(this::acceptAll);
    }

    String connectString() {
        return "127.0.0.1:" + port();
    }

    /** Connections opened from now on work. */
    void silenceOpenConnections() {
        requestsLost.forEach(lost -> lost.set(() -> true));
        loseRepliesOfOpenConnections();
    }

    /** Requests still arrive, and take effect. */
    void loseRepliesOfOpenConnections() {
        loseRepliesOfOpenConnectionsWhen(() -> true);
    }

    /** @param lost asked when a reply arrives, so after its request has taken effect */
    void loseRepliesOfOpenConnectionsWhen(BooleanSupplier lost) {
        repliesLost.forEach(each -> each.set(lost));
    }

    int port() {
        return entrance.getLocalPort();
    }

    private void acceptAll() {
        try {
            while (true) {
                Socket client = entrance.accept();
                Socket server = new Socket(target.getAddress(), target.getPort());
                sockets.addAll(List.of(client, server));
                Thread.ofVirtual().start(passing(client, server, requestsLost));
                Thread.ofVirtual().start(passing(server, client, repliesLost));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private static Runnable passing(Socket from, Socket to, List<AtomicReference<BooleanSupplier>> silences) {
        AtomicReference<BooleanSupplier> silent = new AtomicReference<>(() -> false);
        silences.add(silent);
        return () -> pass(from, to, silent);
    }

    private static void pass(Socket from, Socket to, AtomicReference<BooleanSupplier> silent) {
        byte[] buffer = new byte[8192];
        try {
            for (int length = from.getInputStream().read(buffer);
                    length >= 0;
                    length = from.getInputStream().read(buffer)) {
                if (!silent.get().getAsBoolean()) {
                    to.getOutputStream().write(buffer, 0, length);
                }
            }
        } catch (IOException closed) {
            // One side has hung up.
        }
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
