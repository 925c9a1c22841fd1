package io.orangery.dcs.zookeeper;

import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.HandedOver;
import io.orangery.dcs.StoreUnderTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/** A ZooKeeper server in the process of the test, on a free port of the loopback interface. Its data survive {@link #stop()}. */
final class ServerInProcess implements StoreUnderTest {
    private static final int TICK_MILLIS = 500;
    private static final int LONGEST_SESSION_MILLIS = 120_000;

    private final Path directory;
    private final InetSocketAddress address;
    private NIOServerCnxnFactory network;
    private ZooKeeperServer server;

    ServerInProcess(Path directory) {
        this.directory = directory;
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        start();
    }

    private static int freePort() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void start() {
        try {
            server = new ZooKeeperServer(directory.toFile(), directory.toFile(), TICK_MILLIS);
            server.setMaxSessionTimeout(LONGEST_SESSION_MILLIS);
            network = new NIOServerCnxnFactory();
            network.configure(address, 0);
            network.startup(server);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    @Override
    public void stop() {
        network.shutdown();
    }

    /** Ends a session as its timeout would. */
    void expire(String session) {
        server.closeSession(Long.parseUnsignedLong(session.substring(2), 16));
    }

    boolean has(String path) {
        return server.getZKDatabase().getNode(path) != null;
    }

    InetSocketAddress address() {
        return address;
    }

    String connectString() {
        return address.getHostString() + ":" + address.getPort();
    }

    @Override
    public Dcs open(DcsSettings settings) {
        return new ZooKeeperDcsProvider().open(settings);
    }

    @Override
    public Map<String, Object> section() {
        return Map.of("hosts", connectString());
    }

    @Override
    public void letTimePass() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    @Override
    public Duration ttl() {
        return Duration.ofSeconds(3);
    }

    @Override
    public boolean keepsLeaseAliveByItself() {
        return true;
    }

    @Override
    public HandedOver handsOver() {
        return HandedOver.RELEASED;
    }
}
