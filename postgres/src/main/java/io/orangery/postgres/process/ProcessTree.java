package io.orangery.postgres.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code /proc} says of processes. */
public final class ProcessTree {
    /** A look at a process that cannot be watched, and the longest single wait for one that can. */
    private static final Duration SLICE = Duration.ofMillis(20);

    private static final Duration LONGEST_WAIT = Duration.ofMillis(500);
    private static final Path PROC = Path.of("/proc");

    private ProcessTree() {}

    /** A line of {@code /proc/<pid>/stat}. */
    record Stat(char state, long parent) {
        /** Exited, and not yet reaped. */
        boolean zombie() {
            return state == 'Z' || state == 'X';
        }
    }

    /**
     * Waits for the exit of a process, whoever has started it; none of this number counts as exited. Blocking.
     *
     * @return false when it still lives after {@code limit}
     */
    public static boolean awaitExit(long pid, Duration limit) throws InterruptedException {
        Duration left = limit;
        try (PidFd process = PidFd.open(pid).orElse(null)) {
            while (process == null ? stat(pid).filter(stat -> !stat.zombie()).isPresent() : !process.exited()) {
                if (!left.isPositive()) {
                    return false;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException("waiting for the exit of process " + pid);
                }
                Duration slice = process == null ? SLICE : LONGEST_WAIT;
                slice = left.compareTo(slice) < 0 ? left : slice;
                if (process == null) {
                    Thread.sleep(slice);
                } else {
                    process.awaitExit(slice);
                }
                left = left.minus(slice);
            }
            return true;
        }
    }

    /** Direct children, in no order. */
    static List<Long> childrenOf(long parent) {
        var children = new ArrayList<Long>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                long pid = Long.parseLong(process.getFileName().toString());
                if (stat(pid)
                        .filter(stat -> stat.parent() == parent && !stat.zombie())
                        .isPresent()) {
                    children.add(pid);
                }
            }
        } catch (IOException noProc) {
            ProcessHandle.of(parent).ifPresent(handle -> handle.children().forEach(child -> children.add(child.pid())));
        }
        return children;
    }

    /** Children and their children. */
    static List<Long> descendantsOf(long parent) {
        var all = new ArrayList<>(childrenOf(parent));
        for (int i = 0; i < all.size(); i++) {
            all.addAll(childrenOf(all.get(i)));
        }
        return all;
    }

    static Optional<Stat> stat(long pid) {
        try {
            String line = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            // The command name, in parentheses, may contain anything, parentheses and blanks too.
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
            return Optional.of(new Stat(fields[0].charAt(0), Long.parseLong(fields[1])));
        } catch (IOException | RuntimeException gone) {
            return Optional.empty();
        }
    }

    /** Empty when it may not be seen. */
    static Optional<Path> workingDirectory(long pid) {
        try {
            return Optional.of(Files.readSymbolicLink(PROC.resolve(pid + "/cwd")));
        } catch (IOException hidden) {
            return Optional.empty();
        }
    }

    /** Name of the program file; empty when it may not be seen. */
    static Optional<String> program(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().command())
                .map(command -> Path.of(command).getFileName().toString().replace(" (deleted)", ""));
    }
}
