package io.orangery.core.citus;

import io.orangery.core.cluster.GroupId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A queue under change, used within one method. */
final class TopologyQueueEdit {
    private boolean ready;
    private boolean reloadPending;
    private Optional<Duration> reloadNotBefore;
    final Map<GroupId, GroupTopology> cache;
    List<TopologyTask> queued;
    final Map<GroupId, Pause> pauses;
    private Optional<TopologyWork> running;
    private final List<String> processed;
    private final List<Completion> completions = new ArrayList<>();

    TopologyQueueEdit(TopologyQueue from) {
        ready = from.ready();
        reloadPending = from.reloadPending();
        reloadNotBefore = from.reloadNotBefore();
        cache = new TreeMap<>(from.cache());
        queued = from.queued();
        pauses = new TreeMap<>(from.pauses());
        running = from.running();
        processed = new ArrayList<>(from.processed());
    }

    TopologyQueueEdit ready(boolean value) {
        ready = value;
        return this;
    }

    TopologyQueueEdit reload(boolean pending) {
        reloadPending = pending;
        reloadNotBefore = Optional.empty();
        return this;
    }

    TopologyQueueEdit retryReload(Duration notBefore) {
        reloadPending = true;
        reloadNotBefore = Optional.of(notBefore);
        return this;
    }

    TopologyQueueEdit queued(List<TopologyTask> tasks) {
        queued = tasks;
        return this;
    }

    TopologyQueueEdit running(Optional<TopologyWork> work) {
        running = work;
        return this;
    }

    /** Answers these events; nothing happens when nobody waits. */
    TopologyQueueEdit ended(Set<String> waiters, Completion.Outcome outcome) {
        if (!waiters.isEmpty()) {
            completions.add(new Completion(waiters, outcome));
            if (outcome.remembered()) {
                processed.removeAll(waiters);
                processed.addAll(waiters);
            }
        }
        return this;
    }

    TopologyQueue build() {
        int forgotten = Math.max(0, processed.size() - TopologyQueue.REMEMBERED_EVENTS);
        return new TopologyQueue(
                ready,
                reloadPending,
                reloadNotBefore,
                cache,
                queued,
                pauses,
                running,
                processed.subList(forgotten, processed.size()));
    }

    TopologyQueue.Change change() {
        return new TopologyQueue.Change(build(), List.copyOf(completions));
    }
}
