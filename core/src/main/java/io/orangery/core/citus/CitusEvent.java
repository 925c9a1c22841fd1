package io.orangery.core.citus;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.NodeId;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * What a worker group tells the leader of group 0 (citus 6.1).
 *
 * @param leader name of the sender, which must be its group's leader
 * @param timeout {@code ttl} of the sender's group: how long its writes may be held
 * @param cooldown {@code retry_timeout} of the sender's group: how long running writers may go on before they are terminated
 * @param id the same when the event is sent again on another way; unique otherwise
 * @param wishes what only Orangery's agents ask of each other; {@link Wishes#NONE} with others
 */
public record CitusEvent(
        Type type, GroupId group, NodeId leader, Duration timeout, Duration cooldown, String id, Wishes wishes) {

    public CitusEvent(Type type, GroupId group, NodeId leader, Duration timeout, Duration cooldown, String id) {
        this(type, group, leader, timeout, cooldown, id, Wishes.NONE);
    }

    /**
     * What is asked beside holding writes. Other agents neither send nor look at it.
     *
     * @param answersInDetail the sender understands a {@link EventReply}, and waits for it
     * @param moveReads with {@code before_demote}: let a standby serve reads before the primary stops
     * @param successor who takes over, and serves reads first; empty: the same member comes back
     * @param onBlockers what to do about transactions that keep the locks longer than {@code cooldown}
     * @param spentMillis with {@code after_promote}: what the sender's steps took while writes were held, by name
     */
    public record Wishes(
            boolean answersInDetail,
            boolean moveReads,
            Optional<NodeId> successor,
            OnBlockers onBlockers,
            Map<String, Long> spentMillis) {
        public static final Wishes NONE = new Wishes(false, false, Optional.empty(), OnBlockers.TERMINATE, Map.of());
    }

    /** Whether the sender goes on only when the event was carried out. */
    public boolean awaitsReply() {
        return switch (type) {
            case BEFORE_DEMOTE -> true;
            case BEFORE_PROMOTE -> false;
            case AFTER_PROMOTE -> wishes.answersInDetail();
        };
    }

    /** What becomes of transactions that have written to the group and do not end within {@code cooldown}. */
    public enum OnBlockers {
        /** They are terminated. */
        TERMINATE("terminate"),
        /** The change is given up before anything was stopped. */
        ABORT("abort");

        private final String text;

        OnBlockers(String text) {
            this.text = text;
        }

        /** As it stands in requests and in the configuration. */
        public String text() {
            return text;
        }

        /** Empty: no such value. */
        public static Optional<OnBlockers> of(String text) {
            return Arrays.stream(values())
                    .filter(known -> known.text.equalsIgnoreCase(text))
                    .findFirst();
        }
    }

    /** Field {@code type}. */
    public enum Type {
        /** The primary is about to stop: hold writes. Answered when they are held. */
        BEFORE_DEMOTE("before_demote"),
        /** The sender owns the leader key and is being promoted: prepare its address. */
        BEFORE_PROMOTE("before_promote"),
        /** The sender is a running primary: let writes go on, to it. */
        AFTER_PROMOTE("after_promote");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        /** As it stands in requests. */
        public String text() {
            return text;
        }
    }

    /**
     * @throws IllegalArgumentException naming the field: a timeout or cooldown that is not positive, or an empty id
     */
    public CitusEvent {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout: expected a positive number of seconds, got " + timeout);
        }
        if (cooldown.isNegative() || cooldown.isZero()) {
            throw new IllegalArgumentException("cooldown: expected a positive number of seconds, got " + cooldown);
        }
        if (id.isBlank()) {
            throw new IllegalArgumentException("id: expected a unique text, got none");
        }
    }
}
