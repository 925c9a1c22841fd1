package io.orangery.postgres.process;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Starts a postmaster that outlives the agent: in a session of its own, child of nobody here, output in a file. What it writes to that file
 * is little once its own logging collector runs.
 */
final class PostmasterLaunch {
    /** $0 is the log file. setsid does not fork here, so the number that is printed is that of the postmaster. */
    private static final String DETACH = "setsid \"$@\" </dev/null >>\"$0\" 2>&1 & echo $!";

    private static final long LARGE_LOG_BYTES = 32L * 1024 * 1024;
    private static final int EXCERPT_BYTES = 4096;

    private final Path log;

    PostmasterLaunch(Path log) {
        this.log = log;
    }

    /**
     * @param stalePid process id in a pid file that does not belong to a postmaster of ours: PostgreSQL takes it for a live one unless it is
     *     told that it is its own grandparent (ha-behaviour 30.4)
     */
    long launch(List<String> postgres, Optional<Long> stalePid) throws IOException, InterruptedException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        trim();
        var command = new ArrayList<>(List.of("/bin/sh", "-c", DETACH, log.toString()));
        command.addAll(postgres);
        var builder = new ProcessBuilder(Priority.ordinary(command)).redirectInput(new File("/dev/null"));
        prepare(builder.environment(), stalePid);
        Process shell = builder.start();
        String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String complaint = new String(shell.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        int exitCode = shell.waitFor();
        try {
            return Long.parseLong(printed.strip());
        } catch (NumberFormatException failed) {
            throw new IOException("PostgreSQL could not be launched: exit code " + exitCode + " " + complaint.strip());
        }
    }

    private static void prepare(Map<String, String> environment, Optional<Long> stalePid) {
        Subprocess.removeOwnVariables(environment);
        Optional.ofNullable(environment.remove("PG_MALLOC_ARENA_MAX"))
                .ifPresent(value -> environment.put("MALLOC_ARENA_MAX", value));
        environment.remove("PG_GRANDPARENT_PID");
        stalePid.ifPresent(pid -> environment.put("PG_GRANDPARENT_PID", Long.toString(pid)));
    }

    /** The server appends, so it goes on at the new end. One older file is kept. */
    void trim() throws IOException {
        if (Files.exists(log) && Files.size(log) > LARGE_LOG_BYTES) {
            Files.copy(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
                file.truncate(0);
            }
        }
    }

    /** Size of the log now; {@link #since} tells what came later. */
    long position() {
        try {
            return Files.exists(log) ? Files.size(log) : 0;
        } catch (IOException unreadable) {
            return 0;
        }
    }

    /** Last lines written since, on one line: why it did not start. */
    String since(long position) {
        try (var file = Files.newByteChannel(log)) {
            file.position(Math.max(position, file.size() - EXCERPT_BYTES));
            var bytes = ByteBuffer.allocate(EXCERPT_BYTES);
            while (bytes.hasRemaining() && file.read(bytes) >= 0) {
                // until the end of the file
            }
            String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
            List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
        } catch (IOException unreadable) {
            return "";
        }
    }

    Path log() {
        return log;
    }
}
