package io.orangery.dcs.keyvalue;

import io.orangery.core.time.Ticker;
import java.time.Duration;

/** The time that one operation of the port may take in all, retries included. Counted from its start. */
record Budget(Ticker ticker, Duration start, Duration total) {
    /** A request needs this long at least; shorter tries would fail on a store that is merely busy. */
    private static final Duration SHORTEST_TRY = Duration.ofSeconds(1);

    /** So that one endpoint that swallows requests leaves time for others. */
    private static final int TRIES = 3;

    static Budget starting(Ticker ticker, Duration total) {
        return new Budget(ticker, ticker.now(), total);
    }

    Duration left() {
        return total.minus(ticker.now().minus(start));
    }

    boolean spent() {
        return !left().isPositive();
    }

    Duration oneTry() {
        Duration share = total.dividedBy(TRIES);
        return shorter(left(), share.compareTo(SHORTEST_TRY) < 0 ? SHORTEST_TRY : share);
    }

    /** How much of a lease proven at {@code provenAt} a caller may count from the start of this operation on. */
    Duration remaining(Duration provenAt, Duration ttl) {
        return shorter(ttl, provenAt.plus(ttl).minus(start));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
