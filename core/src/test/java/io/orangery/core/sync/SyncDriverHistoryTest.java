package io.orangery.core.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.NodeId;
import io.orangery.core.settings.SynchronousMode;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Standbys lag, come and go, settings change and nodes fail over, between any two steps of the driver. */
class SyncDriverHistoryTest {
    private static final int EVENTS = 1000;

    @Property(tries = 1500)
    void whoeverMayBeElectedHasEachAcknowledgedCommit(
            @ForAll boolean priority,
            @ForAll boolean strict,
            @ForAll @Size(max = 120) List<@IntRange(max = 99 * EVENTS) Integer> events) {
        ReplicationWorld world = world(priority, strict);
        for (int event : events) {
            happen(world, event % 20, event / EVENTS);
            List<NodeId> electable = world.electable();
            assertThat(electable).as("electable in %s", world).allMatch(world::hasEverythingAcknowledged);
        }
    }

    @Property(tries = 500)
    void settlesOnceNothingHappensAnyMore(
            @ForAll boolean priority,
            @ForAll boolean strict,
            @ForAll @Size(max = 60) List<@IntRange(max = 99 * EVENTS) Integer> events) {
        ReplicationWorld world = world(priority, strict);
        events.forEach(event -> happen(world, event % 20, event / EVENTS));
        int rounds = 0;
        do {
            world.healEverything();
            // each of five standbys is listed, confirmed and recorded: far below 50 steps
            assertThat(rounds++).as("steps to settle %s", world).isLessThan(50);
        } while (world.step());
        StandbySet standbys = StandbySet.of(world.connected());
        boolean quorum = world.mode == SynchronousMode.QUORUM;
        int listed = quorum ? standbys.size() : world.wanted;
        assertThat(world.names().names().size()).isEqualTo(listed);
        assertThat(StandbySet.of(world.key().voters())).isEqualTo(world.names().names());
        assertThat(world.names().number()).isEqualTo(world.wanted);
        assertThat(world.key().quorum()).isEqualTo(quorum ? listed - world.wanted : 0);
    }

    private static ReplicationWorld world(boolean priority, boolean strict) {
        var world = new ReplicationWorld("abcdef");
        world.mode = priority ? SynchronousMode.PRIORITY : SynchronousMode.QUORUM;
        world.strict = strict;
        return world;
    }

    private static void happen(ReplicationWorld world, int kind, int detail) {
        switch (kind) {
            case 0, 1, 2 -> world.write(1 + detail % 3);
            case 3, 4, 5, 6 -> world.receive(world.nodeAt(detail), 1 + detail % 5);
            case 7, 8, 9 -> world.toggleConnection(world.nodeAt(detail));
            case 10 -> world.wanted = 1 + detail % 3;
            case 11 -> {
                List<NodeId> electable = world.electable();
                if (detail % 3 == 0 && !electable.isEmpty()) {
                    world.failOver(electable.get(detail % electable.size()));
                }
            }
            case 12 -> {
                if (detail % 10 == 0) {
                    boolean quorum = world.mode == SynchronousMode.QUORUM;
                    world.mode = quorum ? SynchronousMode.PRIORITY : SynchronousMode.QUORUM;
                }
            }
            case 13 -> {
                NodeId successor = world.nodeAt(detail);
                if (detail % 3 == 0 && world.connected().contains(successor)) {
                    world.handOver(successor);
                }
            }
            default -> world.step();
        }
    }
}
