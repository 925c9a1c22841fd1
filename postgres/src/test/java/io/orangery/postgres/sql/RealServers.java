package io.orangery.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Servers of one test; all are stopped and removed at its end. */
public final class RealServers implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Path directory;
    private final List<RealServer> servers = new ArrayList<>();

    public RealServers() throws IOException {
        directory = Files.createTempDirectory("orangery-sql");
    }

    public RealServer add(String name) throws IOException {
        var server = new RealServer(directory.resolve(name));
        servers.add(server);
        return server;
    }

    public Connections connections(RealServer server) {
        return new Connections(server::settings);
    }

    /** A condition on a server. */
    public interface Condition {
        boolean holds() throws Exception;
    }

    /** Asks again and again until it holds. */
    public static void await(String what, Condition condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("still not: %s", what).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() throws IOException {
        for (var server : servers.reversed()) {
            server.close();
        }
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
