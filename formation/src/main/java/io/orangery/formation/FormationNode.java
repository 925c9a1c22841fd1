package io.orangery.formation;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One "host" of a formation: an agent in a process of its own and the PostgreSQL that it starts, in one folder. What happens to hosts
 * happens to it: it can be killed, frozen and started again. Not thread-safe, except {@link #stopAgent} and {@link #stopPostgres}.
 */
public final class FormationNode {

    private final String name;
    private final int group;
    private final int restPort;
    private final int postgresPort;
    private final Path folder;
    private final Path file;
    private final FormationPlan plan;
    private final UnprivilegedUser user;
    private volatile ServerProcess agent;
    private boolean retired;

    FormationNode(String name, int group, int restPort, int postgresPort, FormationPlan plan, UnprivilegedUser user) {
        this.name = name;
        this.group = group;
        this.restPort = restPort;
        this.postgresPort = postgresPort;
        this.folder = plan.folder().resolve(name);
        this.file = plan.folder().resolve(name + ".yml");
        this.plan = plan;
        this.user = user;
    }

    public String name() {
        return name;
    }

    public int group() {
        return group;
    }

    public int postgresPort() {
        return postgresPort;
    }

    /** The address of the REST API. */
    public URI rest() {
        return URI.create("http://127.0.0.1:" + restPort);
    }

    /** The configuration file, which the command line tool reads as well. */
    public Path file() {
        return file;
    }

    public Path dataDirectory() {
        return folder.resolve("data");
    }

    /** What its PostgreSQL says. */
    public Path serverLog() {
        return folder.resolve("data.orangery").resolve("postgresql.log");
    }

    /** The agent's process; null before the first start. */
    public ServerProcess agent() {
        return agent;
    }

    /** The process id of PostgreSQL; empty when it is not running. */
    public Optional<Long> postmasterPid() {
        return Postmaster.of(dataDirectory()).map(Postmaster::pid);
    }

    void writeFile(NodeFile content) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(file, content.text(name, group, restPort, postgresPort, folder));
        user.own(folder);
        user.own(file);
        file.toFile().setReadable(false, false);
        file.toFile().setReadable(true, true);
    }

    /**
     * Starts the agent and returns at once.
     *
     * @throws IOException when the JVM cannot be started
     * @throws IllegalStateException when the agent is running
     */
    public void start() throws IOException {
        start(plan.agent());
    }

    /** The same with an agent of this kind, whatever the plan says and whatever ran before: the file is good for both. */
    public synchronized void start(FormationPlan.Agent kind) throws IOException {
        if (retired) {
            throw new IllegalStateException("the formation of " + name + " has been stopped");
        }
        if (agent != null && agent.isRunning()) {
            throw new IllegalStateException(name + " is already running");
        }
        agent = ServerProcess.startPreferred(
                name, user, plan.agentCommand(kind, file), folder, folder.resolveSibling(name + ".log"));
    }

    /** What a power cut does: agent and PostgreSQL end at once, with all their children. */
    public void killHost() {
        // Twice: a process may have been started between listing and killing.
        for (int round = 0; round < 2; round++) {
            pids().forEach(pid -> ServerProcess.signal(pid, ServerProcess.Signal.KILL));
        }
        agent.awaitEnd(Duration.ofSeconds(10));
    }

    /** kill -9 of the agent alone; PostgreSQL goes on. */
    public void killAgent() {
        agent.signal(ServerProcess.Signal.KILL);
        agent.awaitEnd(Duration.ofSeconds(10));
    }

    /** kill -9 of the postmaster alone. */
    public void killPostmaster() {
        postmasterPid().ifPresent(pid -> ServerProcess.signal(pid, ServerProcess.Signal.KILL));
    }

    /** Stops agent and PostgreSQL in their tracks; connections stay open and nothing answers. */
    public void freezeHost() {
        pids().forEach(pid -> ServerProcess.signal(pid, ServerProcess.Signal.STOP));
    }

    /** Stops only the agent in its tracks. */
    public void freezeAgent() {
        agent.signal(ServerProcess.Signal.STOP);
    }

    /** Ends either freeze. */
    public void thaw() {
        pids().forEach(pid -> ServerProcess.signal(pid, ServerProcess.Signal.CONT));
    }

    /** From now on this node cannot be started: its formation is being stopped, perhaps by Ctrl-C in the middle of a step. */
    synchronized void retire() {
        retired = true;
    }

    /** Asks the agent to end, which stops its PostgreSQL; kills it when that takes too long. */
    void stopAgent(Duration patience) {
        if (agent != null && agent.isRunning()) {
            agent.stop(ServerProcess.Signal.TERM, patience);
        }
    }

    /** Stops whatever PostgreSQL still runs in this node's folder, and kills what the agent may have left. */
    void stopPostgres() {
        Postmaster.of(dataDirectory()).ifPresent(Postmaster::stopImmediately);
    }

    private List<Long> pids() {
        List<Long> pids = new ArrayList<>();
        if (agent != null && agent.isRunning()) {
            pids.add(agent.pid());
            ProcessHandle.of(agent.pid())
                    .ifPresent(handle ->
                            handle.descendants().map(ProcessHandle::pid).forEach(pids::add));
        }
        Postmaster.of(dataDirectory()).ifPresent(postmaster -> pids.addAll(postmaster.pids()));
        return pids;
    }
}
