package io.orangery.postgres.process;

import static java.lang.ProcessBuilder.Redirect.INHERIT;

import io.orangery.core.cluster.Role;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's callback scripts (ha-behaviour 27). One runs at a time and a new one ends the running one with all its children; only {@code
 * on_reload} has a slot of its own. Calls return at once: starting a process takes milliseconds that a switchover does not have. Scripts are
 * started in the order of the calls.
 */
public final class Callbacks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    private static final long CLOSE_LIMIT_MILLIS = 1000;

    /** Of the scripts that are started one after the other. */
    private final Map<String, Process> running = new HashMap<>();

    private final Executor threads;
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    private boolean called;

    public Callbacks(Executor threads) {
        this.threads = threads;
    }

    /** Some callback other than on_reload was due in this process, configured or not: from then on a change of role is one. */
    public synchronized boolean called() {
        return called;
    }

    /** @param commandLine empty: none is configured */
    public synchronized void call(String action, Role role, String scope, Optional<String> commandLine) {
        String slot = action.equals("on_reload") ? "reload" : "change";
        called |= slot.equals("change");
        commandLine.ifPresent(line -> last = last.thenRunAsync(() -> start(action, role, scope, slot, line), threads)
                .exceptionally(Callbacks::notStarted));
    }

    private static Void notStarted(Throwable failed) {
        LOG.error("a callback could not be run", failed);
        return null;
    }

    private void start(String action, Role role, String scope, String slot, String commandLine) {
        try {
            var command = new ArrayList<>(CommandWords.split(commandLine));
            command.addAll(List.of(action, argument(role), scope));
            Optional.ofNullable(running.remove(slot)).ifPresent(Callbacks::kill);
            // What it prints goes where the agent's own output goes.
            running.put(
                    slot,
                    new ProcessBuilder(Priority.ordinary(command))
                            .redirectInput(new File("/dev/null"))
                            .redirectOutput(INHERIT)
                            .redirectError(INHERIT)
                            .start());
        } catch (IOException | IllegalArgumentException failed) {
            LOG.error("postgresql.callbacks.{} could not be run: {}", action, failed.getMessage());
        }
    }

    /** {@code promoted} is a state of ours that scripts never hear of. */
    private static String argument(Role role) {
        return (role == Role.PROMOTED ? Role.PRIMARY : role).text();
    }

    private static void kill(Process process) {
        if (!process.isAlive()) {
            return;
        }
        LOG.warn("killing the callback script that still runs, process {}", process.pid());
        PidFd.kill(process.pid(), Signal.STOP);
        ProcessTree.descendantsOf(process.pid()).forEach(child -> PidFd.kill(child, Signal.KILL));
        process.destroyForcibly();
    }

    /** Scripts that were called are started, the last one of an agent included; those that run go on. */
    @Override
    public void close() {
        CompletableFuture<Void> called;
        synchronized (this) {
            called = last;
        }
        called.copy()
                .completeOnTimeout(null, CLOSE_LIMIT_MILLIS, TimeUnit.MILLISECONDS)
                .join();
    }
}
