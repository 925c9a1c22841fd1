package io.orangery.actors;

import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.Completion.Outcome;
import io.orangery.core.citus.DesiredTopology;
import io.orangery.core.citus.EventReply;
import io.orangery.core.citus.TopologyTask;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.time.Ticker;
import io.orangery.dcs.Dcs;
import io.orangery.postgres.citus.CitusMetadata;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Result;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;

/**
 * Holds the writes of one worker group while it changes its primary, and owns the one transaction that does so: one pause, one connection, one
 * actor (deviations 5). It ends with the pause, and with it, however it ends, ends the connection, and so the pause.
 *
 * <p>Events come one after the other. Each that was given gets exactly one answer.
 */
final class GroupPause extends AbstractOnMessageBehavior<GroupPause.Command> {
    /** Messages of the topology actor. */
    sealed interface Command {}

    /** @param group the group's keys, read for this event; its leader is the sender */
    record Event(CitusEvent event, ClusterView group) implements Command {}

    /** The group's keys as they are seen; not read for anything. */
    record Observed(ClusterView group) implements Command {}

    /** Nothing more is sent after this one: the answer to {@link Listener#ended}. */
    enum Leave implements Command {
        NOW
    }

    /** The sender of this event has stopped waiting. */
    record Unawaited(String event) implements Command {}

    /**
     * The group's primary has crashed: its writes wait for whoever comes next instead of failing (citus 20.2 #8). Nobody is terminated for it, and
     * no address of a writable server changes, so at worst they wait in vain.
     *
     * @param former who has crashed
     * @param limit how long
     * @param reads whether reads may move to a standby that has everything
     */
    record Crashed(ClusterView group, NodeId former, Duration limit, boolean reads) implements Command {}

    private record Took(CitusEvent event, NodeId holder, PauseTransaction.Taken taken) implements Command {}

    private record Finished(CitusEvent event, PauseTransaction.Ended ended) implements Command {}

    private record Abandoned(String why, PauseTransaction.Ended ended) implements Command {}

    private record KeysRead(String why, Result<ClusterView> group) implements Command {}

    /** A change that was seen in the DCS and that no event has told of in time. */
    private record Lost(NodeId leader, ClusterView group) implements Command {}

    private enum Deadline implements Command {
        NOW
    }

    /** What the topology actor gets to know; on this actor's thread. */
    interface Listener {
        void answered(CitusEvent event, EventReply reply);

        /** The event came when writes were not held any more, or not yet: it is the topology's again. */
        void unheld(Event event);

        /** The pause is over, and rows of this group may have changed. */
        void ended(GroupId group);
    }

    /** An event that nobody sent: the DCS shows what a lost one would have said. */
    private static final String SEEN = "seen in the DCS";

    /** The event itself knows more, and is on its way: it says where the time went. */
    private static final Duration LOST_AFTER = Duration.ofMillis(500);

    private static final String CRASH = "crash seen in the DCS";

