package io.orangery.simulation;

import akka.actor.typed.ActorRef;
import io.orangery.actors.NodeActor;
import io.orangery.actors.NodePorts;
import io.orangery.actors.Situation;
import io.orangery.core.policy.LeaseSeen;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.policy.Request;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.memory.InMemoryDcs;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A machine of the world: one PostgreSQL and, most of the time, one agent. Everything here may be done at any moment of a run. */
public final class Host {
    /** One run of an agent: a real {@link NodeActor} with ports of its own. */
    private static final class Agent {
        private final ModelPostgres postgres;
        private final InMemoryDcs dcs;
        private final ActorRef<NodeActor.Command> node;
        private Optional<Situation.Snapshot> latest = Optional.empty();
        private String lastDecision = "";

        Agent(
                ModelPostgres postgres,
                InMemoryDcs dcs,
                java.util.function.Function<Agent, ActorRef<NodeActor.Command>> spawn) {
            this.postgres = postgres;
            this.dcs = dcs;
            this.node = spawn.apply(this);
        }
    }

    private final World world;
    private final String name;
    private final PostgresServer server;
    private Optional<Agent> agent = Optional.empty();
    private boolean unfenced;
    private boolean connectedToDcs = true;
    private boolean alive = true;
    private int runs;

    Host(World world, String name) {
        this.world = world;
        this.name = name;
        this.server = new PostgresServer(world, name);
    }

    public String name() {
        return name;
    }

    PostgresServer server() {
        return server;
    }

    public boolean agentLives() {
        return agent.isPresent();
    }

    /** What the agent sees and has decided last; empty before its first decision and while there is none. */
    public Optional<Situation.Snapshot> latest() {
        return agent.flatMap(running -> running.latest);
    }

    public boolean acceptsWrites() {
        return server.acceptsWrites();
    }

    /** It runs as a standby that receives WAL from this host. */
    public boolean streamsFrom(Host other) {
        return server.answers()
                && server.inRecovery()
                && server.receiving()
                        .filter(stream -> stream.sender() == other.server())
                        .isPresent();
    }

    /** Number of the postmaster's run: the same number, the same process. */
    public long postmasterRun() {
        return server.run();
    }

    // --- the agent
    // -------------------------------------------------------------------------------------------------------------------

    public void startAgent() {
        if (agent.isPresent()) {
            return;
        }
        world.trace().add(name, "agent starts");
        ModelSettings settings = new ModelSettings(world.settings(), name);
        ModelPostgres postgres = new ModelPostgres(world, server);
        InMemoryDcs dcs = connect();
        runs++;
        agent = Optional.of(new Agent(
                postgres,
                dcs,
                run -> world.spawn(
                        NodeActor.create(ports(settings, postgres, dcs), snapshot -> seen(run, snapshot)),
                        name + "-" + runs)));
    }

    private InMemoryDcs connect() {
        WorldSettings settings = world.settings();
        DcsSettings connection = new DcsSettings(
                Map.of(),
                "memory",
                ModelSettings.NAMESPACE,
                ModelSettings.SCOPE,
                Optional.empty(),
                false,
                Optional.of(name),
                settings.ttl(),
                settings.loopWait(),
                settings.retryTimeout());
        InMemoryDcs dcs = InMemoryDcs.open(
                world.keys().store(), connection, world.clock(), world.keys().scheduler(), world.draw()::fraction);
        quick(dcs);
        if (!connectedToDcs) {
            dcs.disturbance().disconnect();
        }
        return dcs;
    }

    private NodePorts ports(ModelSettings settings, ModelPostgres postgres, InMemoryDcs dcs) {
        return new NodePorts(
                dcs,
                postgres,
                new ModelPeers(world, name),
                settings,
                world.clock(),
                world::newId,
                Optional::empty,
                (code, why) -> leave(code, why));
    }

    /** The process ends by its own decision; whoever supervises it starts it again. */
    private void leave(int code, String why) {
        world.trace().add(name, "agent leaves with " + code + ": " + why);
        endAgent();
        world.clock().after(Duration.ofSeconds(3), () -> {
            if (alive) {
                startAgent();
            }
        });
    }

    private void seen(Agent run, Situation.Snapshot snapshot) {
        run.latest = Optional.of(snapshot);
        String decision = snapshot.decision().getClass().getSimpleName() + ": "
                + snapshot.decision().why();
        if (!decision.equals(run.lastDecision)) {
            run.lastDecision = decision;
            world.trace().add(name, decision);
        }
    }

