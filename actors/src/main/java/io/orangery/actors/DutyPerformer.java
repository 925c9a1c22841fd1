package io.orangery.actors;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.TimelineHistory;
import io.orangery.core.policy.Duties;
import io.orangery.core.policy.Duty;
import io.orangery.core.policy.Limits;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.sync.SynchronousStandbyNames;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Condition;
import io.orangery.postgres.LocalPostgres;
import io.orangery.protocol.Json;
import io.orangery.protocol.KeyJson;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what a node keeps true beside its decisions: keys, synchronous replication, slots, history. One at a time, in the order in which
 * {@link Duties} names them, from the latest view. Never holds up a decision or a renewal.
 */
final class DutyPerformer extends AbstractOnMessageBehavior<DutyPerformer.Command> {
    sealed interface Command {}

    /** The latest view of a node that has no long action under way. */
    record Work(View view) implements Command {}

    /** A long action begins: what is not yet begun is left, because it would be done out of a view of before the action. */
    enum Rest implements Command {
        NOW
    }

    private record Checkpointed(boolean done, int begunIn) implements Command {}

    private record Performed(Duty duty, boolean done, Optional<String> problem) implements Command {}

    private enum LookAgain implements Command {
        NOW
    }

    private record SyncObserved(SynchronousReplication.Progress progress) implements Command {}

    /** News for the node actor. */
    sealed interface News {
        enum Plain implements News {
            CHECKPOINT_DONE,
            KEYS_CHANGED,
            POSTGRES_CHANGED
        }

        /** @param failoverVersion request for which PostgreSQL is prepared; empty: for none */
        record Prepared(Optional<Long> failoverVersion) implements News {}
    }

