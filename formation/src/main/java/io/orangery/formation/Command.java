package io.orangery.formation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One short command of the operating system, run to its end. Blocks the calling thread. */
final class Command {

    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** What a command left: its exit code and everything that it wrote, standard error included. */
    record Ended(int exitCode, String output) {
        boolean succeeded() {
            return exitCode == 0;
        }
    }

    private Command() {}

    /**
     * Runs a command and waits for its end.
     *
     * @throws IOException when the program does not exist or takes longer than ten minutes
     */
    static Ended run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(command.getFirst() + " has not ended after " + LONGEST.toMinutes() + " minutes");
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + command.getFirst(), interrupted);
        }
        return new Ended(process.exitValue(), output);
    }

    /**
     * The output of a command that must succeed.
     *
     * @throws IOException when it fails, with what it wrote
     */
    static String output(List<String> command) throws IOException {
        Ended ended = run(command);
        if (!ended.succeeded()) {
            throw new IOException(String.join(" ", command) + " failed with exit code " + ended.exitCode() + ": "
                    + ended.output().strip());
        }
        return ended.output();
    }

    /** Whether a program of this name is on the search path. */
    static boolean exists(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            if (!folder.isEmpty() && Path.of(folder, program).toFile().canExecute()) {
                return true;
            }
        }
        return false;
    }
}
