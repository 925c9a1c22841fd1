package io.orangery.core.citus;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;

/** One statement on {@code pg_dist_node}. */
public sealed interface TopologyStep {

    HostPort address();

    /**
     * {@code citus_update_node(nodeid, nodename, port, true, cooldown)}.
     *
     * @param demotedName whether the row is to be called {@code <host>-demoted}, which no server is
     */
    record Update(int nodeid, HostPort address, boolean demotedName) implements TopologyStep {
        public String nodename() {
            return demotedName ? address.host() + "-demoted" : address.host();
        }
    }

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
