package io.orangery.core.citus;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;

/** One statement on {@code pg_dist_node}. */
public sealed interface TopologyStep {

    HostPort address();

    /**
     * {@code citus_update_node(nodeid, nodename, port, force, cooldown)}. Of a primary's row it takes the write locks of the group first; a
     * secondary's row has none.
     *
     * @param demotedName whether the row is to be called {@code <host>-demoted}, which no server is
     */
    record Update(int nodeid, HostPort address, boolean demotedName) implements TopologyStep {
        public String nodename() {
            return demotedName ? address.host() + "-demoted" : address.host();
        }
    }

    /**
     * {@code citus_pause_node_within_txn(nodeid, force, cooldown)}: takes the write locks of the group and changes no row, so that other groups,
     * DDL and the metadata synchronisation go on. Citus 12.1 and later.
     *
     * @param nodeid of the group's primary: another row has no locks
     * @param address for the log
     */
    record Pause(int nodeid, HostPort address) implements TopologyStep {}

    /**
     * Writes an address into a primary's row directly: while another transaction holds the write locks of the group,
     * {@code citus_update_node} would wait for them. Metadata is left unsynced and nobody is woken to sync it: a
     * {@link Update} of a secondary's row in the same transaction does that (deviations 6).
     *
     * @param address of a standby of the group that has replayed everything the group acknowledged (citus 20.4), or the former one
     */
    record Readdress(int nodeid, HostPort address) implements TopologyStep {}

    /**
     * {@code citus_add_node(host, port, group, role, 'default')}. When the address is registered already, anywhere, that row's nodeid
     * is returned: the caller checks its group and role (citus T16).
     *
     * @param role {@code PRIMARY} or {@code SECONDARY}
     */
    record Add(GroupId group, HostPort address, NodeRow.Role role) implements TopologyStep {}

    /** {@code citus_remove_node(host, port)}. */
    record Remove(HostPort address) implements TopologyStep {}
}
