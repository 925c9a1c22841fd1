package io.orangery.core.cluster;

import java.util.Locale;

/**
 * Name of a member, as configured ({@code name}) and as it stands in the keys.
 *
 * @param name never null or blank
 */
public record NodeId(String name) implements Comparable<NodeId> {
    public NodeId {
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("a member name must not be empty");
        }
    }

    /** Name as {@code synchronous_standby_names} and {@code /sync} compare it: without regard to case. */
    public String folded() {
        return name.toLowerCase(Locale.ROOT);
    }

    /**
     * Name of this member's physical replication slot: part of the protocol (dcs-layout 1.5), so it must be spelled the same by every
     * implementation.
     */
    public String slotName() {
        var slot = new StringBuilder();
        name.toLowerCase(Locale.ROOT).codePoints().forEach(point -> {
            if (point >= 'a' && point <= 'z' || point >= '0' && point <= '9' || point == '_') {
                slot.appendCodePoint(point);
            } else if (point == '-' || point == '.') {
                slot.append('_');
            } else {
                slot.append("u%04d".formatted(point));
            }
        });
        return slot.length() <= 63 ? slot.toString() : slot.substring(0, 63);
    }

    @Override
    public int compareTo(NodeId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
