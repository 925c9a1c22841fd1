package io.orangery.formation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The PostgreSQL server of a data directory, found by its postmaster.pid; it is not a child of this JVM. */
final class Postmaster {

    private static final Duration IMMEDIATE_STOP = Duration.ofSeconds(5);

    private final ProcessHandle process;

    private Postmaster(ProcessHandle process) {
        this.process = process;
    }

    /** The running server of a data directory; empty when none runs. */
    static Optional<Postmaster> of(Path dataDirectory) {
        Path file = dataDirectory.resolve("postmaster.pid");
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.isEmpty()
                    ? Optional.empty()
                    : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                            .filter(ProcessHandle::isAlive)
                            .filter(handle -> isServer(handle, dataDirectory))
                            .map(Postmaster::new);
        } catch (IOException | NumberFormatException noneRuns) {
            return Optional.empty();
        }
    }

    /** The file outlives a killed server, and its number may belong to anybody by now: a server works in its data directory. */
    private static boolean isServer(ProcessHandle handle, Path dataDirectory) {
        try {
            return Files.isSameFile(Path.of("/proc/" + handle.pid() + "/cwd"), dataDirectory);
        } catch (IOException notOurs) {
            return false;
        }
    }

    long pid() {
        return process.pid();
    }

    /** The server and all of its children: what dies when a host dies. */
    List<Long> pids() {
        return Stream.concat(Stream.of(process), process.descendants())
                .map(ProcessHandle::pid)
                .toList();
    }

    /** Stops the server without a checkpoint; kills what is left after five seconds. */
    void stopImmediately() {
        List<Long> all = pids();
        all.forEach(pid -> ServerProcess.signal(pid, ServerProcess.Signal.CONT));
        ServerProcess.signal(process.pid(), ServerProcess.Signal.QUIT);
        long start = Await.now();
        while (process.isAlive() && Await.since(start).compareTo(IMMEDIATE_STOP) < 0) {
            Await.pause(Duration.ofMillis(20));
        }
        all.stream()
                .filter(pid -> ProcessHandle.of(pid).isPresent())
                .forEach(pid -> ServerProcess.signal(pid, ServerProcess.Signal.KILL));
    }
}
