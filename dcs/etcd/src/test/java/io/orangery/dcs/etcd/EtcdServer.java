package io.orangery.dcs.etcd;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A real etcd of one server on loopback, with a data directory of its own. Ends with the JVM at the latest. Not for several threads. */
public final class EtcdServer implements AutoCloseable {
    private static final int TRIES_OF_100_MS = 200;

    private final Path directory;
    private final String binary;
    private final int clientPort;
    private final int peerPort;
    private Optional<Process> process = Optional.empty();

    private EtcdServer(String binary, Path directory) throws IOException {
        this.binary = binary;
        this.directory = directory;
        this.clientPort = freePort();
        this.peerPort = freePort();
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
    }

    /** Starts one; where etcd is not installed the calling test is skipped, and its report says why. */
    public static EtcdServer startOrSkip() {
        Optional<String> binary = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "etcd"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
        assumeTrue(
                binary.isPresent(),
                "SKIPPED: no program etcd on the PATH; install etcd 3.4 or later to run these tests");
        try {
            EtcdServer server = new EtcdServer(binary.get(), Files.createTempDirectory("orangery-etcd"));
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code host:port} for clients. */
    public String endpoint() {
        return "127.0.0.1:" + clientPort;
    }

    /** Starts or restarts it with the data there are; returns when it takes connections. */
    public void start() {
        String clientUrl = "http://" + endpoint();
        String peerUrl = "http://127.0.0.1:" + peerPort;
        List<String> command = List.of(
                binary,
                "--name=test",
                "--data-dir=" + directory.resolve("data"),
                "--listen-client-urls=" + clientUrl,
                "--advertise-client-urls=" + clientUrl,
                "--listen-peer-urls=" + peerUrl,
                "--initial-advertise-peer-urls=" + peerUrl,
                "--initial-cluster=test=" + peerUrl,
                "--unsafe-no-fsync=true");
        try {
            process = Optional.of(run(command));
            awaitConnections();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As a crash of its host would: nothing is announced. */
    public void kill() {
        process.ifPresent(running -> {
            running.destroyForcibly();
            try {
                running.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        process = Optional.empty();
    }

    /** It keeps its connections, takes requests and answers nothing, until {@link #thaw()}. */
    public void freeze() {
        signal("STOP");
    }

    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        String pid = Long.toString(process.orElseThrow().pid());
        try {
            if (new ProcessBuilder("kill", "-" + name, pid).start().waitFor() != 0) {
                throw new IllegalStateException("kill -" + name + " " + pid + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops it hard and removes its data. */
    @Override
    public void close() {
        kill();
        try {
            Files.walkFileTree(directory, new Deletion());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process run(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("ETCD_"));
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
    }

    private void awaitConnections() throws IOException {
        for (int tries = 0; tries < TRIES_OF_100_MS; tries++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), clientPort)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException notYet) {
                if (!process.orElseThrow().isAlive()) {
                    break;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
        throw new IllegalStateException("etcd does not start:\n" + Files.readString(directory.resolve("log")));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, IOException error) throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
