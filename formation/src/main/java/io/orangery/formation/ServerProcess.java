package io.orangery.formation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One server process that this JVM started: in a session of its own, so that Ctrl-C at the terminal does not reach it, as the
 * unprivileged user when this is root, its output in a log file. Thread-safe; the methods block as they say.
 */
public final class ServerProcess {

    /** Signals by the names that kill(1) knows. */
    public enum Signal {
        HUP,
        INT,
        QUIT,
        KILL,
        TERM,
        STOP,
        CONT
    }

    /** Where that is not allowed it says so in the log and starts the program all the same. */
    private static final List<String> PREFERRED = List.of("nice", "-n", "-5");

    private final String name;
    private final Process process;
    private final Path log;

    private ServerProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a program and returns at once.
     *
     * @param folder working and home folder of the process; the user can write there
     * @param log appended to; created by this JVM, so its folder need not belong to the user
     * @throws IOException when the program cannot be started
     */
    public static ServerProcess start(
            String name,
            UnprivilegedUser user,
            List<String> command,
            Map<String, String> environment,
            Path folder,
            Path log)
            throws IOException {
        return launch(name, user.command(command), environment, folder, log);
    }

    /**
     * As {@link #start}, and by root at a higher priority: an agent, whose systemd unit gives it that, and a store, which elsewhere does not share
     * its host with databases.
     */
    static ServerProcess startPreferred(String name, UnprivilegedUser user, List<String> command, Path folder, Path log)
            throws IOException {
        List<String> whole = new ArrayList<>(user.isAnother() ? PREFERRED : List.of());
        whole.addAll(user.command(command));
        return launch(name, whole, Map.of(), folder, log);
    }

    private static ServerProcess launch(
            String name, List<String> command, Map<String, String> environment, Path folder, Path log)
            throws IOException {
        List<String> whole = new ArrayList<>(List.of("setsid"));
        whole.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(whole)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("TMPDIR", folder.toString());
        builder.environment().putAll(environment);
        return new ServerProcess(name, builder.start(), log);
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    /** The file that holds everything the process wrote. */
    public Path log() {
        return log;
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** The exit code; only once the process has ended. */
    public int exitCode() {
        return process.exitValue();
    }

    /** Sends a signal to this process alone, not to its children. A process that has ended ignores it. */
    public void signal(Signal signal) {
        if (process.isAlive()) {
            signal(process.pid(), signal);
        }
    }

    /** Waits for the end; whether it came in time. */
    public boolean awaitEnd(Duration longest) {
        try {
            return process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    /** Asks with one signal, waits, then kills. Returns when the process has ended. */
    public void stop(Signal first, Duration patience) {
        signal(Signal.CONT);
        signal(first);
        if (!awaitEnd(patience)) {
            signal(Signal.KILL);
            awaitEnd(Duration.ofSeconds(10));
        }
    }

    /** The last lines of the log, for a message about a failure. */
    public String lastWords(int lines) {
        try {
            List<String> all = Files.readAllLines(log);
            return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException unreadable) {
            return "(" + log + " cannot be read: " + unreadable.getMessage() + ")";
        }
    }

    /** Sends a signal to any process; one that is gone ignores it. */
    static void signal(long pid, Signal signal) {
        try {
            Command.run(List.of("kill", "-" + signal, Long.toString(pid)));
        } catch (IOException impossible) {
            throw new IllegalStateException("kill(1) cannot be run", impossible);
        }
    }
}
