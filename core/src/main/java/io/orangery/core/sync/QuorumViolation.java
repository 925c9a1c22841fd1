package io.orangery.core.sync;

/** A change, or what was found, would let a set of nodes acknowledge a commit that an electing set does not know. */
public final class QuorumViolation extends IllegalStateException {
    private static final long serialVersionUID = 1;

    QuorumViolation(String message) {
        super(message);
    }
}
