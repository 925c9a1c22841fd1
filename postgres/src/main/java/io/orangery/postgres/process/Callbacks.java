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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's callback scripts (ha-behaviour 27). One runs at a time and a new one ends the running one with all its children; only {@code
 * on_reload} has a slot of its own. Calls return at once.
 */
public final class Callbacks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    private final Map<String, Process> running = new HashMap<>();
    private boolean called;

    /** Some callback other than on_reload was due in this process, configured or not: from then on a change of role is one. */
    public synchronized boolean called() {
        return called;
    }

    /** @param commandLine empty: none is configured */
    public synchronized void call(String action, Role role, String scope, Optional<String> commandLine) {
        String slot = action.equals("on_reload") ? "reload" : "change";
        called |= slot.equals("change");
        if (commandLine.isEmpty()) {
            return;
        }
        try {
            var command = new ArrayList<>(CommandWords.split(commandLine.get()));
            command.addAll(List.of(action, argument(role), scope));
            Optional.ofNullable(running.remove(slot)).ifPresent(Callbacks::kill);
            // What it prints goes where the agent's own output goes.
            running.put(
                    slot,
                    new ProcessBuilder(command)
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

    /** Scripts that run go on. */
    @Override
    public synchronized void close() {
        running.clear();
    }
}
