package io.orangery.postgres.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code /proc} says of processes. */
final class ProcessTree {
    private static final Path PROC = Path.of("/proc");

    private ProcessTree() {}

    /** A line of {@code /proc/<pid>/stat}. */
    record Stat(char state, long parent) {
        /** Exited, and not yet reaped. */
        boolean zombie() {
            return state == 'Z' || state == 'X';
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
