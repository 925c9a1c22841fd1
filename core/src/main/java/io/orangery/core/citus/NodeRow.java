package io.orangery.core.citus;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import java.util.OptionalInt;

/**
 * A row of {@code pg_dist_node}, existing or wanted.
 *
 * @param nodeid empty while the row is not known to exist
 * @param address for a {@code DEMOTED} row the true address: the table itself has {@code <host>-demoted}
 */
public record NodeRow(OptionalInt nodeid, GroupId group, HostPort address, Role role) {

    /** What the row stands for. */
    public enum Role {
        PRIMARY,
        SECONDARY,
        /** The primary's row while its writes are held: for the table a primary under another name. */
        DEMOTED;

        /** Holder of the row that lives as long as the group. */
        public boolean leading() {
            return this != SECONDARY;
        }
    }

    public static NodeRow wanted(GroupId group, HostPort address, Role role) {
        return new NodeRow(OptionalInt.empty(), group, address, role);
    }

    public NodeRow as(int number) {
        return new NodeRow(OptionalInt.of(number), group, address, role);
    }

    /** The same address in the same role, whatever the nodeid. */
    boolean matches(NodeRow other) {
        return address.equals(other.address) && role == other.role;
    }
}
