package io.orangery.simulation;

import io.orangery.core.time.Ticker;
import io.orangery.dcs.keyvalue.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Time that passes only from one event to the next, and the queue of these events. Those of one instant run in the order in which they were
 * put in: together with one thread and one seed that makes a run repeatable.
 *
 * <p>A call from another thread than the one that runs the events is noted, because it can be in no order: {@link #intruder()}.
 */
public final class VirtualClock implements Ticker, Scheduler {
    private static final Duration ORIGIN = Duration.ofHours(1);
    private static final Instant WALL_CLOCK_AT_ORIGIN = Instant.parse("2026-01-01T00:00:00Z");

    /** Something that is to happen. */
    static final class Event {
        private final Duration due;
        private final long number;
        private Optional<Runnable> work;

        private Event(Duration due, long number, Runnable work) {
            this.due = due;
            this.number = number;
            this.work = Optional.of(work);
        }

        /** @return false when it has happened or was cancelled already */
        boolean cancel() {
            boolean pending = work.isPresent();
            work = Optional.empty();
            return pending;
        }

        boolean pending() {
            return work.isPresent();
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>(
            Comparator.<Event, Duration>comparing(event -> event.due).thenComparing(event -> event.number));
    private Duration now = ORIGIN;
    private long inserted;
    private Optional<Thread> owner = Optional.empty();
    private Optional<String> intruder = Optional.empty();

    /** Forgets everything that was to happen and begins anew, on the calling thread, which from now on is the only one. */
    synchronized void restart() {
        events.clear();
        now = ORIGIN;
        inserted = 0;
        owner = Optional.of(Thread.currentThread());
        intruder = Optional.empty();
    }

    /** A thread that is not the simulation's own has used the clock: something in the program runs outside every port. */
    synchronized Optional<String> intruder() {
        return intruder;
    }

    @Override
    public synchronized Duration now() {
        noteThread();
        return now;
    }

    @Override
    public synchronized Instant wallClock() {
        return WALL_CLOCK_AT_ORIGIN.plus(now.minus(ORIGIN));
    }

    /** Since the beginning of the run. */
    synchronized Duration elapsed() {
        return now.minus(ORIGIN);
    }

    @Override
    public void after(Duration delay, Runnable task) {
        schedule(delay, task);
    }

    synchronized Event schedule(Duration delay, Runnable task) {
        noteThread();
        Event event = new Event(now.plus(delay.isNegative() ? Duration.ZERO : delay), inserted++, task);
        events.add(event);
        return event;
    }

    private void noteThread() {
        Thread caller = Thread.currentThread();
        if (intruder.isEmpty() && owner.filter(thread -> thread != caller).isPresent()) {
            StackTraceElement[] stack = caller.getStackTrace();
            StringBuilder where = new StringBuilder("the thread " + caller.getName() + " used the virtual clock");
            for (StackTraceElement frame : stack) {
                if (frame.getClassName().startsWith("io.orangery")
                        && !frame.getClassName().equals(VirtualClock.class.getName())) {
                    where.append("\n    at ").append(frame);
                }
            }
            intruder = Optional.of(where.toString());
        }
    }

    /**
     * Runs the next event if it is due before {@code end}, with time set to its moment; else lets time pass to {@code end}.
     *
     * @return false: nothing was due
     */
    boolean runNext(Duration end) {
        Optional<Runnable> work = next(end);
        work.ifPresent(Runnable::run);
        return work.isPresent();
    }

    private synchronized Optional<Runnable> next(Duration end) {
        while (!events.isEmpty() && !events.peek().pending()) {
            events.remove();
        }
        if (events.isEmpty() || events.peek().due.compareTo(end) > 0) {
            now = end.compareTo(now) > 0 ? end : now;
            return Optional.empty();
        }
        Event event = events.remove();
        now = event.due;
        Optional<Runnable> work = event.work;
        event.work = Optional.empty();
        return work;
    }
}
