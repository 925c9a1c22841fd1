package io.orangery.actors;

import io.orangery.core.cluster.GroupId;
import io.orangery.postgres.citus.CitusMetadata.Transaction;
import java.time.Duration;

/**
 * A transaction that is kept open, and where the time went that writes waited for it.
 *
 * @param since monotonic time before BEGIN: new writers queue from the first lock request on
 * @param locks BEGIN and the statement that takes the locks
 * @param changes further statements
 * @param verification of the leader key and the new primary, before COMMIT
 * @param commit COMMIT itself
 */
record TopologyPause(
        Transaction transaction,
        Duration since,
        Duration locks,
        Duration changes,
        Duration verification,
        Duration commit) {

    static TopologyPause begun(Transaction transaction, Duration since) {
        return new TopologyPause(transaction, since, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    }

    TopologyPause withLocks(Duration spent) {
        return new TopologyPause(transaction, since, spent, changes, verification, commit);
    }

    TopologyPause withChanges(Duration spent) {
        return new TopologyPause(transaction, since, locks, changes.plus(spent), verification, commit);
    }

    TopologyPause withVerification(Duration spent) {
        return new TopologyPause(transaction, since, locks, changes, spent, commit);
    }

    TopologyPause withCommit(Duration spent) {
        return new TopologyPause(transaction, since, locks, changes, verification, spent);
    }

    /** One line for the log. */
    String account(GroupId group, Duration now) {
        return "pause of group %s: %d ms (locks %d, changes %d, verification %d, commit %d)"
                .formatted(
                        group,
                        now.minus(since).toMillis(),
                        locks.toMillis(),
                        changes.toMillis(),
                        verification.toMillis(),
                        commit.toMillis());
    }
}
