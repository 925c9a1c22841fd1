package io.orangery.formation;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** ZooKeeper's server, from this program's own classes, in a JVM of its own: its log and its memory stay apart. */
public final class ZooKeeperServerProcess implements DcsServer {

    private static final Duration START = Duration.ofSeconds(60);

    private final ServerProcess process;
    private final int port;

    private ZooKeeperServerProcess(ServerProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts a server with its data in a folder and waits until it accepts connections.
     *
     * @throws IOException when it cannot be started
     * @throws TimeoutException when it does not accept connections within a minute
     */
    public static ZooKeeperServerProcess start(Path folder, UnprivilegedUser user, AgentJvm jvm)
            throws IOException, TimeoutException {
        user.own(Files.createDirectories(folder));
        int port = FreePorts.from(12_181);
        List<String> command = jvm.run(EmbeddedZooKeeper.class, List.of(folder.toString(), "" + port));
        ServerProcess process =
                ServerProcess.startPreferred("zookeeper", user, command, folder, folder.resolve("zookeeper.log"));
        ZooKeeperServerProcess server = new ZooKeeperServerProcess(process, port);
        try {
            Await.until("ZooKeeper on port " + port + " (log: " + process.log() + ")", START, server::isListening);
        } catch (TimeoutException late) {
            server.close();
            throw late;
        }
        return server;
    }

    private boolean isListening() throws IOException {
        if (!process.isRunning()) {
            throw new IllegalStateException("ZooKeeper has ended: " + process.lastWords(5));
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        }
    }

    @Override
    public Map<String, Object> section() {
        return Map.of("zookeeper", Map.of("hosts", List.of("127.0.0.1:" + port)));
    }

    @Override
    public String description() {
        return "ZooKeeper on 127.0.0.1:" + port;
    }

    @Override
    public ServerProcess process() {
        return process;
    }

    @Override
    public void close() {
        process.stop(ServerProcess.Signal.TERM, Duration.ofSeconds(5));
    }
}
