package io.orangery.dcs.keyvalue;

import java.time.Duration;

/** Runs something later: timeouts, pauses between tries, deliveries. Virtual in the simulation. Any thread; never blocks. */
public interface Scheduler {
    /** @param delay zero or more; with zero the task still runs after this method has returned */
    void after(Duration delay, Runnable task);
}
