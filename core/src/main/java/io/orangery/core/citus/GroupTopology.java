package io.orangery.core.citus;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * The rows of one group.
 *
 * @param rows leading row first, then by address; each address once; at most one leading row
 * @param unsynced a primary's row was changed in a transaction that is still open: adding and removing rows would fail now
 */
public record GroupTopology(GroupId group, List<NodeRow> rows, boolean unsynced) {
    private static final Comparator<NodeRow> ORDER = Comparator.comparing(
                    (NodeRow row) -> !row.role().leading())
            .thenComparing(row -> row.address().host())
            .thenComparing(row -> row.address().port());

    /**
     * @throws IllegalArgumentException when an address or the leading row is there twice, or a row is of another group
     */
    public GroupTopology {
        rows = rows.stream().sorted(ORDER).toList();
        var addresses = new HashSet<HostPort>();
        for (NodeRow row : rows) {
            if (!row.group().equals(group) || !addresses.add(row.address())) {
                throw new IllegalArgumentException(
                        "a row of another group, or an address twice, in group " + group + ": " + rows);
            }
        }
        if (rows.stream().filter(row -> row.role().leading()).count() > 1) {
            throw new IllegalArgumentException("more than one primary in group " + group + ": " + rows);
        }
    }

    public static GroupTopology of(GroupId group, List<NodeRow> rows) {
        return new GroupTopology(group, rows, false);
    }

    public static GroupTopology empty(GroupId group) {
        return of(group, List.of());
    }

    /** The row of the primary, also while it is demoted. */
    public Optional<NodeRow> leading() {
        return rows.stream().filter(row -> row.role().leading()).findFirst();
    }

    public Optional<NodeRow> at(HostPort address) {
        return rows.stream().filter(row -> row.address().equals(address)).findFirst();
    }

    /** With the nodeid that the table gave to an added row. */
    public GroupTopology numbered(HostPort address, int nodeid) {
        return new GroupTopology(
                group,
                rows.stream()
                        .map(row -> row.address().equals(address) ? row.as(nodeid) : row)
                        .toList(),
                unsynced);
    }

    /** After COMMIT. */
    public GroupTopology committed() {
        return of(group, rows);
    }

    /** The same addresses in the same roles, whatever the nodeids. */
    public boolean matches(GroupTopology other) {
        return group.equals(other.group)
                && rows.size() == other.rows.size()
                && rows.stream()
                        .allMatch(row ->
                                other.at(row.address()).filter(row::matches).isPresent());
    }
}
