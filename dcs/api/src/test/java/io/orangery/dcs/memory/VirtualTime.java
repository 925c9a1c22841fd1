package io.orangery.dcs.memory;

import io.orangery.core.time.Ticker;
import io.orangery.dcs.keyvalue.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that passes only when a test says so. Tasks run in the test's thread, those of one instant in the order they were scheduled. */
final class VirtualTime implements Ticker, Scheduler {
    private record Task(Duration due, long number, Runnable work) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparing(Task::due).thenComparing(Task::number));
    private Duration now = Duration.ofHours(1);
    private long scheduled;

    @Override
    public Duration now() {
        return now;
    }

    @Override
    public Instant wallClock() {
        throw new UnsupportedOperationException("a store has no business with the wall clock");
    }

    @Override
    public void after(Duration delay, Runnable task) {
        tasks.add(new Task(now.plus(delay), scheduled++, task));
    }

    /** Runs what is due now; only when that is nothing, time passes, by this much at most. */
    void step(Duration atMost) {
        if (!runDue()) {
            advance(atMost);
        }
    }

    /** Lets this much time pass and runs everything that is due on the way, each at its time. */
    void advance(Duration span) {
        Duration end = now.plus(span);
        while (!tasks.isEmpty() && tasks.peek().due().compareTo(end) <= 0) {
            Task task = tasks.remove();
            now = task.due();
            task.work().run();
        }
        now = end;
    }

    private boolean runDue() {
        boolean ran = false;
        while (!tasks.isEmpty() && tasks.peek().due().compareTo(now) <= 0) {
            tasks.remove().work().run();
            ran = true;
        }
        return ran;
    }
}
