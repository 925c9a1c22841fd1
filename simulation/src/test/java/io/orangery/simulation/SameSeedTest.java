package io.orangery.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Everything that the agents do comes through a port: else two runs with one seed would differ. */
final class SameSeedTest {
    @Test
    void twoNodesLiveTheSameLifeTwice() {
        List<String> first = life(42);
        List<String> second = life(42);
        assertThat(second).isEqualTo(first);
        assertThat(first).as("something happens in it").anyMatch(line -> line.contains("accepts writes on timeline 2"));
    }

    @Test
    void anotherSeedIsAnotherLife() {
        assertThat(life(43)).isNotEqualTo(life(42));
    }

    private static List<String> life(long seed) {
        try (SimulatedSystem system = SimulatedSystem.start()) {
            World world = new World(system, seed, WorldSettings.of("a", "b"));
            world.startAgents();
            assertThat(world.runUntil(() -> world.settled(1), Duration.ofSeconds(60)))
                    .as(() -> world.describe("one leads and one streams"))
                    .isTrue();
            world.writers().getFirst().kill();
            world.run(Duration.ofSeconds(60));
            world.hosts().stream().filter(host -> !host.agentLives()).forEach(Host::revive);
            world.run(Duration.ofSeconds(60));
            return world.trace().lines();
        }
    }
}
