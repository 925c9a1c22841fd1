package io.orangery.postgres.process;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program to its end. Interrupting the thread that waits is how a run is cancelled: the program is terminated, after ten seconds
 * killed, its children too.
 */
public final class Subprocess {
    /** Whoever still holds its output open by then is a child that it left behind, which may never end. */
    private static final Duration AFTER_EXIT = Duration.ofSeconds(2);

    private static final long PATIENCE_SECONDS = 10;
    private static final File NOTHING = new File("/dev/null");

    private Subprocess() {}

    /** How a program ended. Output is cut to its last 256 KB. */
    public record Result(int exitCode, String stdout, String stderr) {
        public boolean ok() {
            return exitCode == 0;
        }

        /** One line for a log: exit code and the last thing that it said. */
        public String summary() {
            String said = stderr.isBlank() ? stdout : stderr;
            List<String> lines = said.lines().filter(line -> !line.isBlank()).toList();
            return "exit code " + exitCode
                    + (lines.isEmpty()
                            ? ""
                            : ": " + String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size())));
        }
    }

    /** Whose environment the program gets. */
    public enum Environment {
        /** Programs of PostgreSQL: without the agent's own variables, messages in English. */
        TOOL,
        /** The same in the agent's own locale, which initdb makes the new cluster's default. */
        TOOL_IN_OWN_LOCALE,
        /** Scripts of the user: everything that the agent has. */
        SCRIPT
    }

    /**
     * @param extra variables to set in addition
     * @param directory working directory; empty: the agent's
     */
    public static Result run(
            List<String> command, Environment environment, Map<String, String> extra, Optional<Path> directory)
            throws IOException, InterruptedException {
        return await(start(command, environment, extra, directory));
    }

    /**
     * The same with something to read: secrets that must be neither in the arguments nor in a file.
     *
     * @param input all of its standard input; short, because it is written before anything is read
     */
    public static Result run(List<String> command, Environment environment, String input)
            throws IOException, InterruptedException {
        Process process = builder(command, environment, Map.of(), Optional.empty())
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .start();
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException notRead) {
            // It ended, or closed its input, first: its exit code and messages say more than this.
        }
        return await(process);
    }

    private static Result await(Process process) throws InterruptedException {
        var stdout = new TailReader("stdout", process.getInputStream());
        var stderr = new TailReader("stderr", process.getErrorStream());
        try {
            int exitCode = process.waitFor();
            return new Result(exitCode, stdout.text(AFTER_EXIT), stderr.text(AFTER_EXIT));
        } catch (InterruptedException cancelled) {
            end(process);
            throw cancelled;
        }
    }

    static Process start(
            List<String> command, Environment environment, Map<String, String> extra, Optional<Path> directory)
            throws IOException {
        return builder(command, environment, extra, directory)
                .redirectInput(NOTHING)
                .start();
    }

    private static ProcessBuilder builder(
            List<String> command, Environment environment, Map<String, String> extra, Optional<Path> directory) {
        var builder = new ProcessBuilder(Priority.ordinary(command));
        directory.ifPresent(path -> builder.directory(path.toFile()));
        if (environment != Environment.SCRIPT) {
            removeOwnVariables(builder.environment());
        }
        if (environment == Environment.TOOL) {
            builder.environment().put("LC_ALL", "C");
        }
        builder.environment().putAll(extra);
        return builder;
    }

    /** Configuration of the agent holds passwords; NOTIFY_SOCKET would let PostgreSQL speak to systemd in the agent's name. */
    static void removeOwnVariables(Map<String, String> environment) {
        environment
                .keySet()
                .removeIf(name -> name.startsWith("PATRONI_")
                        || name.startsWith("ORANGERY_")
                        || name.startsWith("KUBERNETES_")
                        || name.equals("NOTIFY_SOCKET"));
    }

    /** Terminates, then kills; returns when it is gone. Clears the interruption while it waits and restores it. */
    static void end(Process process) {
        boolean interrupted = Thread.interrupted();
        List<Long> family = ProcessTree.descendantsOf(process.pid());
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                process.waitFor();
            }
        } catch (InterruptedException again) {
            interrupted = true;
            process.destroyForcibly();
        }
        family.forEach(child -> PidFd.kill(child, Signal.KILL));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
