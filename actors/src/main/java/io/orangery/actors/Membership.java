package io.orangery.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.MemberData;
import io.orangery.core.policy.DcsSeen;
import io.orangery.core.time.Ticker;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Change;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.Tree;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.MemberJson;
import io.orangery.protocol.StoredKey;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Who is in the group and what its keys say: reads the store on every hint and at least once in {@code loop_wait}, publishes the own member
 * key. At most one read and one write are under way. Decides nothing.
 */
public final class Membership extends AbstractOnMessageBehavior<Membership.Command> {
    /** Messages. */
    public sealed interface Command {}

    /** Read now; linearizable when something is decided under a lease just won. */
    public record Read(boolean linearizable) implements Command {}

    /** Publish this in the own member key. */
    public record Publish(MemberData data, Optional<ActorRef<Done>> replyTo) implements Command {}

    /**
     * Publish once more what was published last. This is what keeps the session alive that member and leader key hang on: the node actor has to
     * ask for it, so that both keys end with it.
     */
    public enum Repeat implements Command {
        NOW
    }

    /** A changed {@code loop_wait}. */
    public record Retime(Duration loopWait) implements Command {}

    /** The publication was written, or could not be. */
    public record Done(boolean written) {}

    private record Hint(Change change) implements Command {}

    private record Answered(Duration sentAt, boolean linearizable, Answer<Tree> answer) implements Command {}

    private record Published(MemberData data, Answer<Void> answer, Optional<ActorRef<Done>> replyTo)
            implements Command {}

    private enum Tick implements Command {
        NOW
    }

    /** Hints about keys that nobody waits for are gathered for this long, so that six members publishing do not cause 36 reads. */
    private static final Duration GATHER_HINTS = Duration.ofMillis(250);

