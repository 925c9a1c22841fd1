package io.orangery.actors;

import io.orangery.core.citus.GroupTopology;
import io.orangery.postgres.citus.CitusMetadata.Transaction;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A transaction that holds the writes of a group, and what is known about it. Immutable.
 *
 * @param since monotonic time at which the locks were asked for: new writers queue from then on
 * @param deadline monotonic time at which it must be over
 * @param locks until they were granted
 * @param reads until reads had moved; zero when they did not
 * @param original the group's rows when it began
 * @param rows the rows as they are committed now
 */
record OpenPause(
        Transaction transaction,
        Duration since,
        Duration deadline,
        Duration locks,
        Duration reads,
        GroupTopology original,
        GroupTopology rows) {

    OpenPause withReadsMoved(GroupTopology moved, Duration spent) {
        return new OpenPause(transaction, since, deadline, locks, spent, original, moved);
    }

    /** A standby serves the group's reads. */
    boolean readsMoved() {
        return !rows.matches(original);
    }

    /**
     * Where the time went, in milliseconds, in the order in which it passed.
     *
     * @param spent what the worker's own steps took, by name
     * @param end monotonic time at which writes went on
     * @param commit verification and COMMIT
     * @return {@code hand_over} is what nobody has measured: the way of messages, keys and the lease from one to the other
     */
    Map<String, Long> account(Map<String, Long> spent, Duration end, Duration commit) {
        Map<String, Long> millis = new LinkedHashMap<>();
        long total = end.minus(since).toMillis();
        millis.put("total", total);
        millis.put("locks", locks.toMillis());
        millis.put("reads", reads.toMillis());
        millis.putAll(spent);
        long known = locks.toMillis() + reads.toMillis() + commit.toMillis();
        for (long part : spent.values()) {
            known += part;
        }
        millis.put("hand_over", Math.max(0, total - known));
        millis.put("commit", commit.toMillis());
        return millis;
    }
}
