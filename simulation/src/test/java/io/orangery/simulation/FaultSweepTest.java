package io.orangery.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.settings.SynchronousMode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Many short lives with everything going wrong that {@link Faults} knows. A failure names its seed and tells the end of the story. */
final class FaultSweepTest {
    private static final int SEEDS = 50;
    private static final Duration TROUBLED = Duration.ofSeconds(120);

    /** A lease, a crash recovery, a clone or rewind, a start that waits for its upstream (60 s), the checkpoint before a rewind. */
    private static final Duration RECOVERED = Duration.ofSeconds(200);

    @Test
    void whateverGoesWrongTheGroupKeepsItsPromisesAndRecovers() {
        long changes = 0;
        try (SimulatedSystem system = SimulatedSystem.start()) {
            for (int seed = 0; seed < SEEDS; seed++) {
                changes += live(system, seed);
            }
        }
        assertThat(changes).as("primaries came and went, so the test tests").isGreaterThan(SEEDS);
    }

    /** @return how often a server became writable */
    private static long live(SimulatedSystem system, int seed) {
        WorldSettings settings = seed % 4 == 3 ? WorldSettings.of("a", "b") : WorldSettings.of("a", "b", "c");
        SynchronousMode[] modes = SynchronousMode.values();
        World world = new World(system, seed, settings.mode(modes[seed % modes.length]));
        int standbys = settings.hosts().size() - 1;
        world.startAgents();
        assertThat(world.runUntil(() -> world.settled(standbys), Duration.ofSeconds(60)))
                .as(() -> world.describe("a group comes up"))
                .isTrue();
        Faults faults = new Faults(world);
        faults.begin();
        world.run(TROUBLED);
        faults.end();
        assertThat(world.runUntil(() -> world.settled(standbys), RECOVERED))
                .as(() -> world.describe("it recovers within " + RECOVERED))
                .isTrue();
        long writable = world.trace().lines().stream()
                .filter(line -> line.contains("accepts writes"))
                .count();
        world.end();
        return writable;
    }
}