    static Behavior<Command> create(NodePorts ports, Consumer<News> listener) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new DutyPerformer(context, timers, ports, listener)));
    }

    /** As the reference writes it; with UTC as {@code +00:00}. */
    private static final DateTimeFormatter MICROSECONDS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSSSSxxx", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** For threads of the adapters, which may not use the actor's own. */
    private static final Logger LOG = LoggerFactory.getLogger(DutyPerformer.class);

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final NodePorts ports;
    private final Consumer<News> listener;
    private final SynchronousReplication synchronousReplication;
    private Duties.Notes notes = Duties.Notes.BLANK;
    private final Deque<Duty> queue = new ArrayDeque<>();
    private View view;
    private boolean busy;
    private boolean viewChanged;
    private boolean checkpointing;
    private int term;
    private String lastProblem = "";

    private DutyPerformer(
            ActorContext<Command> context, TimerScheduler<Command> timers, NodePorts ports, Consumer<News> listener) {
        super(context);
        context.setLoggerName(DutyPerformer.class);
        this.context = context;
        this.timers = timers;
        this.ports = ports;
        this.listener = listener;
        this.synchronousReplication = new SynchronousReplication(ports);
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        switch (message) {
            case Work work -> onWork(work);
            case Rest now -> onRest();
            case Checkpointed checkpointed -> onCheckpointed(checkpointed);
            case Performed performed -> onPerformed(performed);
            case SyncObserved observed -> onSyncObserved(observed.progress());
            case LookAgain now -> news();
        }
        return this;
    }

    private void onWork(Work work) {
        view = work.view();
        viewChanged = true;
        synchronousReplication.mayAct(true);
        if (!view.holdsLease()) {
            synchronousReplication.forget();
        }
        if (!busy) {
            begin();
        }
    }

    private void onRest() {
        queue.clear();
        viewChanged = false;
        synchronousReplication.mayAct(false);
        timers.cancel(LookAgain.NOW);
        term++;
    }

    /** Beside the other duties: it may take many minutes, and commits may wait for a change of the synchronous standbys. */
    private void checkpoint() {
        if (!checkpointing) {
            checkpointing = true;
            int begunIn = term;
            context.pipeToSelf(
                    ports.postgres().checkpoint(1),
                    (outcome, failure) -> new Checkpointed(failure == null && outcome.ok(), begunIn));
        }
    }

    private void onCheckpointed(Checkpointed checkpointed) {
        checkpointing = false;
        // One that began before another promotion says nothing about this one (trap T8).
        if (checkpointed.done() && checkpointed.begunIn() == term) {
            listener.accept(News.Plain.CHECKPOINT_DONE);
        }
    }

    private void begin() {
        viewChanged = false;
        queue.clear();
        queue.addAll(Duties.due(view, notes));
        next();
    }

    private void next() {
        if (viewChanged && queue.isEmpty()) {
            begin();
            return;
        }
        Duty duty = queue.poll();
        busy = duty != null;
        if (duty instanceof Duty.SynchronousReplication) {
            context.pipeToSelf(
                    synchronousReplication.step(view),
                    (progress, failure) -> new SyncObserved(
                            failure == null ? progress : SynchronousReplication.Progress.failed(failure.toString())));
        } else if (duty != null) {
            context.pipeToSelf(
                    perform(duty),
                    (problem, failure) -> new Performed(
                            duty,
                            failure == null && problem.isEmpty(),
                            failure == null ? problem : Optional.of(failure.toString())));
        }
    }

    private void onPerformed(Performed performed) {
        if (performed.done()) {
            remember(performed.duty());
        } else {
            String problem = performed.duty().getClass().getSimpleName() + ": "
                    + performed.problem().orElse("failed");
            if (!problem.equals(lastProblem)) {
                context.getLog().warn("not done, will be tried again: {}", problem);
                lastProblem = problem;
            }
        }
        next();
    }

    private void remember(Duty duty) {
        switch (duty) {
            case Duty.KeepSlots plan ->
                notes = new Duties.Notes(
                        notes.slotSeenAt(), Optional.of(plan), ports.ticker().now());
            case Duty.WriteStatus status ->
                notes = new Duties.Notes(seenSlots(), notes.slotsKept(), notes.slotsKeptAt());
            case Duty.CheckpointAfterPromote done -> {
                if (view.postgres().filter(Duties::checkpointedOnOwnTimeline).isPresent()) {
                    listener.accept(News.Plain.CHECKPOINT_DONE);
                } else {
                    checkpoint();
                }
            }
            case Duty.WriteInitialize done -> listener.accept(News.Plain.KEYS_CHANGED);
            case Duty.WriteConfig done -> listener.accept(News.Plain.KEYS_CHANGED);
            case Duty.WriteHistory done -> listener.accept(News.Plain.KEYS_CHANGED);
            case Duty.ReadHistory done -> listener.accept(News.Plain.KEYS_CHANGED);
            case Duty.PrepareToLead prepared ->
                listener.accept(new News.Prepared(Optional.of(prepared.failoverVersion())));
            case Duty.EndPreparation done -> listener.accept(new News.Prepared(Optional.empty()));
            case Duty.SynchronousReplication none -> {}
        }
    }

    private Map<String, Duration> seenSlots() {
        return view.cluster()
                .flatMap(cluster -> view.postgres()
                        .flatMap(PostgresSeen::row)
                        .map(row -> Duties.retained(view, cluster, row, notes)))
                .orElse(new TreeMap<>());
    }

    private void onSyncObserved(SynchronousReplication.Progress progress) {
        progress.sentence().filter(sentence -> !sentence.equals(lastProblem)).ifPresent(sentence -> {
            lastProblem = sentence;
            context.getLog().info("synchronous replication: {}", sentence);
        });
        if (progress.lookAgainAfter().isPresent()) {
            timers.startSingleTimer(
                    LookAgain.NOW, LookAgain.NOW, progress.lookAgainAfter().get());
        } else if (progress.moved()) {
            news();
        }
        next();
    }

    private void news() {
        listener.accept(News.Plain.KEYS_CHANGED);
        listener.accept(News.Plain.POSTGRES_CHANGED);
    }

    /** Empty: done. */
    private CompletionStage<Optional<String>> perform(Duty duty) {
        return switch (duty) {
            case Duty.WriteInitialize(String systemIdentifier, boolean absent) ->
                written("initialize", systemIdentifier, absent ? Condition.absent() : Condition.always());
            case Duty.WriteConfig(Map<String, Object> config) ->
                written(
                        "config",
                        Json.write(config),
                        unchanged(view.cluster()
                                .flatMap(ClusterView::config)
                                .map(found -> found.version())
                                .orElse(0L)));
            case Duty.WriteStatus write ->
                written(
                        "status",
                        KeyJson.writeStatus(write.status()),
                        unchanged(write.status().version()));
            case Duty.WriteHistory(List<TimelineHistory.Entry> entries, long version) ->
                written("history", KeyJson.writeHistory(entries), unchanged(version));
            case Duty.ReadHistory(int timeline) -> copyHistory(timeline);
            case Duty.CheckpointAfterPromote checkpoint -> CompletableFuture.completedFuture(Optional.empty());
            case Duty.KeepSlots plan ->
                outcome(ports.postgres()
                        .keepSlots(new LocalPostgres.SlotPlan(plan.wanted(), plan.expectedActive(), plan.mayDrop())));
            case Duty.PrepareToLead prepare ->
                outcome(ports.postgres()
                        .prepareToLead(
                                prepare.names().flatMap(SynchronousStandbyNames::render), Limits.RECOVERY_CONFLICTS));
            case Duty.EndPreparation end -> outcome(ports.postgres().endPreparation());
            case Duty.SynchronousReplication elsewhere -> CompletableFuture.completedFuture(Optional.empty());
        };
    }

    private CompletionStage<Optional<String>> copyHistory(int timeline) {
        TimelineHistory known = view.cluster().map(ClusterView::history).orElse(TimelineHistory.ABSENT);
        return ports.postgres().history(timeline).thenCompose(file -> {
            List<TimelineHistory.Entry> lines = file.lines().stream()
                    .map(line -> new TimelineHistory.Entry(
                            line.timeline(), line.end(), line.reason(), Optional.empty(), Optional.empty()))
                    .toList();
            if (lines.isEmpty()) {
                return CompletableFuture.completedFuture(
                        Optional.of("the history file of timeline " + timeline + " is missing"));
            }
            String at = MICROSECONDS.format(file.modified().orElseGet(ports.ticker()::wallClock));
            return written(
                    "history",
                    KeyJson.writeHistory(Duties.history(
                            known,
                            lines,
                            timeline,
                            at,
                            view.self(),
                            view.dynamic().maxTimelinesHistory())),
                    unchanged(known.version()));
        });
    }

    /** What somebody else wrote meanwhile is a later leader's: it is never overwritten out of an older view. */
    private static Condition unchanged(long version) {
        return version == 0 ? Condition.absent() : Condition.version(version);
    }

    private CompletionStage<Optional<String>> written(String key, String value, Condition condition) {
        String path = view.settings().group().map(group -> group + "/" + key).orElse(key);
        return ports.dcs().write(path, value, condition).thenApply(answer -> switch (answer) {
            case Answer.Done<Long> done -> Optional.empty();
            case Answer.Refused<Long>(String why) -> {
                // The view was older than the key: what is due now comes with the next view.
                LOG.debug("{} was not written: {}", path, why);
                yield Optional.empty();
            }
            case Answer.Unreachable<Long>(String why) -> Optional.of(why);
        });
    }

    private static CompletionStage<Optional<String>> outcome(CompletionStage<LocalPostgres.Outcome> outcome) {
        return outcome.thenApply(done -> done.ok() ? Optional.empty() : Optional.of(done.toString()));
    }
}
