package io.orangery.simulation;

/** Something happened that must never happen. The message carries the seed and the end of the trace. */
public final class InvariantViolation extends RuntimeException {
    private static final long serialVersionUID = 1;

    InvariantViolation(String message) {
        super(message);
    }
}
