package io.orangery.core.policy;

import java.time.Duration;

/** Times that the rules use beside the configured ones, in one place, each with its reason. */
public final class Limits {
    private Limits() {}

    /**
     * The holder lets go this long before others may take the lease: covers what a signal and the end of the last backend take once the
     * immediate stop was sent, and rounding of the store's clock (etcd checks expiry every 0.5 s, ZooKeeper rounds up to a tick).
     */
    public static final Duration SAFETY_MARGIN = Duration.ofSeconds(1);

    /** An immediate shutdown that takes longer is ended by killing (deviations 7): somebody else may be a primary, or will be soon. */
    public static final Duration IMMEDIATE_STOP = Duration.ofMillis(300);

    /**
     * How long a read on a named successor may hold replay up: a read and one vacuum record stalled a promotion for 30.4 s with PostgreSQL's
     * default (measured, deviations 6).
     */
    public static final Duration RECOVERY_CONFLICTS = Duration.ofMillis(100);

    /** After giving the lease up, somebody else is to win it first. The reference waits two seconds (ha-behaviour 15, step 7). */
    public static final Duration AFTER_STEPPING_DOWN = Duration.ofSeconds(2);

    /** Pause before a failed operation is tried again: long enough not to spin, short against every timeout that an operator configures. */
    public static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    /** Answers of other members are asked for again after this time while nobody leads. */
    public static final Duration EVIDENCE_REFRESH = Duration.ofSeconds(1);

    /**
     * A leader that cannot renew begins a fast stop this long before its lease ends; what is left at {@link #SAFETY_MARGIN} is stopped
     * immediately. A fifth of {@code ttl}, at least two seconds.
     */
    public static Duration stopBefore(Duration ttl) {
        Duration fifth = ttl.dividedBy(5);
        return fifth.compareTo(Duration.ofSeconds(2)) < 0 ? Duration.ofSeconds(2) : fifth;
    }

    /** Evidence older than this is no evidence (deviations 1). */
    public static Duration evidenceAge(Duration ttl) {
        return ttl.dividedBy(4);
    }

    /** How long a restart on request may take: zero in the configuration is an order to fail over after a crash, not to restart in no time. */
    public static Duration restart(Duration primaryStartTimeout) {
        return primaryStartTimeout.isZero() ? Duration.ofMinutes(5) : primaryStartTimeout;
    }
}
