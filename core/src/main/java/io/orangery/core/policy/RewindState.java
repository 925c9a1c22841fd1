package io.orangery.core.policy;

/** What is known about the divergence of this node from the leader (ha-behaviour 25.1). */
public enum RewindState {
    INITIAL,
    /** Divergence must be checked against the leader. */
    CHECK,
    NEEDED,
    NOT_NEEDED,
    SUCCEEDED,
    FAILED;

    public boolean executed() {
        return this == SUCCEEDED || this == FAILED;
    }
}
