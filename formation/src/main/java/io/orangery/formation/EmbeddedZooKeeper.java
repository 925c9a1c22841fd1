package io.orangery.formation;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/** ZooKeeper's own server in this JVM: a single one, on loopback, for the demo and for tests. */
public final class EmbeddedZooKeeper implements AutoCloseable {

    /** Sessions end at a multiple of the tick: the shorter, the closer an outage is to ttl. */
    private static final int TICK_MILLIS = 500;

    /** The server shortens a client's timeout to this; a usual ttl has to fit. */
    private static final int LONGEST_SESSION_MILLIS = 120_000;

    private static final int CONNECTIONS_PER_ADDRESS = 200;

    private final NIOServerCnxnFactory connections;

    private EmbeddedZooKeeper(NIOServerCnxnFactory connections) {
        this.connections = connections;
    }

    /**
     * Starts a server.
     *
     * @param folder its data; created when missing
     * @param port on 127.0.0.1
     * @throws IOException when the port is in use or the folder cannot be written
     */
    public static EmbeddedZooKeeper start(Path folder, int port) throws IOException {
        ZooKeeperServer server = new ZooKeeperServer(
                folder.resolve("snapshots").toFile(), folder.resolve("log").toFile(), TICK_MILLIS);
        server.setMinSessionTimeout(2 * TICK_MILLIS);
        server.setMaxSessionTimeout(LONGEST_SESSION_MILLIS);
        NIOServerCnxnFactory connections = new NIOServerCnxnFactory();
        connections.configure(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECTIONS_PER_ADDRESS);
        try {
            connections.startup(server);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while ZooKeeper was starting", interrupted);
        }
        return new EmbeddedZooKeeper(connections);
    }

    @Override
    public void close() {
        connections.shutdown();
    }

    /** A JVM that is nothing but this server: {@code FOLDER PORT}. Runs until it is stopped. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != 2) {
            System.err.println("usage: " + EmbeddedZooKeeper.class.getName() + " FOLDER PORT");
            System.exit(2);
        }
        EmbeddedZooKeeper server = start(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        Thread.currentThread().join();
    }
}
