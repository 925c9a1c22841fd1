package io.orangery.formation;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** An etcd server of one member on loopback, from the etcd program on the search path. */
public final class EtcdServerProcess implements DcsServer {

    private static final Duration START = Duration.ofSeconds(30);

    private final ServerProcess process;
    private final int port;

    private EtcdServerProcess(ServerProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Whether there is an etcd program on the search path. */
    public static boolean isInstalled() {
        return Command.exists("etcd");
    }

    /**
     * Starts a server with its data in a folder and waits until it answers.
     *
     * @throws IOException when it cannot be started
     * @throws TimeoutException when it does not answer within 30 s
     */
    public static EtcdServerProcess start(Path folder, UnprivilegedUser user) throws IOException, TimeoutException {
        user.own(Files.createDirectories(folder));
        int port = FreePorts.from(12_379);
        String client = "http://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + FreePorts.from(port + 1);
        List<String> command = List.of(
                "etcd",
                "--name=demo",
                "--data-dir=" + folder.resolve("data"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=demo=" + peer);
        ServerProcess process = ServerProcess.startPreferred("etcd", user, command, folder, folder.resolve("etcd.log"));
        EtcdServerProcess server = new EtcdServerProcess(process, port);
        try {
            Await.until("etcd on port " + port + " (log: " + process.log() + ")", START, server::isHealthy);
        } catch (TimeoutException late) {
            server.close();
            throw late;
        }
        return server;
    }

    private boolean isHealthy() throws IOException, InterruptedException {
        if (!process.isRunning()) {
            throw new IllegalStateException("etcd has ended: " + process.lastWords(5));
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .contains("true");
        }
    }

    @Override
    public Map<String, Object> section() {
        return Map.of("etcd3", Map.of("host", "127.0.0.1:" + port));
    }

    @Override
    public String description() {
        return "etcd on 127.0.0.1:" + port;
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
