package io.orangery.core.citus;

import io.orangery.core.citus.CitusEvent.Type;
import io.orangery.core.citus.NodeRow.Role;
import io.orangery.core.cluster.GroupId;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Something to be done to the rows of a group (citus 8.2).
 *
 * @param desired rows without nodeids; the leading one is {@code DEMOTED} exactly for {@code BEFORE_DEMOTE}
 * @param timeout how long writes may be held; empty for a heartbeat task
 * @param leaseEnd when the lease of the group's leader ends at the latest, on the monotonic clock; empty when unknown
 * @param waiters ids of the events that wait for completion; empty for a heartbeat task. Events that ask for the same are one task
 */
public record TopologyTask(
        GroupTopology desired,
        Type event,
        Optional<Duration> timeout,
        Duration cooldown,
        Optional<Duration> leaseEnd,
        Set<String> waiters) {
    static final Duration HEARTBEAT_COOLDOWN = Duration.ofSeconds(10);

    /** A dying leader's lease must have ended, with a reserve for the race and the promotion, before writers are let go. */
    static final Duration AFTER_LEASE = Duration.ofSeconds(3);

    /**
     * @throws IllegalArgumentException when the rows do not fit the event
     */
    public TopologyTask {
        waiters = Collections.unmodifiableSet(new TreeSet<>(waiters));
        Role expected = event == Type.BEFORE_DEMOTE ? Role.DEMOTED : Role.PRIMARY;
        if (desired.leading().filter(row -> row.role() == expected).isEmpty()) {
            throw new IllegalArgumentException(event + " of group " + desired.group() + " needs a row in role "
                    + expected + ": " + desired.rows());
        }
    }

    public static TopologyTask heartbeat(GroupTopology desired) {
        return new TopologyTask(
                desired, Type.AFTER_PROMOTE, Optional.empty(), HEARTBEAT_COOLDOWN, Optional.empty(), Set.of());
    }

    public static TopologyTask of(CitusEvent event, GroupTopology desired, Optional<Duration> leaseEnd) {
        return new TopologyTask(
                desired, event.type(), Optional.of(event.timeout()), event.cooldown(), leaseEnd, Set.of(event.id()));
    }

    public GroupId group() {
        return desired.group();
    }

    public boolean fromHeartbeat() {
        return timeout.isEmpty();
    }

    NodeRow leading() {
        return desired.leading().orElseThrow();
    }

    /** Equal as 8.2 says: group, event and rows. */
    boolean asksForTheSameAs(TopologyTask other) {
        return event == other.event && desired.matches(other.desired);
    }

    /** When writes must be let go again if processing starts now. */
    public Duration deadline(Duration now) {
        Duration byTimeout = now.plus(timeout.orElse(Duration.ZERO));
        return leaseEnd.map(end -> end.plus(AFTER_LEASE))
                .filter(end -> end.compareTo(byTimeout) > 0)
                .orElse(byTimeout);
    }

    TopologyTask withWaiters(Set<String> others) {
        return new TopologyTask(desired, event, timeout, cooldown, leaseEnd, others);
    }

    TopologyTask joinedBy(TopologyTask same) {
        var all = new TreeSet<>(waiters);
        all.addAll(same.waiters);
        return withWaiters(all);
    }
}
