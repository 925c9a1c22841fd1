package io.orangery.dcs.etcd;

import io.orangery.core.time.Ticker;
import java.time.Duration;
import java.time.Instant;

/**
 * Measures the time that requests take. It does not count while the host is suspended, which only lets a request be waited for longer: the
 * deadline of a lease is counted by the caller, on its own ticker.
 */
final class MonotonicTicker implements Ticker {
    @Override
    public Duration now() {
        return Duration.ofNanos(System.nanoTime());
    }

    @Override
    public Instant wallClock() {
        throw new UnsupportedOperationException("a connection to a store has no business with the wall clock");
    }
}
