package io.orangery.actors;

import akka.actor.AbstractScheduler;
import akka.actor.Cancellable;
import akka.event.LoggingAdapter;
import com.typesafe.config.Config;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.ThreadFactory;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/** Akka's scheduler ({@code akka.scheduler.implementation}) with a time that only a test moves; what is due at one moment runs in order. */
public final class HandMovedScheduler extends AbstractScheduler {
    private final PriorityQueue<Planned> planned = new PriorityQueue<>(
            Comparator.comparingLong((Planned each) -> each.due).thenComparingLong(each -> each.order));
    private long now;
    private long orders;

    /** Made by Akka, by reflection. */
    public HandMovedScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {}

    /** @param nanos from now on */
    void timePasses(long nanos) {
        long end = now + nanos;
        for (Planned next = firstUntil(end); next != null; next = firstUntil(end)) {
            now = next.due;
            next.run();
        }
        now = end;
    }

    private synchronized Planned firstUntil(long end) {
        return planned.isEmpty() || planned.peek().due > end ? null : planned.poll();
    }

    private synchronized void plan(Planned next, long delay) {
        next.due = now + Math.max(0, delay);
        next.order = orders++;
        planned.add(next);
    }

    @Override
    public Cancellable scheduleOnce(FiniteDuration delay, Runnable task, ExecutionContext context) {
        Planned once = new Planned(task, context, -1);
        plan(once, delay.toNanos());
        return once;
    }

    /** Deprecated for callers; the scheduler still has to offer it. */
    @Override
    @SuppressWarnings("deprecation")
    public Cancellable schedule(
            FiniteDuration delay, FiniteDuration interval, Runnable task, ExecutionContext context) {
        Planned repeated = new Planned(task, context, interval.toNanos());
        plan(repeated, delay.toNanos());
        return repeated;
    }

    /** Nothing limits it; Akka only compares. */
    @Override
    public double maxFrequency() {
        return 1_000_000;
    }

    private final class Planned implements Cancellable {
        private final Runnable task;
        private final ExecutionContext context;
        private final long interval;
        private long due;
        private long order;
        private boolean over;

        Planned(Runnable task, ExecutionContext context, long interval) {
            this.task = task;
            this.context = context;
            this.interval = interval;
        }

        void run() {
            if (over) {
                return;
            }
            over = interval < 0;
            context.execute(task);
            if (!over) {
                plan(this, interval);
            }
        }

        @Override
        public boolean cancel() {
            boolean pending = !over;
            over = true;
            return pending;
        }

        @Override
        public boolean isCancelled() {
            return over;
        }
    }
}
