package io.orangery.core.admission;

import io.orangery.core.policy.Operation;

/** The refusal because of a long action under way: tools match its ending. */
public final class Busy {
    private Busy() {}

    public static Refusal with(Operation.Kind kind) {
        return Refusal.unavailable(kind.text() + " already in progress");
    }
}