    public static Behavior<Command> create(
            Dcs dcs, Optional<GroupId> group, Ticker ticker, Duration loopWait, Consumer<DcsSeen> listener) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            dcs.onChange(change -> context.getSelf().tell(new Hint(change)));
            context.getSelf().tell(new Read(false));
            return new Membership(context, timers, dcs, group, ticker, loopWait, listener);
        }));
    }

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Dcs dcs;
    private final Optional<GroupId> group;
    private final Ticker ticker;
    private final Consumer<DcsSeen> listener;
    private Duration loopWait;
    private boolean reading;
    private boolean readAgain;
    private boolean nextLinearizable;
    private Duration linearizableAt = Duration.ofSeconds(-1);
    private SortedMap<GroupId, ClusterView> otherGroups = new TreeMap<>();
    private Optional<ClusterView> last = Optional.empty();
    private Optional<Duration> unreachableSince = Optional.empty();
    private Optional<MemberData> publication = Optional.empty();
    private boolean publishing;
    private Optional<Publish> publishNext = Optional.empty();

    private Membership(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Dcs dcs,
            Optional<GroupId> group,
            Ticker ticker,
            Duration loopWait,
            Consumer<DcsSeen> listener) {
        super(context);
        context.setLoggerName(Membership.class);
        this.context = context;
        this.timers = timers;
        this.dcs = dcs;
        this.group = group;
        this.ticker = ticker;
        this.loopWait = loopWait;
        this.listener = listener;
        timers.startSingleTimer(Tick.NOW, Tick.NOW, loopWait);
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        switch (message) {
            case Read read -> onRead(read);
            case Publish publish -> onPublish(publish);
            case Repeat now -> publication.ifPresent(data -> onPublish(new Publish(data, Optional.empty())));
            case Retime retime -> onRetime(retime);
            case Hint hint -> onHint(hint.change());
            case Answered answered -> onAnswered(answered);
            case Published published -> onPublished(published);
            case Tick now -> onTick();
        }
        return this;
    }

    private void onRead(Read read) {
        nextLinearizable |= read.linearizable();
        if (reading) {
            readAgain = true;
            return;
        }
        boolean linearizable = nextLinearizable;
        nextLinearizable = false;
        reading = true;
        Duration sentAt = ticker.now();
        context.pipeToSelf(
                linearizable ? dcs.readLinearizable() : dcs.read(),
                (answer, failure) -> new Answered(
                        sentAt, linearizable, failure == null ? answer : Answer.unreachable(failure.toString())));
    }

    private void onHint(Change change) {
        if (urgent(change.path())) {
            context.getSelf().tell(new Read(false));
        } else if (!timers.isTimerActive("gather")) {
            timers.startSingleTimer("gather", new Read(false), GATHER_HINTS);
        }
    }

    private static boolean urgent(String path) {
        String key = path.substring(path.lastIndexOf('/') + 1);
        return switch (key) {
            case "", "leader", "failover", "config", "initialize" -> !path.contains("optime");
            default -> false;
        };
    }

    private void onAnswered(Answered answered) {
        reading = false;
        switch (answered.answer()) {
            case Answer.Done<Tree>(Tree tree) -> onTree(answered, tree);
            case Answer.Refused<Tree>(String why) -> onNoAnswer(why);
            case Answer.Unreachable<Tree>(String why) -> onNoAnswer(why);
        }
        if (readAgain) {
            readAgain = false;
            context.getSelf().tell(new Read(false));
        }
    }

    private void onTree(Answered answered, Tree tree) {
        if (unreachableSince.isPresent()) {
            context.getLog().info("the DCS answers again");
            unreachableSince = Optional.empty();
        }
        SortedMap<String, StoredKey> keys = new TreeMap<>();
        tree.entries()
                .forEach((path, entry) -> keys.put(
                        path, new StoredKey(entry.value(), entry.version(), entry.modifyVersion(), entry.session())));
        ClusterView view = ClusterKeys.view(keys, group);
        if (answered.linearizable()) {
            // A linearizable read covers the own group only: what is known of the others stays.
            linearizableAt = answered.sentAt();
            view = withWorkers(view, otherGroups);
        } else {
            otherGroups = view.workers();
        }
        last = Optional.of(view);
        listener.accept(new DcsSeen.Fresh(view, answered.sentAt(), linearizableAt));
    }

    private static ClusterView withWorkers(ClusterView view, SortedMap<GroupId, ClusterView> workers) {
        return new ClusterView(
                view.initialize(),
                view.config(),
                view.leader(),
                view.status(),
                view.members(),
                view.failover(),
                view.sync(),
                view.history(),
                view.failsafe(),
                workers,
                view.meshId());
    }

    private void onNoAnswer(String why) {
        if (unreachableSince.isEmpty()) {
            unreachableSince = Optional.of(ticker.now());
            context.getLog().error("the DCS cannot be read: {}", why);
        }
        listener.accept(new DcsSeen.Unreachable(last, unreachableSince.get(), why));
        timers.startSingleTimer("again", new Read(false), Duration.ofSeconds(1));
    }

    private void onTick() {
        timers.startSingleTimer(Tick.NOW, Tick.NOW, loopWait);
        context.getSelf().tell(new Read(false));
    }

    private void onRetime(Retime retime) {
        loopWait = retime.loopWait();
        timers.startSingleTimer(Tick.NOW, Tick.NOW, loopWait);
    }

    private void onPublish(Publish publish) {
        publication = Optional.of(publish.data());
        if (publishing) {
            publishNext.flatMap(Publish::replyTo).ifPresent(waiting -> waiting.tell(new Done(false)));
            publishNext = Optional.of(publish);
            return;
        }
        publishing = true;
        context.pipeToSelf(
                dcs.touchMember(MemberJson.write(publish.data())),
                (answer, failure) -> new Published(
                        publish.data(),
                        failure == null ? answer : Answer.unreachable(failure.toString()),
                        publish.replyTo()));
    }

    private void onPublished(Published published) {
        publishing = false;
        if (!published.answer().succeeded() && unreachableSince.isEmpty()) {
            context.getLog().warn("the member key was not written: {}", published.answer());
        }
        published
                .replyTo()
                .ifPresent(waiting -> waiting.tell(new Done(published.answer().succeeded())));
        Optional<Publish> next = publishNext;
        publishNext = Optional.empty();
        next.ifPresent(this::onPublish);
    }
}
