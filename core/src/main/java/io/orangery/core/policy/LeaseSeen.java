package io.orangery.core.policy;

import java.time.Duration;
import java.util.Optional;

/** What the lease keeper knows of the own leader lease. Times are monotonic. */
public sealed interface LeaseSeen {
    /**
     * The store confirmed it.
     *
     * @param until others may take it from then on; counted from before the request was sent
     * @param acquiredAt when this term began, taken before the request
     * @param confirmedAt when the last confirming request was sent
     */
    record Held(Duration until, Duration acquiredAt, Duration confirmedAt) implements LeaseSeen {}

    /**
     * Renewing does not get through: the key is ours until {@code until}, and may or may not be ours after that.
     *
     * @param since when the first request failed
     */
    record Unknown(Duration until, Duration acquiredAt, Duration since, String why) implements LeaseSeen {}

    /**
     * Certainly not held.
     *
     * @param why present when it was lost, as against never held or given up
     * @param since when that became certain; keys read before say nothing about now
     */
    record NotHeld(Optional<String> why, Duration since) implements LeaseSeen {}

    /** The time until which nobody else can hold the lease; empty when it is not held. */
    default Optional<Duration> protectedUntil() {
        return switch (this) {
            case Held held -> Optional.of(held.until());
            case Unknown unknown -> Optional.of(unknown.until());
            case NotHeld none -> Optional.empty();
        };
    }
}
