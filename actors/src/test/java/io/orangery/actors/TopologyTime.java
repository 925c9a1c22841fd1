package io.orangery.actors;

import io.orangery.core.time.Ticker;
import io.orangery.dcs.keyvalue.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** Time that a test moves. Of the store's tasks only those that are due at once run: leases never end and requests never time out. */
final class TopologyTime implements Ticker, Scheduler {
    private final Deque<Runnable> due = new ArrayDeque<>();
    private Duration now = Duration.ofHours(1);

    @Override
    public Duration now() {
        return now;
    }

    @Override
    public Instant wallClock() {
        return Instant.EPOCH;
    }

    @Override
    public void after(Duration delay, Runnable task) {
        if (delay.isZero()) {
            due.add(task);
        }
    }

    void pass(Duration span) {
        now = now.plus(span);
    }

    void runDue() {
        while (!due.isEmpty()) {
            due.remove().run();
        }
    }
}
