package io.orangery.simulation;

import akka.actor.AbstractScheduler;
import akka.actor.Cancellable;
import akka.event.LoggingAdapter;
import com.typesafe.config.Config;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/**
 * Akka's scheduler under virtual time ({@code akka.scheduler.implementation}). Akka makes it by reflection, one for each actor system, so it
 * is also what the system's executor and the simulation share.
 *
 * <p>While an actor system starts, its creator waits for actors in the calling thread; until {@link #takeOver()} a thread of its own runs them.
 */
public final class VirtualScheduler extends AbstractScheduler {
    private final VirtualClock clock = new VirtualClock();
    private final ExecutorService whileStarting;
    private volatile boolean takenOver;

    public VirtualScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {
        this.whileStarting = Executors.newSingleThreadExecutor(threads);
    }

    VirtualClock clock() {
        return clock;
    }

    /** The actor system has started: from now on everything runs in the thread that runs the clock's events, which is the caller. */
    void takeOver() {
        takenOver = true;
        whileStarting.shutdown();
        try {
            if (!whileStarting.awaitTermination(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the start of the actor system does not end");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the actor system started", interrupted);
        }
    }

    void execute(Runnable task) {
        if (takenOver) {
            clock.schedule(java.time.Duration.ZERO, task);
        } else {
            whileStarting.execute(task);
        }
    }

    @Override
    public Cancellable scheduleOnce(FiniteDuration delay, Runnable task, ExecutionContext context) {
        return new Planned(clock.schedule(java.time.Duration.ofNanos(delay.toNanos()), () -> context.execute(task)));
    }

    /** Deprecated for callers; the scheduler still has to offer it. */
    @Override
    @SuppressWarnings("deprecation")
    public Cancellable schedule(
            FiniteDuration delay, FiniteDuration interval, Runnable task, ExecutionContext context) {
        Repeated repeated = new Repeated(java.time.Duration.ofNanos(interval.toNanos()), task, context);
        repeated.plan(java.time.Duration.ofNanos(delay.toNanos()));
        return repeated;
    }

    /** Nothing limits it; Akka only compares. */
    @Override
    public double maxFrequency() {
        return 1_000_000;
    }

    private record Planned(VirtualClock.Event event) implements Cancellable {
        @Override
        public boolean cancel() {
            return event.cancel();
        }

        @Override
        public boolean isCancelled() {
            return !event.pending();
        }
    }

    private final class Repeated implements Cancellable {
        private final java.time.Duration interval;
        private final Runnable task;
        private final ExecutionContext context;
        private VirtualClock.Event next;
        private boolean cancelled;

        Repeated(java.time.Duration interval, Runnable task, ExecutionContext context) {
            this.interval = interval;
            this.task = task;
            this.context = context;
        }

        void plan(java.time.Duration delay) {
            next = clock.schedule(delay, () -> {
                plan(interval);
                context.execute(task);
            });
        }

        @Override
        public boolean cancel() {
            boolean first = !cancelled;
            cancelled = true;
            next.cancel();
            return first;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }
    }
}
