package io.orangery.dcs.zookeeper;

import java.time.Duration;

/** A moment on the monotonic clock until which something may take. The only class of this module that asks the clock. Immutable. */
record Deadline(long nanos) {
    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** Zero when it has passed, never negative. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
    }

    boolean passed() {
        return left().isZero();
    }

    Deadline half() {
        return in(left().dividedBy(2));
    }
}