    /** kill -9: no word to anybody; PostgreSQL goes on, and nothing stops it when the lease ends (that is the fence's work, a later one). */
    public void killAgent() {
        if (agent.isPresent()) {
            world.trace().add(name, "agent is killed");
            endAgent();
        }
    }

    private void endAgent() {
        Agent running = agent.orElseThrow();
        agent = Optional.empty();
        unfenced = true;
        running.postgres.abandon();
        running.dcs.close();
        world.stop(running.node);
    }

    /** SIGTERM: the agent stops PostgreSQL, gives the lease up and leaves. */
    public void shutDownAgent() {
        ask(new Request.Shutdown());
    }

    /** As an operator does, of this member alone. */
    public void restartPostgres() {
        ask(new Request.Restart(Optional.empty()));
    }

    private void ask(Request request) {
        agent.ifPresent(running -> {
            world.trace().add(name, "is asked for " + request);
            running.node.tell(new NodeActor.Asked(request, false, world.nobody()));
        });
    }

    /** How another agent's question is answered: by a look made now, or not at all. */
    void answer(Consumer<PeerAnswer> reply) {
        Optional<Agent> asked = agent;
        if (asked.isEmpty()) {
            reply.accept(new PeerAnswer.Silent("connection refused"));
            return;
        }
        Duration begun = world.clock().now();
        world.clock().after(world.draw().usuallyMillis(1, 15), () -> {
            if (agent.equals(asked)) {
                reply.accept(ModelPeers.answered(asked.get().postgres.see(begun, false)));
            }
        });
    }

    // --- what goes wrong
    // -------------------------------------------------------------------------------------------------------------

    public void crashPostgres() {
        server.crash("crashes");
    }

    /** Agent and PostgreSQL are gone, and the host answers nobody. */
    public void kill() {
        world.trace().add(name, "host is killed");
        alive = false;
        world.network().kill(name);
        server.vanish();
        if (agent.isPresent()) {
            endAgent();
        }
    }

    /** The host is back, with what its disk has; the agent starts. */
    public void revive() {
        world.trace().add(name, "host is back");
        alive = true;
        world.network().revive(name);
        startAgent();
    }

    public boolean alive() {
        return alive;
    }

    /** Some requests take longer than one try, and take effect all the same. */
    public void dcsIsSlow() {
        world.trace().add(name, "DCS is slow");
        agent.ifPresent(running -> {
            running.dcs.disturbance().delayRequests(() -> world.draw().millis(1, 2500));
            running.dcs.disturbance().delayReplies(() -> world.draw().millis(1, 1500));
        });
        world.clock().after(world.draw().millis(1000, 30_000), this::dcsIsQuick);
    }

    /** The next requests take effect, and the agent does not learn of it. */
    public void loseReplies(int count) {
        world.trace().add(name, "loses " + count + " replies of the DCS");
        agent.ifPresent(running -> running.dcs.disturbance().loseReplies(count));
    }

    public void dcsIsQuick() {
        agent.ifPresent(running -> quick(running.dcs));
    }

    private void quick(InMemoryDcs dcs) {
        dcs.disturbance().delayRequests(() -> world.draw().usuallyMillis(0.2, 3));
        dcs.disturbance().delayReplies(() -> world.draw().usuallyMillis(0.2, 3));
        dcs.disturbance().delayWatch(() -> world.draw().usuallyMillis(0.2, 5));
    }

    public void disconnectFromDcs() {
        world.trace().add(name, "is cut off from the DCS");
        connectedToDcs = false;
        agent.ifPresent(running -> running.dcs.disturbance().disconnect());
    }

    public void reconnectToDcs() {
        world.trace().add(name, "reaches the DCS again");
        connectedToDcs = true;
        agent.ifPresent(running -> running.dcs.disturbance().reconnect());
    }

    public boolean connectedToDcs() {
        return connectedToDcs;
    }

    // --- what holds
    // ------------------------------------------------------------------------------------------------------------------

    /**
     * Nobody answers for this server: its agent was killed while it could accept writes, and no agent has taken it over since. Until the fence is
     * there, such a server may go on acknowledging writes.
     */
    boolean unfenced() {
        if (unfenced && agent.isPresent() && (!server.acceptsWrites() || holdsLease())) {
            unfenced = false;
        }
        return unfenced && server.acceptsWrites();
    }

    private boolean holdsLease() {
        return latest().filter(snapshot -> snapshot.view().lease() instanceof LeaseSeen.Held
                        && snapshot.view().holdsLease())
                .isPresent();
    }
}
