package io.orangery.protocol.mesh;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.NodeId;
import java.util.Optional;

/**
 * Who sends or is to receive a message.
 *
 * @param group empty in a plain cluster
 */
public record MeshParty(Optional<GroupId> group, NodeId name) {
    /** {@code group/name}, {@code -/name} in a plain cluster. A group is a number, so no two parties have the same text. */
    public String text() {
        return group.map(GroupId::toString).orElse("-") + "/" + name.name();
    }

    @Override
    public String toString() {
        return text();
    }
}
