package io.orangery.formation.bench;

import io.orangery.formation.Await;
import java.time.Duration;

/** A stretch of time that rounds must fit into. Starts when it is made. */
final class Budget {

    private final long start = Await.now();
    private final Duration whole;

    Budget(Duration whole) {
        this.whole = whole;
    }

    Duration left() {
        return whole.minus(Await.since(start));
    }

    /** Whether something that takes this long still fits. */
    boolean hasRoomFor(Duration time) {
        return left().compareTo(time) >= 0;
    }

    /** A part of what is left. */
    Budget share(double part) {
        return new Budget(Duration.ofMillis((long) (left().toMillis() * part)));
    }
}
