package io.orangery.core.time;

import java.time.Duration;
import java.time.Instant;

/**
 * The only source of time. Virtual in the simulation.
 *
 * <p>Any thread; never blocks.
 */
public interface Ticker {
    /** Monotonic: time since an arbitrary origin that does not change while the process lives. Counts while the host is suspended. */
    Duration now();

    /** Wall clock, only for people and for schedules that people wrote. Never compared with another host's. */
    Instant wallClock();
}
