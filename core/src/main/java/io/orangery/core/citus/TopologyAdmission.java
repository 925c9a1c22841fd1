package io.orangery.core.citus;

import io.orangery.core.citus.Completion.Outcome;
import io.orangery.core.citus.TopologyQueue.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which tasks enter the queue (citus 8.3; the numbers are its rows). */
final class TopologyAdmission {
    private TopologyAdmission() {}

    static Change offer(TopologyQueue queue, TopologyTask task, Duration now) {
        if (!queue.ready()) {
            return refuse(queue, task, Outcome.NOT_LEADING);
        }
        if (!task.fromHeartbeat() && queue.processed().containsAll(task.waiters())) {
            return refuse(queue, task, Outcome.UNNEEDED);
        }
        if (!task.fromHeartbeat() && underWay(queue, task)) {
            // the completion of the first copy is the answer to both
            return new Change(queue, List.of());
        }
        if (task.fromHeartbeat() && untimely(queue, task, now)) {
            return refuse(queue, task, Outcome.SUPERSEDED);
        }
        Optional<TopologyTask> waiting = queue.queued().stream()
                .filter(other -> other.group().equals(task.group()))
                .findFirst();
        return waiting.map(other -> meet(queue, other, task)).orElseGet(() -> append(queue, task));
    }

    /** The same event came on another way. */
    private static boolean underWay(TopologyQueue queue, TopologyTask task) {
        boolean running = queue.running()
                .filter(work -> work instanceof TopologyWork.Run run
                        && run.task().waiters().containsAll(task.waiters()))
                .isPresent();
        boolean queued =
                queue.queued().stream().anyMatch(other -> other.waiters().containsAll(task.waiters()));
        return running || queued;
    }

    /** Rows 1 and 2: an event knows better than a heartbeat, whose view may be older. */
    private static boolean untimely(TopologyQueue queue, TopologyTask heartbeat, Duration now) {
        boolean eventQueued = queue.queued().stream()
                .anyMatch(other -> other.group().equals(heartbeat.group()) && !other.fromHeartbeat());
        boolean eventRunning = queue.running()
                .filter(work -> work instanceof TopologyWork.Run run
                        && run.task().group().equals(heartbeat.group())
                        && !run.task().fromHeartbeat())
                .isPresent();
        Pause pause = queue.pauses().get(heartbeat.group());
        boolean paused = pause != null && !pause.expired(now) && !pause.endedBy(heartbeat);
        return eventQueued || eventRunning || paused;
    }

    /** Rows 3 and 4. */
    private static Change meet(TopologyQueue queue, TopologyTask waiting, TopologyTask task) {
        var edit = queue.edit();
        if (waiting.asksForTheSameAs(task) && waiting.fromHeartbeat() == task.fromHeartbeat()) {
            TopologyTask both = task.joinedBy(waiting);
            return edit.queued(TopologyQueue.without(queue.queued(), waiting, Stream.of(both)))
                    .change();
        }
        return edit.queued(TopologyQueue.without(queue.queued(), waiting, Stream.of(task)))
                .ended(waiting.waiters(), Outcome.SUPERSEDED)
                .change();
    }

    /** Rows 5 and 6. */
    private static Change append(TopologyQueue queue, TopologyTask task) {
        boolean undecided =
                queue.reloadPending() || queue.pauses().containsKey(task.group()) || queue.isRunning(task.group());
        if (!undecided && !queue.differsFromCache(task)) {
            return refuse(queue, task, Outcome.UNNEEDED);
        }
        var queued = new ArrayList<>(queue.queued());
        queued.add(task);
        return queue.edit().queued(queued).change();
    }

    private static Change refuse(TopologyQueue queue, TopologyTask task, Outcome outcome) {
        return queue.edit().ended(task.waiters(), outcome).change();
    }
}
