package io.orangery.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.Completion;
import io.orangery.core.citus.DesiredTopology;
import io.orangery.core.citus.EventReply;
import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.TopologyQueue;
import io.orangery.core.citus.TopologyWork;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.time.Ticker;
import io.orangery.dcs.Dcs;
import io.orangery.postgres.citus.CitusMetadata;
import io.orangery.postgres.citus.CitusMetadata.Blocker;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Result;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Keeps {@code pg_dist_node} true and holds the writes of a group that changes its primary (citus 8 to 13). Spawned on members of group 0;
 * it works while this node holds the lease and runs a primary, and is the only owner of the transaction that holds writes.
 *
 * <p>What to do next is {@link TopologyQueue}'s decision. Nothing that goes wrong here ends the actor: the next heartbeat repairs.
 */
public final class CitusTopology extends AbstractOnMessageBehavior<CitusTopology.Command> {
    /** Messages. */
    public sealed interface Command {}

    /** The node's latest view; each of them, however often. */
    public record Observed(View view) implements Command {}

    /** From a worker group, by REST or mesh or both: the same id twice is one event. */
    public record Event(CitusEvent event, ActorRef<Completed> replyTo) implements Command {}

    /** The one answer to an {@link Event}: it was carried out, or never will be. */
    public record Completed(EventReply reply) {
        public Completion.Outcome outcome() {
            return reply.outcome();
        }
    }

    private record Read(long term, CitusEvent event, Result<ClusterView> group) implements Command {}

    private record Unawaited(long term, CitusEvent event) implements Command {}

    private record Loaded(long term, Result<List<GroupTopology>> rows) implements Command {}

    private record Ended(long term, TopologyWork.Run run, TopologyTransaction.Ended ended) implements Command {}

    private record RolledBack(long term, GroupId group) implements Command {}

    private record LocksAwaited(long term, TopologyWork.Run run) implements Command {}

    private record Blocked(long term, GroupId group, List<Blocker> blockers) implements Command {}

    private record Known(long term, Result<CitusMetadata.Capabilities> capabilities) implements Command {}

    private record PauseAnswered(long term, CitusEvent event, EventReply reply) implements Command {}

    private record PauseUnheld(long term, GroupPause.Event event) implements Command {}

    private record PauseEnded(long term, GroupId group) implements Command {}

    private enum Work implements Command {
        NOW
    }

    private enum Repeat implements Command {
        NOW
    }

    /** Between a failure and the next try from what was last seen. */
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    /** Locks that take longer make the operator wonder who holds them. */
    private static final Duration LONG_WAIT = Duration.ofSeconds(1);

