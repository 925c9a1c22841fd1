package io.orangery.actors.mesh;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.policy.View;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.mesh.MeshAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What the store says about the mesh, as far as this node can see.
 *
 * @param key where the record of the mesh stands that counts here
 * @param record id of that mesh; empty: the key is absent
 * @param leading this node is the one that writes it
 * @param others what other visible members advertise
 */
record Surroundings(String key, Optional<String> record, boolean leading, Set<MeshAddress> others) {
    /**
     * @param coordinator group 0 as a worker read it; empty on its members, in a plain cluster, and when it could not be read
     * @param before key that counted so far
     * @return empty: it cannot be told at present, so nothing is to be changed
     */
    static Optional<Surroundings> of(
            View view, Optional<ClusterView> coordinator, Optional<String> before, MeshAddress self) {
        return view.cluster().flatMap(own -> {
            Set<MeshAddress> others = addresses(own, self);
            Optional<GroupId> group = view.settings().group();
            if (!view.settings().citusWorker()) {
                own.workers().values().forEach(worker -> others.addAll(addresses(worker, self)));
                String key =
                        group.map(GroupId::toString).map(Surroundings::keyOf).orElse(ClusterKeys.MESH_KEY);
                return Optional.of(new Surroundings(key, own.meshId(), view.holdsLease(), others));
            }
            return worker(view, own, group.orElseThrow(), coordinator, before, self, others);
        });
    }

    /** The formation's mesh counts while an Orangery agent leads group 0; else each group has its own (deviations 10). */
    private static Optional<Surroundings> worker(
            View view,
            ClusterView own,
            GroupId group,
            Optional<ClusterView> coordinator,
            Optional<String> before,
            MeshAddress self,
            Set<MeshAddress> others) {
        String formation = keyOf(GroupId.COORDINATOR.toString());
        String alone = keyOf(group.toString());
        if (coordinator.isEmpty()) {
            return Optional.empty();
        }
        // Between two leaders of group 0 what counted so far goes on.
        Optional<String> key = coordinator
                .get()
                .leaderMember()
                .map(leader -> leader.data().meshAddress().isPresent() ? formation : alone)
                .or(() -> before);
        return key.map(counts -> {
            if (counts.equals(alone)) {
                return new Surroundings(alone, own.meshId(), view.holdsLease(), others);
            }
            others.addAll(addresses(coordinator.get(), self));
            return new Surroundings(formation, coordinator.get().meshId(), false, others);
        });
    }

    private static String keyOf(String group) {
        return group + "/" + ClusterKeys.MESH_KEY;
    }

    private static Set<MeshAddress> addresses(ClusterView view, MeshAddress self) {
        Set<MeshAddress> found = new HashSet<>();
        view.members()
                .forEach(member -> member.data()
                        .meshAddress()
                        .flatMap(MeshAddress::parse)
                        .filter(address -> !address.sameNodeAs(self))
                        .ifPresent(found::add));
        return found;
    }
}
