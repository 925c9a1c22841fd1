package io.orangery.actors.mesh;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.policy.DcsSeen;
import io.orangery.core.policy.View;
import io.orangery.protocol.mesh.MeshAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which nodes of the mesh may be declared gone (deviations 10): what is unreachable for Akka and, for twice {@code loop_wait} of reads that
 * succeeded, without a member key. A failed read begins the count anew: when the store loses everybody's keys, nobody is gone. Immutable.
 *
 * @param since node to the first read in an unbroken row that did not find it; monotonic time of the read
 * @param readAt the last read counted
 */
record Absences(Map<MeshAddress, Duration> since, Duration readAt) {
    static final Absences NONE = new Absences(Map.of(), Duration.ofSeconds(-1));

    /**
     * A node that Akka cannot reach.
     *
     * @param group empty in a plain cluster
     */
    record Unreachable(MeshAddress address, Optional<GroupId> group) {}

    /** With what this view shows of the nodes that cannot be reached. */
    Absences after(View view, Collection<Unreachable> unreachable) {
        if (!(view.dcs() instanceof DcsSeen.Fresh fresh)) {
            return NONE;
        }
        if (fresh.readAt().compareTo(readAt) <= 0) {
            return this;
        }
        Set<MeshAddress> present = new HashSet<>();
        add(present, fresh.cluster());
        fresh.cluster().workers().values().forEach(group -> add(present, group));
        // A linearizable read covers the own group only: what it repeats of the others is older.
        boolean othersRead = fresh.readAt().compareTo(fresh.linearizableAt()) > 0;
        Map<MeshAddress, Duration> next = new HashMap<>();
        for (Unreachable node : unreachable) {
            boolean own = node.group().equals(view.settings().group());
            Duration first = since.get(node.address());
            if (present.stream().anyMatch(node.address()::sameNodeAs)) {
                continue;
            }
            if (first != null) {
                next.put(node.address(), first);
            } else if (own || othersRead && ofFormation(view)) {
                next.put(node.address(), fresh.readAt());
            }
        }
        return new Absences(Map.copyOf(next), fresh.readAt());
    }

    /** Whom to declare gone now. Judged on the moment of the last read, so an old view never adds to a count. */
    Set<MeshAddress> gone(View view, Collection<Unreachable> unreachable) {
        if (!(view.dcs() instanceof DcsSeen.Fresh fresh)) {
            return Set.of();
        }
        Duration needed = view.dynamic().loopWait().multipliedBy(2);
        boolean othersRead = fresh.readAt().compareTo(fresh.linearizableAt()) > 0;
        Set<MeshAddress> gone = new HashSet<>();
        for (Unreachable node : unreachable) {
            Duration first = since.get(node.address());
            boolean own = node.group().equals(view.settings().group());
            boolean mine = own || othersRead && ofFormation(view) && view.holdsLease();
            if (mine && first != null && readAt.minus(first).compareTo(needed) >= 0) {
                gone.add(node.address());
            }
        }
        return gone;
    }

    /** Only group 0 sees the keys of other groups; only its leader judges them. */
    private static boolean ofFormation(View view) {
        return view.settings().coordinator();
    }

    private static void add(Set<MeshAddress> present, ClusterView cluster) {
        cluster.members()
                .forEach(member ->
                        member.data().meshAddress().flatMap(MeshAddress::parse).ifPresent(present::add));
    }
}
