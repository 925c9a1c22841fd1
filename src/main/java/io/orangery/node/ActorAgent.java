package io.orangery.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import io.orangery.actors.NodeActor;
import io.orangery.actors.NodePorts;
import io.orangery.actors.Situation;
import io.orangery.core.admission.Reinitialization;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.policy.Request;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Tree;
import io.orangery.http.Agent;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.StoredKey;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** What the REST layer knows of the node: it asks the actors. Any thread. */
final class ActorAgent implements Agent {
    /** A restart may take as long as PostgreSQL takes; the answer is given then, and the client gives up when it likes. */
    private static final Duration LONG_ACTION = Duration.ofHours(24);

    private static final Duration LOOK = Duration.ofSeconds(2);

    private final ActorSystem<?> system;
    private final NodePorts ports;
    private final ActorRef<NodeActor.Command> node;
    private final AtomicReference<Situation.Snapshot> board;
    private final Function<CitusEvent, CompletionStage<EventReply>> topology;
    private final Optional<GroupId> group;

    /** @param board always holds the node's last snapshot; null before the first */
    ActorAgent(
            ActorSystem<?> system,
            NodePorts ports,
            ActorRef<NodeActor.Command> node,
            AtomicReference<Situation.Snapshot> board,
            Function<CitusEvent, CompletionStage<EventReply>> topology) {
        this.system = system;
        this.ports = ports;
        this.node = node;
        this.board = board;
        this.topology = topology;
        this.group = ports.settings().current().group();
    }

    @Override
    public Optional<Seen> last() {
        return Optional.ofNullable(board.get()).map(ActorAgent::seen);
    }

    private static Seen seen(Situation.Snapshot snapshot) {
        return new Seen(
                snapshot.view(),
                Optional.of(snapshot.decision().why()),
                snapshot.configurationProblem(),
                snapshot.lastPauseMillis());
    }

    @Override
    public CompletionStage<Optional<Seen>> fresh() {
        return AskPattern.<NodeActor.Command, Situation.Snapshot>ask(
                        node, NodeActor.AskFreshView::new, LOOK, system.scheduler())
                .handle((snapshot, late) ->
                        late == null ? Optional.of(seen(snapshot)) : last().map(ActorAgent::withoutRow));
    }

    /** A server that does not answer is seen without an answer, never with an older one. */
    private static Seen withoutRow(Seen old) {
        return new Seen(
                old.view()
                        .postgres()
                        .map(seen -> old.view().withPostgres(seen.withoutRow("no answer within " + LOOK)))
                        .orElse(old.view()),
                old.why(),
                old.configurationProblem());
    }

    @Override
    public CompletionStage<ClusterRead> readCluster() {
        return ports.dcs().readLinearizable().thenApply(answer -> switch (answer) {
            case Answer.Done<Tree>(Tree tree) -> new ClusterRead.Read(ClusterKeys.view(keys(tree), group));
            case Answer.Refused<Tree>(String why) -> new ClusterRead.Unreachable(why);
            case Answer.Unreachable<Tree>(String why) -> new ClusterRead.Unreachable(why);
        });
    }

    private static SortedMap<String, StoredKey> keys(Tree tree) {
        SortedMap<String, StoredKey> keys = new TreeMap<>();
        tree.entries()
                .forEach((path, entry) -> keys.put(
                        path, new StoredKey(entry.value(), entry.version(), entry.modifyVersion(), entry.session())));
        return keys;
    }

    @Override
    public CompletionStage<Written> write(Key key, String json, OptionalLong expectedVersion) {
        String name = switch (key) {
            case CONFIG -> "config";
            case FAILOVER -> "failover";
        };
        Condition condition = expectedVersion.isEmpty()
                ? Condition.always()
                : expectedVersion.getAsLong() == 0
                        ? Condition.absent()
                        : Condition.version(expectedVersion.getAsLong());
        return ports.dcs()
                .write(group.map(number -> number + "/" + name).orElse(name), json, condition)
                .thenApply(answer -> {
                    node.tell(NodeActor.Wake.NOW);
                    return switch (answer) {
                        case Answer.Done<Long> done -> Written.DONE;
                        case Answer.Refused<Long> refused -> Written.REFUSED;
                        case Answer.Unreachable<Long> unreachable -> Written.UNREACHABLE;
                    };
                });
    }

    @Override
    public void wake() {
        node.tell(NodeActor.Wake.NOW);
    }

    @Override
    public CompletionStage<Done> restart(Optional<Duration> timeout) {
        return ask(new Request.Restart(timeout), false);
    }

    @Override
    public CompletionStage<Done> reinitialize(Reinitialization request) {
        return ask(new Request.Reinitialize(request.fromLeader()), request.force());
    }

    private CompletionStage<Done> ask(Request request, boolean force) {
        return AskPattern.<NodeActor.Command, NodeActor.Reply>ask(
                        node, replyTo -> new NodeActor.Asked(request, force, replyTo), LONG_ACTION, system.scheduler())
                .handle((reply, failure) -> failure != null
                        ? new Done.Failed(failure.toString())
                        : switch (reply) {
                            case NodeActor.Reply.Done done -> new Done.Succeeded();
                            case NodeActor.Reply.Busy busy -> new Done.Busy(busy.with());
                            case NodeActor.Reply.Failed(String why) -> new Done.Failed(why);
                        });
    }

    @Override
    public void reload() {
        node.tell(new NodeActor.Reload(system.ignoreRef()));
    }

    @Override
    public CompletionStage<EventReply> tellTopology(CitusEvent event) {
        return topology.apply(event);
    }
}
