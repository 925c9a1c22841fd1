package io.orangery.simulation;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import io.orangery.actors.NodeActor;
import io.orangery.dcs.Condition;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.memory.InMemoryDcs;
import io.orangery.postgres.LocalPostgres.Upstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/**
 * One group of real agents in a world that is made up: store, network, PostgreSQL servers, clients. One seed, one clock, one thread; the same
 * seed and settings give the same trace.
 */
public final class World {
    private static final int LINES_IN_A_REPORT = 120;

    private final SimulatedSystem system;
    private final long number;
    private final long seed;
    private final WorldSettings settings;
    private final VirtualClock clock;
    private final Draw draw;
    private final Trace trace;
    private final Network network;
    private final StoreKeys keys;
    private final Invariants invariants;
    private final Map<String, Host> hosts = new TreeMap<>();
    private final List<ActorRef<?>> actors = new ArrayList<>();
    private final InMemoryDcs operator;
    private long lastRow;
    private long lastId;

    /** Ends whatever the system ran before. Agents start with the first {@link Host#startAgent()} or {@link #startAgents()}. */
    public World(SimulatedSystem system, long seed, WorldSettings settings) {
        this.system = system;
        this.number = system.beginWorld();
        this.seed = seed;
        this.settings = settings;
        this.clock = system.clock();
        this.draw = new Draw(seed);
        this.trace = new Trace(clock);
        this.network = new Network(clock, draw);
        this.keys = new StoreKeys(clock, trace);
        this.invariants = new Invariants(this);
        settings.hosts().forEach(name -> hosts.put(name, new Host(this, name)));
        this.operator = InMemoryDcs.open(keys.store(), asOperator(), clock, keys.scheduler(), draw::fraction);
        for (int client = 1; client <= settings.clients(); client++) {
            new Client(this, "client" + client).begin();
        }
    }

    private DcsSettings asOperator() {
        return new DcsSettings(
                Map.of(),
                "memory",
                ModelSettings.NAMESPACE,
                ModelSettings.SCOPE,
                Optional.empty(),
                false,
                Optional.empty(),
                settings.ttl(),
                settings.loopWait(),
                settings.retryTimeout());
    }

    // --- running
    // ---------------------------------------------------------------------------------------------------------------------

    public void startAgents() {
        hosts.values().forEach(host -> clock.after(draw.millis(0, 2000), host::startAgent));
    }

    /** Lets this much time pass. */
    public void run(Duration span) {
        runUntil(() -> false, span);
    }

    /**
     * Lets time pass until the condition holds, which is looked at after every event.
     *
     * @return false: it did not hold within this time
     */
    public boolean runUntil(BooleanSupplier condition, Duration atMost) {
        Duration end = clock.now().plus(atMost);
        while (!condition.getAsBoolean()) {
            if (!clock.runNext(end)) {
                return condition.getAsBoolean();
            }
            keys.refresh();
            invariants.check();
            clock.intruder().ifPresent(who -> {
                throw new IllegalStateException(describe(who));
            });
        }
        return true;
    }

    /** Stops its actors; the system may then serve another world. */
    public void end() {
        actors.forEach(system::stop);
        Duration end = clock.now().plusMillis(1);
        boolean more = true;
        while (more) {
            more = clock.runNext(end);
        }
    }

    // --- what an operator does
    // -------------------------------------------------------------------------------------------------------

    /** Asks for a planned change of the leader, as the REST API does, by the {@code failover} key. */
    public void switchover(Host from, Host to) {
        trace.add("operator", "switchover from " + from.name() + " to " + to.name());
        operator.write(
                "failover",
                "{\"leader\":\"" + from.name() + "\",\"member\":\"" + to.name() + "\"}",
                Condition.always());
    }

    /** All servers of the store stop and come back with all data. */
    void restartStore(Duration downFor) {
        if (keys.store().isServing()) {
            trace.add("store", "stops");
            keys.store().stop();
            clock.after(downFor, () -> {
                trace.add("store", "starts");
                keys.store().start();
            });
        }
    }

    /** No other host hears it or is heard by it; the DCS and the clients are not concerned. */
    void isolate(Host host) {
        trace.add(host.name(), "is cut off from the other hosts");
        others(host).forEach(other -> {
            network.cut(host.name(), other.name());
            network.cut(other.name(), host.name());
        });
    }

    void reconnect(Host host) {
        others(host).forEach(other -> {
            network.heal(host.name(), other.name());
            network.heal(other.name(), host.name());
        });
    }

    private List<Host> others(Host host) {
        return hosts.values().stream().filter(other -> other != host).toList();
    }

    // --- what there is
    // ---------------------------------------------------------------------------------------------------------------

    public Host host(String name) {
        return hosts.get(name);
    }

    public List<Host> hosts() {
        return List.copyOf(hosts.values());
    }

    /** Hosts whose PostgreSQL accepts writes. */
    public List<Host> writers() {
        return hosts.values().stream().filter(Host::acceptsWrites).toList();
    }

    /** Holder of the leader key, as the store has it. */
    public Optional<Host> leader() {
        return keys.leader().map(hosts::get);
    }

    /** Exactly one host accepts writes and holds the key; these others stream from it. */
    public boolean settled(int standbys) {
        List<Host> writers = writers();
        return writers.size() == 1
                && leader().filter(writers.getFirst()::equals).isPresent()
                && hosts.values().stream()
                                .filter(host -> host.streamsFrom(writers.getFirst()))
                                .count()
                        == standbys;
    }

    public SortedSet<Long> acknowledgedRows() {
        return new TreeSet<>(invariants.acknowledgedRows());
    }

    public SortedSet<Long> rowsOn(Host host) {
        return new TreeSet<>(host.server().wal().rows());
    }

    public Duration now() {
        return clock.now();
    }

    public Draw draw() {
        return draw;
    }

    public Trace trace() {
        return trace;
    }

    /** For the message of a failed assertion. */
    public String describe(String what) {
        return what + "\nseed " + seed + " of " + settings + " at " + clock.elapsed() + "; the last events:\n"
                + trace.tail(LINES_IN_A_REPORT);
    }

    VirtualClock clock() {
        return clock;
    }

    Network network() {
        return network;
    }

    StoreKeys keys() {
        return keys;
    }

    Invariants invariants() {
        return invariants;
    }

    WorldSettings settings() {
        return settings;
    }

    PostgresServer server(String host) {
        return hosts.get(host).server();
    }

    PostgresServer server(Upstream upstream) {
        return hosts.values().stream()
                .filter(host -> ModelSettings.address(host.name()).equals(upstream.address()))
                .findFirst()
                .orElseThrow()
                .server();
    }

    long newRow() {
        return ++lastRow;
    }

    String newId() {
        return "id-" + ++lastId;
    }

    String newSystemIdentifier() {
        return Long.toString(7_000_000_000_000_000_000L + draw.below(1_000_000_000));
    }

    ActorRef<NodeActor.Command> spawn(Behavior<NodeActor.Command> behavior, String name) {
        ActorRef<NodeActor.Command> actor = system.spawn(behavior, "world-" + number + "-" + name);
        actors.add(actor);
        return actor;
    }

    <T> ActorRef<T> nobody() {
        return system.nobody();
    }

    void stop(ActorRef<?> actor) {
        actors.remove(actor);
        system.stop(actor);
    }
}