    /**
     * @param metadata is disconnected when the actor stops, not closed
     * @param connections gives one more at each call, for a pause of its own
     */
    public static Behavior<Command> create(
            Dcs dcs, CitusMetadata metadata, Supplier<CitusMetadata> connections, Ticker ticker) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new CitusTopology(context, timers, dcs, metadata, connections, ticker)));
    }

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final CitusMetadata metadata;
    private final TopologyVerification verification;
    private final Ticker ticker;
    private final TopologyLog log;
    private final TopologyWaiters waiters = new TopologyWaiters();
    /** Events whose group is being read, or is to be read next: of one group one after the other, so that they keep their order. */
    private final Map<GroupId, Deque<CitusEvent>> arriving = new HashMap<>();

    private final Map<GroupId, TopologyPause> pauses = new HashMap<>();
    private final GroupPauses groupPauses;
    private TopologyQueue queue = TopologyQueue.IDLE;
    private TopologyHeartbeat heartbeat = TopologyHeartbeat.NONE;
    private Optional<Long> postmaster = Optional.empty();
    /** Raised when leadership ends: what was begun before is no longer ours. */
    private long term;
    /** The same for the threads of the pauses. */
    private volatile long currentTerm;

    private CitusTopology(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Dcs dcs,
            CitusMetadata metadata,
            Supplier<CitusMetadata> connections,
            Ticker ticker) {
        super(context);
        this.context = context;
        this.timers = timers;
        this.metadata = metadata;
        this.verification = new TopologyVerification(dcs, metadata);
        this.ticker = ticker;
        this.log = new TopologyLog(context.getLog());
        this.groupPauses = new GroupPauses(context, dcs, connections, ticker, listener(context.getSelf()));
    }

    private GroupPause.Listener listener(ActorRef<Command> self) {
        return new GroupPause.Listener() {
            @Override
            public void answered(CitusEvent event, EventReply reply) {
                self.tell(new PauseAnswered(currentTerm, event, reply));
            }

            @Override
            public void unheld(GroupPause.Event event) {
                self.tell(new PauseUnheld(currentTerm, event));
            }

            @Override
            public void ended(GroupId group) {
                self.tell(new PauseEnded(currentTerm, group));
            }
        };
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        switch (message) {
            case Observed observed -> onObserved(observed.view());
            case Event event -> onEvent(event);
            case Read read when read.term() == term -> onRead(read);
            case Unawaited late when late.term() == term -> onUnawaited(late.event());
            case Loaded loaded when loaded.term() == term -> onLoaded(loaded.rows());
            case Ended ended when ended.term() == term -> onEnded(ended.run(), ended.ended());
            case Ended ended -> onEndedTooLate(ended.ended());
            case RolledBack rolledBack when rolledBack.term() == term -> onRolledBack(rolledBack.group());
            case LocksAwaited awaited when awaited.term() == term -> onLocksAwaited(awaited.run());
            case Blocked blocked when blocked.term() == term -> onBlocked(blocked);
            case Known known when known.term() == term -> onKnown(known.capabilities());
            case PauseAnswered answered
            when answered.term() == term -> onPauseAnswered(answered.event(), answered.reply());
            case PauseUnheld unheld when unheld.term() == term -> onPauseUnheld(unheld.event());
            case PauseEnded ended when ended.term() == term -> onPauseEnded(ended.group());
            case Known ofFormerTerm -> {}
            case PauseAnswered ofFormerTerm -> {}
            case PauseUnheld ofFormerTerm -> {}
            case PauseEnded ofFormerTerm -> {}
            case Work now -> work(Optional.empty());
            case Repeat now -> onRepeat();
            case Read ofFormerTerm -> {}
            case Unawaited ofFormerTerm -> {}
            case Loaded ofFormerTerm -> {}
            case RolledBack ofFormerTerm -> {}
            case LocksAwaited ofFormerTerm -> {}
            case Blocked ofFormerTerm -> {}
        }
        return this;
    }

    @Override
    public Behavior<Command> onSignal(Signal signal) {
        if (signal instanceof PostStop) {
            stepDown();
            groupPauses.close();
        }
        return this;
    }

    // --- leading

    private void onObserved(View view) {
        if (!TopologyDuty.of(view).orElse(queue.ready())) {
            if (queue.ready()) {
                context.getLog().info("no longer in charge of pg_dist_node");
                stepDown();
            }
            return;
        }
        if (!queue.ready()) {
            context.getLog().info("in charge of pg_dist_node");
            queue = queue.takenUp();
        }
        recogniseServer(view.postgres().flatMap(PostgresSeen::postmaster));
        view.cluster().ifPresent(cluster -> {
            groupPauses.observed(cluster, view.settings().pauses());
            heartbeat = heartbeat.seen(DesiredTopology.heartbeat(cluster, view.self()));
            if (heartbeat.due(ticker.now(), view.dynamic().loopWait())) {
                offerHeartbeat();
            }
        });
        work(Optional.empty());
    }

    /** Everybody who waits is answered, the connection is closed, which ends its transaction, and nothing is kept. */
    private void stepDown() {
        term++;
        currentTerm = term;
        groupPauses.close();
        metadata.disconnect();
        timers.cancelAll();
        TopologyQueue.Change change = queue.leadershipLost();
        queue = change.queue();
        waiters.completeAll(Completion.Outcome.NOT_LEADING);
        arriving.clear();
        pauses.clear();
        heartbeat = TopologyHeartbeat.NONE;
        postmaster = Optional.empty();
    }

    /** A transaction dies with its server; a new one knows nothing of it (citus T5). */
    private void recogniseServer(Optional<Long> seen) {
        boolean another = postmaster.isPresent() && seen.isPresent() && !seen.equals(postmaster);
        if (seen.isPresent()) {
            postmaster = seen;
        }
        if (another) {
            groupPauses.serverRestarted();
            metadata.disconnect();
            queue = queue.reloadWanted();
            for (GroupId group : Set.copyOf(queue.pauses().keySet())) {
                context.getLog().warn("pause of group {}: ended by the restart of PostgreSQL", group);
                queue = queue.connectionLost(group);
            }
            pauses.clear();
        }
    }

    private void offerHeartbeat() {
        Duration now = ticker.now();
        heartbeat = heartbeat.offered(now);
        // A group whose writes are held is the pause's own: an older view knows less than its events (citus 8.3 #2).
        heartbeat.tasks().stream()
                .filter(task -> !groupPauses.holds(task.group()))
                .forEach(task -> apply(queue.offer(task, now)));
        askCapabilities();
    }

    private void askCapabilities() {
        if (queue.pauses().isEmpty() && queue.running().isEmpty()) {
            long now = term;
            context.pipeToSelf(
                    metadata.capabilities(),
                    (known, bug) -> new Known(now, bug == null ? known : Result.failed(Cause.OTHER, bug.toString())));
        }
    }

    private void onKnown(Result<CitusMetadata.Capabilities> answer) {
        if (answer instanceof Result.Done<CitusMetadata.Capabilities>(CitusMetadata.Capabilities known)) {
            groupPauses.know(known);
        }
    }

    private void onRepeat() {
        offerHeartbeat();
        work(Optional.empty());
    }

    // --- events

    private void onEvent(Event message) {
        CitusEvent event = message.event();
        if (!queue.ready()) {
            message.replyTo().tell(new Completed(EventReply.of(Completion.Outcome.NOT_LEADING)));
            return;
        }
        Optional<EventReply> replied = groupPauses.replied(event);
        if (replied.isPresent()) {
            message.replyTo().tell(new Completed(replied.get()));
            return;
        }
        if (!waiters.add(event.id(), message.replyTo())) {
            return;
        }
        if (event.group().coordinator()) {
            discard(event, "only worker groups are paused");
            return;
        }
        timers.startSingleTimer(patience(event.id()), new Unawaited(term, event), event.timeout());
        Deque<CitusEvent> line = arriving.computeIfAbsent(event.group(), group -> new ArrayDeque<>());
        line.add(event);
        if (line.size() == 1) {
            read(event);
        }
    }

    private void read(CitusEvent event) {
        long now = term;
        context.pipeToSelf(
                verification.read(event.group()),
                (group, bug) -> new Read(now, event, bug == null ? group : Result.failed(Cause.OTHER, bug.toString())));
    }

    private void onRead(Read read) {
        CitusEvent event = read.event();
        Deque<CitusEvent> line = arriving.get(event.group());
        line.remove(event);
        if (line.isEmpty()) {
            arriving.remove(event.group());
        } else {
            read(line.peek());
        }
        switch (read.group()) {
            case Result.Failed<ClusterView>(Cause cause, String why) -> discard(event, why);
            case Result.Done<ClusterView>(ClusterView group) -> admit(event, group);
        }
    }

    private void admit(CitusEvent event, ClusterView group) {
        boolean awaited = timers.isTimerActive(patience(event.id()));
        if (event.type() == CitusEvent.Type.BEFORE_DEMOTE && !awaited) {
            // its sender has stopped by now, or gone on: holding writes helps nobody
            complete(new Completion(Set.of(event.id()), Completion.Outcome.WITHDRAWN));
            return;
        }
        if (group.ledBy(event.leader()) && groupPauses.take(event, group)) {
            return;
        }
        offer(event, group);
    }

    private void offer(CitusEvent event, ClusterView group) {
        Duration now = ticker.now();
        // whoever the lease was renewed by, just before the read at the latest, may hold it for this long
        Optional<Duration> leaseEnd = Optional.of(now.plus(event.timeout()));
        DesiredTopology.forEvent(event, Map.of(event.group(), group), leaseEnd)
                .ifPresentOrElse(
                        task -> {
                            apply(queue.offer(task, now));
                            work(Optional.of(event.group()));
                        },
                        () -> discard(event, "it is not from the group's leader, or its address is unknown"));
    }

    private void onPauseAnswered(CitusEvent event, EventReply reply) {
        groupPauses.remember(event, reply);
        waiters.complete(event.id(), reply);
        timers.cancel(patience(event.id()));
    }

    private void onPauseUnheld(GroupPause.Event event) {
        groupPauses.returned(event.event());
        if (!groupPauses.take(event.event(), event.group())) {
            offer(event.event(), event.group());
        }
    }

    private void onPauseEnded(GroupId group) {
        groupPauses.ended(group);
        queue = queue.reloadWanted();
        // With the next view: the last one may be older than the change.
        heartbeat = heartbeat.dueAgain();
        work(Optional.empty());
    }

    private static String patience(String event) {
        return "event " + event;
    }

    private void discard(CitusEvent event, String why) {
        context.getLog()
                .info("discarding {} of {}, group {}: {}", event.type().text(), event.leader(), event.group(), why);
        waiters.complete(new Completion(Set.of(event.id()), Completion.Outcome.FAILED));
        timers.cancel(patience(event.id()));
    }

    /** Its sender has stopped waiting. */
    private void onUnawaited(CitusEvent event) {
        groupPauses.unawaited(event);
        apply(queue.withdraw(event.id()));
        work(Optional.empty());
    }

    private void apply(TopologyQueue.Change change) {
        queue = change.queue();
        change.completions().forEach(this::complete);
    }

    private void complete(Completion completion) {
        waiters.complete(completion);
        completion.waiters().forEach(event -> timers.cancel(patience(event)));
    }

    // --- work

    /** @param justRead group whose keys were read for the message that is being handled */
    private void work(Optional<GroupId> justRead) {
        if (groupPauses.excludeOtherChanges()) {
            return;
        }
        // Queued before its group's writes were held: it would wait for the locks of the pause, and knows less.
        queue = queue.withoutHeartbeats(groupPauses::holds);
        TopologyQueue.Picked picked = queue.pick(ticker.now());
        queue = picked.queue();
        picked.completions().forEach(this::complete);
        long now = term;
        switch (picked.work()) {
            case TopologyWork.Wait wait -> wait.until().ifPresent(this::workAt);
            case TopologyWork.Reload reload ->
                context.pipeToSelf(
                        metadata.load(),
                        (rows, bug) ->
                                new Loaded(now, bug == null ? rows : Result.failed(Cause.OTHER, bug.toString())));
            case TopologyWork.RollBack(GroupId group, String why) -> rollBack(group, why);
            case TopologyWork.Run run -> run(run, justRead);
        }
    }

    private void workAt(Duration time) {
        Duration left = time.minus(ticker.now());
        timers.startSingleTimer(Work.NOW, Work.NOW, left.isNegative() ? Duration.ZERO : left);
    }

    private void onLoaded(Result<List<GroupTopology>> rows) {
        switch (rows) {
            case Result.Done<List<GroupTopology>>(List<GroupTopology> groups) -> {
                log.readable();
                queue = queue.reloaded(groups);
            }
            case Result.Failed<List<GroupTopology>>(Cause cause, String why) -> {
                log.unreadable(why);
                queue = queue.reloadFailed(ticker.now());
            }
        }
        work(Optional.empty());
    }

    private void rollBack(GroupId group, String why) {
        long now = term;
        TopologyPause pause = pauses.remove(group);
        if (pause == null) {
            onRolledBack(group);
            return;
        }
        log.rolledBack(group, pause, ticker.now(), why);
        // its failure means that the connection is closed: rolled back all the same
        context.pipeToSelf(metadata.rollback(pause.transaction()), (done, bug) -> new RolledBack(now, group));
    }

    private void onRolledBack(GroupId group) {
        boolean awaited = queue.running()
                .filter(running -> running instanceof TopologyWork.RollBack)
                .isPresent();
        if (awaited) { // else the server's restart was quicker
            queue = queue.rolledBack(group);
            work(Optional.empty());
        }
    }

    private void run(TopologyWork.Run run, Optional<GroupId> justRead) {
        long now = term;
        GroupId group = run.task().group();
        boolean verified =
                justRead.filter(group::equals).isPresent() && !run.task().fromHeartbeat();
        timers.startSingleTimer("locks", new LocksAwaited(now, run), LONG_WAIT);
        context.pipeToSelf(
                new TopologyTransaction(
                                metadata, verification, ticker, run, Optional.ofNullable(pauses.get(group)), verified)
                        .carryOut(),
                (ended, bug) -> new Ended(
                        now, run, bug == null ? ended : new TopologyTransaction.Ended.Failed(bug.toString())));
    }

    private void onLocksAwaited(TopologyWork.Run run) {
        if (queue.running().filter(run::equals).isPresent()) {
            long now = term;
            context.pipeToSelf(
                    metadata.blockers(),
                    (found, bug) -> new Blocked(
                            now,
                            run.task().group(),
                            found instanceof Result.Done<List<Blocker>>(List<Blocker> blockers)
                                    ? blockers
                                    : List.of()));
        }
    }

    private void onBlocked(Blocked blocked) {
        log.waitsFor(blocked.group(), blocked.blockers());
    }

    private void onEnded(TopologyWork.Run run, TopologyTransaction.Ended ended) {
        timers.cancel("locks");
        GroupId group = run.task().group();
        TopologyPause held = pauses.remove(group);
        switch (ended) {
            case TopologyTransaction.Ended.Succeeded done -> {
                log.succeeded(run, done, held != null, ticker.now());
                if (!done.committed()) {
                    pauses.put(group, done.pause().orElseThrow());
                }
                apply(queue.succeeded(done.result()));
            }
            case TopologyTransaction.Ended.Failed(String why) -> {
                log.failed(run.task(), why);
                apply(queue.failed());
                timers.startSingleTimer(Repeat.NOW, Repeat.NOW, AFTER_FAILURE);
            }
        }
        work(Optional.empty());
    }

    /** Leadership ended while it was begun: nobody else will ever end this transaction. */
    private void onEndedTooLate(TopologyTransaction.Ended ended) {
        if (ended instanceof TopologyTransaction.Ended.Succeeded done && !done.committed()) {
            done.pause().ifPresent(pause -> metadata.rollback(pause.transaction()));
        }
    }
}
