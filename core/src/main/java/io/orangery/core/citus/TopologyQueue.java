package io.orangery.core.citus;

import io.orangery.core.citus.CitusEvent.Type;
import io.orangery.core.citus.Completion.Outcome;
import io.orangery.core.citus.TopologyWork.Reload;
import io.orangery.core.citus.TopologyWork.RollBack;
import io.orangery.core.citus.TopologyWork.Run;
import io.orangery.core.citus.TopologyWork.Wait;
import io.orangery.core.cluster.GroupId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What the coordinator's leader knows of {@code pg_dist_node} and what it has to do to it (citus 8, with the corrections of 13 and 18).
 * Immutable: each method returns the next state. Times are on the monotonic clock.
 *
 * <p>One piece of work at a time. Pauses are kept by group, but {@link #mayRun} lets in only one: nothing else has to change when
 * each group gets a transaction of its own (citus 20.3).
 *
 * @param ready whether this node has taken up the work: set by its first heartbeat as leader and primary
 * @param reloadPending whether the table must be read before the next task outside a pause
 * @param reloadNotBefore when to try again after a failed read; empty: at once
 * @param cache rows as last read or committed
 * @param queued at most one task for each group, in order of arrival
 * @param pauses open transactions that hold writes
 * @param running work that was handed out and not yet reported back
 * @param processed ids of the last events that came to an end, oldest first: the same event may arrive on two ways
 */
public record TopologyQueue(
        boolean ready,
        boolean reloadPending,
        Optional<Duration> reloadNotBefore,
        Map<GroupId, GroupTopology> cache,
        List<TopologyTask> queued,
        Map<GroupId, Pause> pauses,
        Optional<TopologyWork> running,
        List<String> processed) {
    static final Duration RELOAD_BACKOFF = Duration.ofSeconds(1);
    static final int REMEMBERED_EVENTS = 64;

    public static final TopologyQueue IDLE = new TopologyQueue(
            false, true, Optional.empty(), Map.of(), List.of(), Map.of(), Optional.empty(), List.of());

    public TopologyQueue {
        cache = Collections.unmodifiableMap(new TreeMap<>(cache));
        pauses = Collections.unmodifiableMap(new TreeMap<>(pauses));
        queued = List.copyOf(queued);
        processed = List.copyOf(processed);
    }

    /** A new state, and the tasks that ended on the way to it. */
    public record Change(TopologyQueue queue, List<Completion> completions) {}

    /** A new state, what to do in it, and the tasks that ended on the way. {@code Wait} is not to be reported back. */
    public record Picked(TopologyQueue queue, TopologyWork work, List<Completion> completions) {}

    /** The first heartbeat as leader and primary. */
    public TopologyQueue takenUp() {
        return edit().ready(true).build();
    }

    /** A task comes in (8.3). */
    public Change offer(TopologyTask task, Duration now) {
        return TopologyAdmission.offer(this, task, now);
    }

    /** The one that waits for this event has gone. What nobody waits for is not worth holding writes. */
    public Change withdraw(String waiter) {
        var edit = edit();
        for (TopologyTask task : queued) {
            if (task.waiters().contains(waiter)) {
                Set<String> left = new TreeSet<>(task.waiters());
                left.remove(waiter);
                boolean useless = left.isEmpty() && task.event() == Type.BEFORE_DEMOTE;
                edit.queued(without(queued, task, useless ? Stream.empty() : Stream.of(task.withWaiters(left))));
                edit.ended(Set.of(waiter), Outcome.WITHDRAWN);
            }
        }
        return edit.change();
    }

    /** Without the tasks that nobody sent and that have not begun, of some groups. */
    public TopologyQueue withoutHeartbeats(Predicate<GroupId> groups) {
        return edit().queued(queued.stream()
                        .filter(task -> !task.fromHeartbeat() || !groups.test(task.group()))
                        .toList())
                .build();
    }

    /** What to do next (8.4, 8.5). The answer counts as running until it is reported back. */
    public Picked pick(Duration now) {
        if (!ready || running.isPresent()) {
            return new Picked(this, new Wait(Optional.empty()), List.of());
        }
        for (Map.Entry<GroupId, Pause> pause : pauses.entrySet()) {
            if (pause.getValue().expired(now)) {
                return handOut(new RollBack(pause.getKey(), "no event ended the pause in time"), List.of());
            }
        }
        if (reloadPending && pauses.isEmpty()) {
            Optional<Duration> later = reloadNotBefore.filter(time -> time.compareTo(now) > 0);
            return later.isPresent() ? new Picked(this, new Wait(later), List.of()) : handOut(new Reload(), List.of());
        }
        return pickTask(now);
    }

    private Picked pickTask(Duration now) {
        var edit = edit();
        var order = Stream.concat(
                        queued.stream().filter(task -> task.group().coordinator()),
                        queued.stream().filter(task -> !task.group().coordinator()))
                .filter(this::mayRun)
                .toList();
        for (TopologyTask task : order) {
            edit.queued(without(edit.queued, task, Stream.empty()));
            if (pauses.containsKey(task.group()) || differsFromCache(task)) {
                Change removed = edit.change();
                return removed.queue().handOut(run(task, now), removed.completions());
            }
            edit.ended(task.waiters(), Outcome.UNNEEDED);
        }
        Change left = edit.change();
        Optional<Duration> deadline =
                pauses.values().stream().map(Pause::deadline).min(Duration::compareTo);
        return new Picked(left.queue(), new Wait(deadline), left.completions());
    }

    private Picked handOut(TopologyWork work, List<Completion> completions) {
        return new Picked(edit().running(Optional.of(work)).build(), work, completions);
    }

    private Run run(TopologyTask task, Duration now) {
        Optional<Pause> pause = Optional.ofNullable(pauses.get(task.group()));
        GroupTopology base = pause.map(Pause::topology).orElse(cached(task.group()));
        TopologyDiff diff = TopologyDiff.between(base, task.desired());
        boolean last = task.event() == Type.AFTER_PROMOTE;
        boolean begin = pause.isEmpty() && (!last || diff.steps().size() > 1);
        // a heartbeat holds writes only while its statements run: as long as it may wait for locks, twice
        Duration deadline = task.fromHeartbeat() ? now.plus(task.cooldown().multipliedBy(2)) : task.deadline(now);
        return new Run(task, base, diff, begin, last && (begin || pause.isPresent()), deadline);
    }

    /** One pause at a time: while a group's writes are held only its own tasks run. */
    private boolean mayRun(TopologyTask task) {
        return pauses.isEmpty() || pauses.containsKey(task.group());
    }

    boolean differsFromCache(TopologyTask task) {
        return !cached(task.group()).matches(task.desired());
    }

    private GroupTopology cached(GroupId group) {
        return cache.getOrDefault(group, GroupTopology.empty(group));
    }

    /** The work was carried out. */
    public Change succeeded(GroupTopology result) {
        Run run = runningTask();
        var edit = edit().running(Optional.empty());
        GroupId group = run.task().group();
        if (run.task().event() == Type.AFTER_PROMOTE) {
            edit.cache.put(group, result.committed());
            edit.pauses.remove(group);
        } else {
            edit.pauses.put(group, new Pause(run.task(), result, run.deadline()));
        }
        return edit.ended(run.task().waiters(), Outcome.DONE).change();
    }

    /** A statement failed, or COMMIT was not allowed, or its outcome is unknown. The transaction is gone; the table is read again. */
    public Change failed() {
        Run run = runningTask();
        var edit = edit().running(Optional.empty()).reload(true);
        edit.pauses.remove(run.task().group());
        return edit.ended(run.task().waiters(), Outcome.FAILED).change();
    }

    private Run runningTask() {
        if (running.isPresent() && running.get() instanceof Run run) {
            return run;
        }
        throw new IllegalStateException("no task is running but " + running);
    }

    /** The group's transaction was rolled back; the table is as cached. */
    public TopologyQueue rolledBack(GroupId group) {
        var edit = edit();
        edit.pauses.remove(group);
        return edit.running(running.filter(work -> !(work instanceof RollBack))).build();
    }

    /**
     * The connection broke, or belongs to another server process than before: its transaction is rolled back, or, where COMMIT was
     * under way, in doubt. Running work is reported separately as failed.
     */
    public TopologyQueue connectionLost(GroupId group) {
        return rolledBack(group).reloadWanted();
    }

    /** The table may have changed. It is read when no pause is open: a healthy pause is not disturbed (T8). */
    public TopologyQueue reloadWanted() {
        return edit().reload(true).build();
    }

    public TopologyQueue reloaded(Collection<GroupTopology> groups) {
        var edit = edit().running(Optional.empty()).reload(false);
        edit.cache.clear();
        groups.forEach(group -> edit.cache.put(group.group(), group));
        return edit.build();
    }

    /** The table cannot be read: tried again after a second (T6). */
    public TopologyQueue reloadFailed(Duration now) {
        return edit().running(Optional.empty())
                .retryReload(now.plus(RELOAD_BACKOFF))
                .build();
    }

    /**
     * Whatever ended it: everybody who waits is answered, and the next time starts from nothing. The caller closes its connections
     * first, which ends the transactions, and drops reports of work that was running.
     */
    public Change leadershipLost() {
        var edit = edit();
        edit.queued.forEach(task -> edit.ended(task.waiters(), Outcome.NOT_LEADING));
        if (running.isPresent() && running.get() instanceof Run run) {
            edit.ended(run.task().waiters(), Outcome.NOT_LEADING);
        }
        return new Change(IDLE, edit.change().completions());
    }

    boolean isRunning(GroupId group) {
        return running.filter(
                        work -> work instanceof Run run && run.task().group().equals(group))
                .isPresent();
    }

    static List<TopologyTask> without(List<TopologyTask> tasks, TopologyTask task, Stream<TopologyTask> instead) {
        var changed = new ArrayList<TopologyTask>();
        List<TopologyTask> substitute = instead.toList();
        tasks.forEach(other -> {
            if (other == task) {
                changed.addAll(substitute);
            } else {
                changed.add(other);
            }
        });
        return changed;
    }

    TopologyQueueEdit edit() {
        return new TopologyQueueEdit(this);
    }
}
