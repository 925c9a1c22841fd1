package io.orangery.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.ActorContext;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.Completion;
import io.orangery.core.citus.CrashWatch;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.settings.PauseSettings;
import io.orangery.core.time.Ticker;
import io.orangery.dcs.Dcs;
import io.orangery.postgres.citus.CitusMetadata;
import io.orangery.postgres.citus.CitusMetadata.Capabilities;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The pauses of all groups: who gets one, and when. Several groups are paused side by side, except where they share shards, because then the second
 * would wait for the first (citus 20.3): it gets its turn when that one has ended.
 *
 * <p>Belongs to the topology actor; no other thread may touch it.
 */
final class GroupPauses {
    /** Events that may come a second time on another way. */
    private static final int REMEMBERED = 256;

    private static final Duration PUBLICATION = Duration.ofSeconds(3);

    private final ActorContext<CitusTopology.Command> context;
    private final Dcs dcs;
    private final Supplier<CitusMetadata> connections;
    private final Ticker ticker;
    private final GroupPause.Listener listener;
    private final Map<GroupId, ActorRef<GroupPause.Command>> open = new HashMap<>();
    private final Map<GroupId, Duration> endedAt = new HashMap<>();
    private final Deque<GroupPause.Event> waiting = new ArrayDeque<>();
    /** Taken over and not answered. */
    private final Map<String, CitusEvent> given = new LinkedHashMap<>();

    private final Map<String, EventReply> answered = new LinkedHashMap<>();
    private Optional<Capabilities> capabilities = Optional.empty();
    private Optional<ReadMoves> moves = Optional.empty();
    private Optional<CitusMetadata> spare = Optional.empty();
    private CrashWatch crashes = CrashWatch.NONE;

    /**
     * @param connections gives a new one at each call, which its user closes
     * @param listener called on the pauses' threads
     */
    GroupPauses(
            ActorContext<CitusTopology.Command> context,
            Dcs dcs,
            Supplier<CitusMetadata> connections,
            Ticker ticker,
            GroupPause.Listener listener) {
        this.context = context;
        this.dcs = dcs;
        this.connections = connections;
        this.ticker = ticker;
        this.listener = listener;
    }

    /** What this Citus can do; connections are opened ahead, so that the first pause need not. */
    void know(Capabilities known) {
        capabilities = Optional.of(known);
        if (known.pausesWithoutRename() && moves.isEmpty()) {
            var ready = new ReadMoves(connections.get());
            ready.connect();
            moves = Optional.of(ready);
            keepSpare();
        }
    }

    private void keepSpare() {
        CitusMetadata next = connections.get();
        next.connect();
        spare = Optional.of(next);
    }

    boolean holds(GroupId group) {
        return open.containsKey(group)
                || waiting.stream().anyMatch(event -> event.event().group().equals(group));
    }

    /** Locks of other groups would be waited for, and their holders terminated after a while. */
    boolean excludeOtherChanges() {
        return !open.isEmpty()
                && capabilities.filter(known -> !known.sharedPlacements()).isEmpty();
    }

    /** The reply to an event that came to its end before; it is not carried out again. */
    Optional<EventReply> replied(CitusEvent event) {
        return Optional.ofNullable(answered.get(event.id()));
    }

    void remember(CitusEvent event, EventReply reply) {
        given.remove(event.id());
        if (reply.outcome().remembered()) {
            answered.put(event.id(), reply);
            answered.keySet().stream()
                    .limit(Math.max(0, answered.size() - REMEMBERED))
                    .toList()
                    .forEach(answered::remove);
        }
    }

    /** The pause could not do anything with it: it is not answered here. */
    void returned(CitusEvent event) {
        given.remove(event.id());
    }

    /** True: it is taken over. False: this Citus cannot, or nothing is held that it could end. */
    boolean take(CitusEvent event, ClusterView group) {
        boolean can = capabilities.filter(Capabilities::pausesWithoutRename).isPresent();
        boolean begins = event.type() != CitusEvent.Type.AFTER_PROMOTE;
        if (!can || !begins && !holds(event.group())) {
            return false;
        }
        give(new GroupPause.Event(event, group));
        return true;
    }

