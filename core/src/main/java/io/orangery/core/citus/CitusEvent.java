package io.orangery.core.citus;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.NodeId;
import java.time.Duration;

/**
 * What a worker group tells the leader of group 0 (citus 6.1).
 *
 * @param leader name of the sender, which must be its group's leader
 * @param timeout {@code ttl} of the sender's group: how long its writes may be held
 * @param cooldown {@code retry_timeout} of the sender's group: how long running writers may go on before they are terminated
 * @param id the same when the event is sent again on another way; unique otherwise
 */
public record CitusEvent(Type type, GroupId group, NodeId leader, Duration timeout, Duration cooldown, String id) {

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
