package io.orangery.core.cluster;

/**
 * Number of a group of a Citus formation: {@code groupid} of {@code pg_dist_node}. 0 is the coordinator group.
 *
 * @param number 0 or more
 */
public record GroupId(int number) implements Comparable<GroupId> {
    public static final GroupId COORDINATOR = new GroupId(0);

    public GroupId {
        if (number < 0) {
            throw new IllegalArgumentException("a group number must not be negative, got " + number);
        }
    }

    public boolean coordinator() {
        return number == 0;
    }

    @Override
    public int compareTo(GroupId other) {
        return Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
        return Integer.toString(number);
    }
}
