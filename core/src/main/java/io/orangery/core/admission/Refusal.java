package io.orangery.core.admission;

/**
 * Why a request is not taken on.
 *
 * @param text the sentence that tools print and match: part of the interface
 */
public record Refusal(Reason reason, String text) {
    /** Kinds of refusals; whoever answers has one table from these to its own codes. */
    public enum Reason {
        /** The request itself is wrong, whatever the state of the cluster. */
        MALFORMED,
        /** A time that cannot be read or lies in the past. */
        UNUSABLE_TIME,
        /** The request contradicts the present state of the cluster. */
        NOT_POSSIBLE_NOW,
        /** Not while the cluster is in maintenance mode. */
        PAUSED,
        /** The member cannot do it at present. */
        UNAVAILABLE,
        /** This release cannot do it at all, and says so instead of promising it. */
        NOT_IN_THIS_RELEASE
    }

    static Refusal malformed(String text) {
        return new Refusal(Reason.MALFORMED, text);
    }

    static Refusal notPossibleNow(String text) {
        return new Refusal(Reason.NOT_POSSIBLE_NOW, text);
    }

    static Refusal unavailable(String text) {
        return new Refusal(Reason.UNAVAILABLE, text);
    }
}
