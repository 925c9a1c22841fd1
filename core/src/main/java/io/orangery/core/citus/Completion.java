package io.orangery.core.citus;

import java.util.Set;

/**
 * The end of a task for those who wait for it. Each event that was offered gets exactly one.
 *
 * @param waiters ids of the events
 */
public record Completion(Set<String> waiters, Outcome outcome) {

    /** How it ended. The sender is answered the same in each case; logs and metrics tell them apart. */
    public enum Outcome {
        /** Statements were carried out: writes are held, or the change is committed. */
        DONE,
        /** The rows are as desired already, or the event was processed before. */
        UNNEEDED,
        /** A statement failed, or the time was up; the transaction is rolled back. */
        FAILED,
        /** Transactions kept the locks, and were not to be terminated: nothing is held. */
        BLOCKED,
        /** A newer task of the group took its place. */
        SUPERSEDED,
        /** Nobody waits for the answer any more and nothing was done. */
        WITHDRAWN,
        /** This node does not lead the coordinator group, or has not yet taken up the work. */
        NOT_LEADING;

        /** Whether the same event, coming once more, is to be answered without doing anything. */
        public boolean remembered() {
            return this != WITHDRAWN && this != NOT_LEADING;
        }
    }
}