    /**
     * @param metadata a connection of its own, closed when this ends
     * @param listener called on this actor's thread; must be quick
     */
    static Behavior<Command> create(
            GroupId group, Dcs dcs, CitusMetadata metadata, ReadMoves moves, Ticker ticker, Listener listener) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new GroupPause(context, timers, group, dcs, metadata, moves, ticker, listener)));
    }

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Logger log;
    private final GroupId group;
    private final CitusMetadata metadata;
    private final TopologyVerification verification;
    private final PauseTransaction transaction;
    private final Ticker ticker;
    private final Listener listener;
    private final Deque<Event> line = new ArrayDeque<>();
    private Optional<CitusEvent> underWay = Optional.empty();
    private Optional<OpenPause> open = Optional.empty();
    /** Who led when the pause began. */
    private Optional<NodeId> holder = Optional.empty();
    /** Whoever led when the pause began was seen not to run since. */
    private boolean seenDown;

    private boolean expired;
    /** The pause is over, and with it this actor's work. */
    private boolean closed;

    private GroupPause(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            GroupId group,
            Dcs dcs,
            CitusMetadata metadata,
            ReadMoves moves,
            Ticker ticker,
            Listener listener) {
        super(context);
        context.setLoggerName(GroupPause.class);
        this.context = context;
        this.timers = timers;
        this.log = context.getLog();
        this.group = group;
        this.metadata = metadata;
        this.verification = new TopologyVerification(dcs, metadata);
        this.transaction = new PauseTransaction(metadata, moves, verification, ticker, group);
        this.ticker = ticker;
        this.listener = listener;
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        return switch (message) {
            case Event event -> onEvent(event);
            case Crashed crashed -> onCrashed(crashed);
            case Observed observed -> onObserved(observed.group());
            case Leave now -> Behaviors.stopped();
            case Unawaited unawaited -> onUnawaited(unawaited.event());
            case Took took -> onTook(took);
            case Finished finished -> onFinished(finished);
            case Abandoned abandoned -> onAbandoned(abandoned);
            case KeysRead read -> onKeysRead(read);
            case Lost lost -> onLost(lost);
            case Deadline now -> onDeadline();
        };
    }

    /** Closing the connection is letting go, whatever was under way (deviations 5). */
    @Override
    public Behavior<Command> onSignal(Signal signal) {
        if (signal instanceof PostStop) {
            underWay.ifPresent(event -> answer(event, Outcome.NOT_LEADING));
            line.forEach(event -> answer(event.event(), Outcome.NOT_LEADING));
            metadata.close();
        }
        return this;
    }

    // --- events

    private Behavior<Command> onEvent(Event event) {
        if (closed) {
            return unheld(event);
        }
        line.add(event);
        boolean successor = event.event().type() != CitusEvent.Type.BEFORE_DEMOTE;
        boolean forCrash =
                underWay.filter(running -> running.id().equals(CRASH)).isPresent();
        if (successor && forCrash && transaction.waitsForLocks()) {
            // Still waiting for locks without terminating anybody; for a new primary it may.
            metadata.disconnect();
        }
        return next();
    }

    private Behavior<Command> onCrashed(Crashed crashed) {
        if (open.isPresent() || underWay.isPresent() || closed) {
            return next();
        }
        log.warn(
                "the primary of group {} has crashed: its writes wait, for {} s at most",
                group,
                crashed.limit().toSeconds());
        CitusEvent seen = new CitusEvent(
                CitusEvent.Type.BEFORE_DEMOTE, group, crashed.former(), crashed.limit(), crashed.limit(), CRASH);
        seenDown = true;
        underWay = Optional.of(seen);
        take(
                seen,
                new PauseTransaction.Wanted(
                        crashed.limit(),
                        CitusEvent.OnBlockers.ABORT,
                        ticker.now().plus(crashed.limit()),
                        List.of(),
                        crashed.reads() ? Optional.of(crashed.group()) : Optional.empty()));
        return this;
    }

    private void take(CitusEvent asked, PauseTransaction.Wanted wanted) {
        context.pipeToSelf(
                transaction.take(wanted),
                (taken, bug) -> new Took(
                        asked,
                        asked.leader(),
                        bug == null ? taken : new PauseTransaction.Taken.Failed(bug.toString())));
    }

    private Behavior<Command> next() {
        if (underWay.isPresent() || closed) {
            return this;
        }
        if (expired && open.isPresent()) {
            return letGo("no event ended the pause in time");
        }
        Event event = line.poll();
        if (event == null) {
            return open.isPresent() ? this : end();
        }
        return switch (event.event().type()) {
            case BEFORE_DEMOTE -> open.isPresent() ? heldAlready(event.event()) : take(event);
            case BEFORE_PROMOTE -> open.isPresent() ? heldAlready(event.event()) : take(event);
            case AFTER_PROMOTE -> open.isPresent() ? finish(event, open.get()) : unheld(event);
        };
    }

    private Behavior<Command> heldAlready(CitusEvent event) {
        listener.answered(event, new EventReply(Outcome.DONE, open.orElseThrow().readsMoved(), List.of(), Map.of()));
        return next();
    }

    private Behavior<Command> unheld(Event event) {
        listener.unheld(event);
        return closed ? this : next();
    }

    private Behavior<Command> take(Event event) {
        CitusEvent asked = event.event();
        underWay = Optional.of(asked);
        Duration now = ticker.now();
        // Whoever the lease was renewed by, just before the keys were read at the latest, may hold it for this long.
        Duration deadline = DesiredTopology.forEvent(
                        asked, Map.of(group, event.group()), Optional.of(now.plus(asked.timeout())))
                .map(task -> task.deadline(now))
                .orElse(now.plus(asked.timeout()));
        CitusEvent.OnBlockers onBlockers = asked.type() == CitusEvent.Type.BEFORE_PROMOTE
                // Its former primary is gone: what still waits for that one would wait for ever.
                ? CitusEvent.OnBlockers.TERMINATE
                : asked.wishes().onBlockers();
        take(
                asked,
                new PauseTransaction.Wanted(asked.cooldown(), onBlockers, deadline, readers(event), Optional.empty()));
        return this;
    }

    /** The named successor, or for a restart any standby that streams. */
    private static List<HostPort> readers(Event event) {
        CitusEvent asked = event.event();
        if (asked.type() != CitusEvent.Type.BEFORE_DEMOTE || !asked.wishes().moveReads()) {
            return List.of();
        }
        return event.group()
                .others(asked.leader())
                .filter(member -> asked.wishes().successor().isEmpty()
                        || asked.wishes().successor().get().equals(member.id()))
                .filter(member -> member.data().running()
                        && member.data()
                                .replicationState()
                                .filter("streaming"::equals)
                                .isPresent())
                .flatMap(member -> member.data().address().stream())
                .toList();
    }

    private Behavior<Command> onTook(Took took) {
        underWay = Optional.empty();
        switch (took.taken()) {
            case PauseTransaction.Taken.Held(OpenPause pause) -> {
                open = Optional.of(pause);
                holder = Optional.of(took.holder());
                timers.startSingleTimer(Deadline.NOW, Deadline.NOW, left(pause));
                log.info(
                        "holding writes of group {} (locks {} ms{})",
                        group,
                        pause.locks().toMillis(),
                        pause.readsMoved()
                                ? ", reads moved to "
                                        + pause.rows().leading().orElseThrow().address() + " in "
                                        + pause.reads().toMillis() + " ms"
                                : "");
                listener.answered(took.event(), new EventReply(Outcome.DONE, pause.readsMoved(), List.of(), Map.of()));
            }
            case PauseTransaction.Taken.Blocked(List<String> blockers) ->
                listener.answered(took.event(), new EventReply(Outcome.BLOCKED, false, blockers, Map.of()));
            case PauseTransaction.Taken.Failed(String why) -> {
                log.warn(
                        "{} of group {} failed, writes are not held: {}",
                        took.event().type().text(),
                        group,
                        why);
                answer(took.event(), Outcome.FAILED);
            }
        }
        return next();
    }

    private Duration left(OpenPause pause) {
        Duration left = pause.deadline().minus(ticker.now());
        return left.isNegative() ? Duration.ZERO : left;
    }

    // --- letting go

    private Behavior<Command> finish(Event event, OpenPause pause) {
        CitusEvent asked = event.event();
        Optional<TopologyTask> task = DesiredTopology.forEvent(asked, Map.of(group, event.group()), Optional.empty());
        if (task.isEmpty()) {
            answer(asked, Outcome.FAILED);
            return next();
        }
        underWay = Optional.of(asked);
        context.pipeToSelf(
                transaction.finish(pause, task.get()),
                (ended, bug) ->
                        new Finished(asked, bug == null ? ended : new PauseTransaction.Ended.Gone(bug.toString())));
        return this;
    }

    private Behavior<Command> onFinished(Finished finished) {
        underWay = Optional.empty();
        OpenPause pause = open.orElseThrow();
        switch (finished.ended()) {
            case PauseTransaction.Ended.LetGo let -> {
                Map<String, Long> account =
                        pause.account(finished.event().wishes().spentMillis(), ticker.now(), let.commit());
                log.info("pause of group {} for {}: {}", group, finished.event().leader(), text(account));
                listener.answered(finished.event(), new EventReply(Outcome.DONE, false, List.of(), account));
                return over();
            }
            case PauseTransaction.Ended.StillHeld(String why) -> {
                log.warn("writes of group {} are still held: {}", group, why);
                answer(finished.event(), Outcome.FAILED);
                return next();
            }
            case PauseTransaction.Ended.Gone(String why) -> {
                log.warn("pause of group {} has ended without a change: {}", group, why);
                answer(finished.event(), Outcome.FAILED);
                return over();
            }
        }
    }

    /** One line: {@code 182 ms = locks 6, reads 31, ...}. */
    private static String text(Map<String, Long> account) {
        var text = new StringBuilder(account.get("total") + " ms =");
        account.forEach((name, millis) -> {
            if (!name.equals("total")) {
                text.append(text.charAt(text.length() - 1) == '=' ? " " : ", ")
                        .append(name.replace('_', ' '))
                        .append(' ')
                        .append(millis);
            }
        });
        return text.toString();
    }

    private Behavior<Command> over() {
        open = Optional.empty();
        holder = Optional.empty();
        seenDown = false;
        expired = false;
        timers.cancel(Deadline.NOW);
        return next();
    }

    private Behavior<Command> end() {
        closed = true;
        listener.ended(group);
        return this;
    }

    // --- bounds

    private Behavior<Command> onDeadline() {
        expired = true;
        return next();
    }

    private Behavior<Command> letGo(String why) {
        underWay = Optional.of(seen(holder.orElseThrow()));
        context.pipeToSelf(
                verification.read(group),
                (read, bug) -> new KeysRead(why, bug == null ? read : Result.failed(Cause.OTHER, bug.toString())));
        return this;
    }

    private Behavior<Command> onKeysRead(KeysRead read) {
        OpenPause pause = open.orElseThrow();
        // Not known: it may lead, and then writes must find it.
        boolean stillLeads = !(read.group() instanceof Result.Done<ClusterView>(ClusterView now))
                || holder.filter(now::ledBy).isPresent();
        context.pipeToSelf(
                transaction.abandon(pause, stillLeads),
                (ended, bug) -> new Abandoned(
                        read.why(), bug == null ? ended : new PauseTransaction.Ended.Gone(bug.toString())));
        return this;
    }

    private Behavior<Command> onAbandoned(Abandoned abandoned) {
        underWay = Optional.empty();
        OpenPause pause = open.orElseThrow();
        log.warn(
                "pause of group {}: let go after {} ms: {}",
                group,
                ticker.now().minus(pause.since()).toMillis(),
                abandoned.why());
        return over();
    }

    /** Its sender has stopped by now, or gone on: locks that are still waited for help nobody. */
    private Behavior<Command> onUnawaited(String event) {
        if (underWay.filter(running -> running.id().equals(event) && running.type() == CitusEvent.Type.BEFORE_DEMOTE)
                .isPresent()) {
            metadata.disconnect();
        }
        line.stream()
                .filter(waiting ->
                        waiting.event().id().equals(event) && waiting.event().type() == CitusEvent.Type.BEFORE_DEMOTE)
                .toList()
                .forEach(waiting -> {
                    line.remove(waiting);
                    answer(waiting.event(), Outcome.WITHDRAWN);
                });
        return next();
    }

    // --- lost messages

    /**
     * The DCS may show that the change has happened although its last event was lost: another member leads and runs as a primary, or the same one
     * does after it was seen not to run. Its key alone says nothing: it says "running" until it has stopped.
     */
    private Behavior<Command> onObserved(ClusterView seen) {
        Optional<Member> leader = seen.leaderMember();
        boolean runs = leader.filter(
                        member -> member.data().primary() && member.data().running())
                .isPresent();
        boolean same = holder.isPresent() && leader.map(Member::id).equals(holder);
        if (same && !runs || seen.unlocked()) {
            seenDown = true;
        }
        boolean changed = open.isPresent() && runs && (!same || seenDown);
        if (changed && !timers.isTimerActive(SEEN)) {
            timers.startSingleTimer(SEEN, new Lost(leader.get().id(), seen), LOST_AFTER);
        }
        return this;
    }

    private Behavior<Command> onLost(Lost lost) {
        boolean idle = open.isPresent() && underWay.isEmpty() && line.isEmpty();
        return idle ? onEvent(new Event(seen(lost.leader()), lost.group())) : this;
    }

    private CitusEvent seen(NodeId leader) {
        return new CitusEvent(
                CitusEvent.Type.AFTER_PROMOTE, group, leader, Duration.ofSeconds(1), Duration.ofSeconds(1), SEEN);
    }

    private void answer(CitusEvent event, Outcome outcome) {
        listener.answered(event, EventReply.of(outcome));
    }
}
