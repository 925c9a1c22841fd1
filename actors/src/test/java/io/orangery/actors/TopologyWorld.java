package io.orangery.actors;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.Completion.Outcome;
import io.orangery.core.citus.EventReply;
import io.orangery.core.citus.NodeRow.Role;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.MemberData;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Tags;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.memory.InMemoryDcs;
import io.orangery.dcs.memory.InMemoryStore;
import io.orangery.postgres.citus.CitusMetadata;
import io.orangery.postgres.citus.CitusMetadata.Writability;
import io.orangery.protocol.KeyJson;
import io.orangery.protocol.MemberJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A formation around the topology actor of {@code x}, leader of group 0: group 1 is {@code a*, b}, group 2 is {@code c*, d}. Everything
 * happens in the test's thread, in one order.
 */
final class TopologyWorld implements AutoCloseable {
    static final Duration TTL = Duration.ofSeconds(30);
    static final Duration LOOP_WAIT = Duration.ofSeconds(10);
    private static final String SYSTEM = "7179854923829112860";
    private static final DispatcherSelector HERE = DispatcherSelector.fromConfig("akka.test.calling-thread-dispatcher");

    final TopologyTime time = new TopologyTime();
    final ModelledMetadata metadata = new ModelledMetadata();
    final ActorTestKit testKit =
            ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.parseString("akka.loglevel = WARNING")));
    final InMemoryDcs dcs;
    private final InMemoryStore store = new InMemoryStore(time, time);
    private final Dcs others;
    private final ActorRef<CitusTopology.Command> topology;
    private int ids;
    private int connections;
    boolean leading = true;
    long postmaster = 42;

    /** The answers to one event. */
    static final class Sent {
        final String id;
        final List<Outcome> answers = new ArrayList<>();
        final List<EventReply> replies = new ArrayList<>();

        Sent(String id) {
            this.id = id;
        }
    }

    TopologyWorld() {
        this(new CitusMetadata.Capabilities(false, false));
    }

    /** Citus 12.1 and later: writes are held without renaming, each group on a connection of its own. */
    static TopologyWorld pausing() {
        TopologyWorld world = new TopologyWorld(new CitusMetadata.Capabilities(true, false));
        world.observe().statements();
        return world;
    }

    private TopologyWorld(CitusMetadata.Capabilities capabilities) {
        dcs = InMemoryDcs.open(store, dcsSettings("x"), time, time, () -> 0.5);
        others = InMemoryDcs.open(store, dcsSettings("elsewhere"), time, time, () -> 0.5);
        topology = here(CitusTopology.create(dcs, metadata, this::connection, time));
        metadata.capabilities = capabilities;
        leader(0, "x").member(0, "x", PostgresState.RUNNING, true);
        leader(1, "a").member(1, "a", PostgresState.RUNNING, true).member(1, "b", PostgresState.RUNNING, false);
        leader(2, "c").member(2, "c", PostgresState.RUNNING, true).member(2, "d", PostgresState.RUNNING, false);
        metadata.row(0, "x", Role.PRIMARY);
        metadata.row(1, "a", Role.PRIMARY);
        metadata.row(1, "b", Role.SECONDARY);
        metadata.row(2, "c", Role.PRIMARY);
        metadata.row(2, "d", Role.SECONDARY);
    }

    private static DcsSettings dcsSettings(String member) {
        return new DcsSettings(
                Map.of(),
                "memory",
                "service",
                "demo",
                Optional.of(0),
                true,
                Optional.of(member),
                TTL,
                LOOP_WAIT,
                LOOP_WAIT);
    }

    /** A connection for a pause: the same rows, another transaction. */
    private CitusMetadata connection() {
        if (!metadata.capabilities.pausesWithoutRename()) {
            throw new UnsupportedOperationException("this Citus cannot hold writes without renaming");
        }
        // the first is for moving reads, each other for one pause
        return metadata.another(connections++ == 0 ? "moves" : "pause");
    }

    private <T> ActorRef<T> here(Behavior<T> behavior) {
        return testKit.spawn(behavior, HERE);
    }

    // --- the keys

    TopologyWorld leader(int group, String name) {
        others.write(group + "/leader", name, Condition.always());
        return settle();
    }

    TopologyWorld unlocked(int group) {
        others.delete(group + "/leader", Condition.always());
        return settle();
    }

    /** The group promises that a commit is on one of these too. */
    TopologyWorld synchronous(int group, String leader, int quorum, String... voters) {
        List<NodeId> names = Stream.of(voters).map(NodeId::new).toList();
        others.write(
                group + "/sync", KeyJson.writeSync(Optional.of(new NodeId(leader)), names, quorum), Condition.always());
        return settle();
    }

    TopologyWorld gone(int group, String name) {
        others.delete(group + "/members/" + name, Condition.always());
        return settle();
    }

    TopologyWorld member(int group, String name, PostgresState state, boolean primary) {
        var data = new MemberData(
                Optional.of(ModelledMetadata.address(name)),
                Optional.of("postgres://" + name + ":5432/citus"),
                Optional.of("http://" + name + ":8008/patroni"),
                state,
                primary ? io.orangery.core.cluster.Role.PRIMARY : io.orangery.core.cluster.Role.REPLICA,
                Optional.empty(),
                Tags.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                primary || state != PostgresState.RUNNING ? Optional.empty() : Optional.of("streaming"),
                Optional.of(1),
                Map.of(),
                false,
                true,
                false,
                Optional.empty(),
                Map.of());
        others.write(group + "/members/" + name, MemberJson.write(data), Condition.always());
        return settle();
    }

    /** Whether the coordinator can see that this server is a primary now. */
    TopologyWorld accepting(String name, boolean writes) {
        metadata.servers.put(
                ModelledMetadata.address(name),
                writes ? new Writability.Writable(SYSTEM) : new Writability.InRecovery());
        return this;
    }

    Optional<HostPort> leaderAddress(int group) {
        return TopologyViews.groups(store)
                .get(new GroupId(group))
                .leaderMember()
                .flatMap(leader -> leader.data().address());
    }

    // --- what the topology hears

    Sent send(CitusEvent.Type type, int group, String leader) {
        return send(type, group, leader, "event-" + ++ids);
    }

    Sent send(CitusEvent.Type type, int group, String leader, String id) {
        return send(event(type, group, leader, id));
    }

    static CitusEvent event(CitusEvent.Type type, int group, String leader, String id) {
        return new CitusEvent(type, new GroupId(group), new NodeId(leader), TTL, LOOP_WAIT, id);
    }

    /** As an Orangery agent asks: reads move, too. */
    Sent ask(CitusEvent.Type type, int group, String leader, String successor) {
        return ask(type, group, leader, successor, CitusEvent.OnBlockers.TERMINATE, "event-" + ++ids);
    }

    Sent ask(
            CitusEvent.Type type,
            int group,
            String leader,
            String successor,
            CitusEvent.OnBlockers onBlockers,
            String id) {
        return send(new CitusEvent(
                type,
                new GroupId(group),
                new NodeId(leader),
                TTL,
                LOOP_WAIT,
                id,
                new CitusEvent.Wishes(
                        true,
                        true,
                        Optional.ofNullable(successor).map(NodeId::new),
                        onBlockers,
                        type == CitusEvent.Type.AFTER_PROMOTE ? Map.of("stop", 40L, "promote", 60L) : Map.of())));
    }

    Sent send(CitusEvent event) {
        Sent sent = new Sent(event.id());
        ActorRef<CitusTopology.Completed> replyTo = here(Behaviors.receiveMessage(answer -> {
            sent.answers.add(answer.outcome());
            sent.replies.add(answer.reply());
            return Behaviors.same();
        }));
        topology.tell(new CitusTopology.Event(event, replyTo));
        settle();
        return sent;
    }

    /** The node sees what the keys say now. */
    TopologyWorld observe() {
        topology.tell(new CitusTopology.Observed(TopologyViews.of(store, time.now(), leading, postmaster)));
        return settle();
    }

    /** One loop_wait later; Citus needs half of it to tell the workers of a changed address. */
    TopologyWorld cycle() {
        pass(LOOP_WAIT);
        metadata.tellingWorkers = false;
        return observe();
    }

    TopologyWorld pass(Duration span) {
        time.pass(span);
        ManualTime.get(testKit.system()).timePasses(span);
        return settle();
    }

    TopologyWorld settle() {
        time.runDue();
        return this;
    }

    /** What was executed since the last call. */
    List<String> statements() {
        List<String> since = List.copyOf(metadata.statements);
        metadata.statements.clear();
        return since;
    }

    @Override
    public void close() {
        testKit.shutdownTestKit();
    }
}
