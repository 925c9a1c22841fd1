package io.orangery.formation;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** Waits for conditions outside this JVM, which nobody announces: asks every 50 ms. The clock of this module. */
public final class Await {

    private static final Duration BETWEEN = Duration.ofMillis(50);

    private Await() {}

    /** Monotonic time in nanoseconds; only differences mean something. */
    public static long now() {
        return System.nanoTime();
    }

    public static Duration since(long start) {
        return Duration.ofNanos(now() - start);
    }

    /**
     * Returns once the condition is true. A condition that throws counts as false.
     *
     * @throws TimeoutException after {@code longest}, naming what was awaited and the condition's last exception
     */
    public static void until(String what, Duration longest, Callable<Boolean> condition) throws TimeoutException {
        long start = now();
        Exception last = null;
        while (since(start).compareTo(longest) < 0) {
            try {
                if (condition.call()) {
                    return;
                }
                last = null;
            } catch (Exception notYet) {
                last = notYet;
            }
            pause(BETWEEN);
        }
        TimeoutException late = new TimeoutException("waited " + longest.toSeconds() + " s for " + what);
        if (last != null) {
            late.initCause(last);
        }
        throw late;
    }

    /** Does nothing for a while; returns early when the thread is interrupted. */
    public static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("interrupted");
        }
    }
}
