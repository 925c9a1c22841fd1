package io.orangery.actors.mesh;

import io.orangery.protocol.mesh.MeshAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What to do about the mesh now (deviations 10). One id stands for one founding: only who has just written the id into the store begins a
 * cluster of that id by himself, everybody else joins members that advertise it. So there are never two clusters with one id, and of two with
 * different ids the record says which one counts.
 */
sealed interface MeshPlan {
    String why();

    /** Nothing, or wait. */
    record Stay(String why) implements MeshPlan {}

    /**
     * Write a new id under this key, if the record is still {@code replacing}, and begin a mesh.
     *
     * @param replacing empty: the key must be absent
     */
    record Found(String key, Optional<String> replacing, String why) implements MeshPlan {}

    /** Leave whatever mesh this is, and begin to join this one. */
    record Enter(String id, Set<MeshAddress> contacts, String why) implements MeshPlan {}

    /** Ask these members of the own mesh to be let in. */
    record Join(Set<MeshAddress> contacts, String why) implements MeshPlan {}

    /**
     * The mesh node that runs.
     *
     * @param joined it is a member
     * @param founder it began this mesh by itself
     * @param contacts who was asked to let it in
     */
    record Present(String id, boolean joined, boolean founder, Duration since, Set<MeshAddress> contacts) {}

    /**
     * A leader who cannot get in begins a new mesh after this time. Covers the handshake and the removal of the own predecessor of the same
     * address, several seconds each, with some to spare.
     */
    Duration PATIENCE = Duration.ofSeconds(10);

    static MeshPlan decide(Surroundings around, Optional<Present> present, Duration now) {
        if (around.record().isEmpty()) {
            return around.leading()
                    ? new Found(around.key(), Optional.empty(), "the formation has no mesh yet")
                    : new Stay("waiting for the leader to begin a mesh");
        }
        String id = around.record().get();
        Set<MeshAddress> contacts =
                around.others().stream().filter(other -> other.isIn(id)).collect(Collectors.toUnmodifiableSet());
        Optional<Present> inside = present.filter(mine -> mine.id().equals(id));
        if (inside.isPresent()) {
            return inside(around, inside.get(), contacts, now);
        }
        if (contacts.isEmpty()) {
            return around.leading()
                    ? new Found(around.key(), around.record(), "no member of mesh " + id + " is to be seen")
                    : new Stay("no member of mesh " + id + " is to be seen yet");
        }
        return new Enter(id, contacts, "the formation's mesh is " + id);
    }

    private static MeshPlan inside(Surroundings around, Present mine, Set<MeshAddress> contacts, Duration now) {
        if (mine.joined() || mine.founder()) {
            return new Stay("in mesh " + mine.id());
        }
        boolean tired = contacts.isEmpty() || now.minus(mine.since()).compareTo(PATIENCE) > 0;
        if (around.leading() && tired) {
            return new Found(around.key(), around.record(), "no member of mesh " + mine.id() + " lets this node in");
        }
        return contacts.isEmpty() || contacts.equals(mine.contacts())
                ? new Stay("joining mesh " + mine.id())
                : new Join(contacts, "other members of mesh " + mine.id() + " are to be seen");
    }
}