    private void give(GroupPause.Event event) {
        GroupId group = event.event().group();
        given.put(event.event().id(), event.event());
        if (!open.containsKey(group) && excludeOtherChanges()) {
            waiting.add(event);
            return;
        }
        open.computeIfAbsent(group, this::begin).tell(event);
    }

    private ActorRef<GroupPause.Command> begin(GroupId group) {
        CitusMetadata connection = spare.orElseGet(connections);
        keepSpare();
        return context.spawnAnonymous(
                GroupPause.create(group, dcs, connection, moves.orElseThrow(), ticker, listener),
                DispatcherSelector.sameAsParent());
    }

    /**
     * The keys as they are seen: each pause gets those of its group, and a group that has just lost its primary without having announced it gets a
     * pause.
     */
    void observed(ClusterView coordinator, PauseSettings settings) {
        CrashWatch.Seen seen = crashes.see(coordinator.workers());
        crashes = seen.next();
        boolean can = capabilities.filter(Capabilities::pausesWithoutRename).isPresent()
                && settings.holdOnCrash().isPositive();
        seen.crashed().forEach((group, former) -> {
            if (can && !holds(group) && !changedLately(group) && !excludeOtherChanges()) {
                open.computeIfAbsent(group, this::begin)
                        .tell(new GroupPause.Crashed(
                                coordinator.workers().get(group),
                                former,
                                settings.holdOnCrash(),
                                settings.readsOnCrash()));
            }
        });
        open.forEach((group, pause) -> Optional.ofNullable(coordinator.workers().get(group))
                .ifPresent(view -> pause.tell(new GroupPause.Observed(view))));
    }

    /** The new primary's own key may say so a moment after writes went on to it. */
    private boolean changedLately(GroupId group) {
        return Optional.ofNullable(endedAt.get(group))
                .filter(at -> ticker.now().minus(at).compareTo(PUBLICATION) < 0)
                .isPresent();
    }

    void unawaited(CitusEvent event) {
        Optional.ofNullable(open.get(event.group()))
                .ifPresent(pause -> pause.tell(new GroupPause.Unawaited(event.id())));
        waiting.removeIf(other -> {
            boolean gone = other.event().id().equals(event.id()) && event.type() == CitusEvent.Type.BEFORE_DEMOTE;
            if (gone) {
                listener.answered(event, EventReply.of(Completion.Outcome.WITHDRAWN));
            }
            return gone;
        });
    }

    /** An event that came to a pause at its very end begins another one. */
    void ended(GroupId group) {
        Optional.ofNullable(open.remove(group)).ifPresent(pause -> pause.tell(GroupPause.Leave.NOW));
        endedAt.put(group, ticker.now());
        Deque<GroupPause.Event> turn = new ArrayDeque<>(waiting);
        waiting.clear();
        turn.forEach(this::give);
    }

    /** Its transactions are gone with it; connections that are kept ready are opened anew. */
    void serverRestarted() {
        stopAll();
        moves.ifPresent(ReadMoves::connect);
        spare.ifPresent(CitusMetadata::connect);
    }

    /**
     * The server's restart, or the end of leading: each pause ends with its actor, whose connection is closed. An actor that is stopped does not look
     * at what is in its mailbox, so everybody is answered here.
     */
    private void stopAll() {
        open.values().forEach(context::stop);
        open.clear();
        waiting.clear();
        given.values().forEach(event -> listener.answered(event, EventReply.of(Completion.Outcome.NOT_LEADING)));
        given.clear();
    }

    void close() {
        stopAll();
        moves.ifPresent(ReadMoves::close);
        spare.ifPresent(CitusMetadata::close);
        moves = Optional.empty();
        spare = Optional.empty();
        capabilities = Optional.empty();
        crashes = CrashWatch.NONE;
        answered.clear();
    }
}
