package io.orangery.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One thing goes wrong in a group of three that works. The invariants are checked after every event anyway. */
final class ScenarioTest {
    private static final Duration TTL = Duration.ofSeconds(20);

    private SimulatedSystem system;
    private World world;

    @BeforeEach
    void start() {
        system = SimulatedSystem.start();
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    void bootstrapEndsInOneLeaderAndTwoStreaming() {
        aGroup(WorldSettings.of("a", "b", "c"));
        assertThat(world.writers()).hasSize(1);
    }

    @Test
    void afterTheLeadersHostDiedNothingAcknowledgedIsLostInQuorumMode() {
        aGroup(WorldSettings.of("a", "b", "c").quorum());
        Host old = world.writers().getFirst();
        SortedSet<Long> acknowledged = world.acknowledgedRows();
        old.kill();
        // The lease that ran when the host died, the race, crash-safe promotion, one retry of the WAL receiver.
        within(TTL.plusSeconds(15), "another leads and one streams", () -> world.settled(1));
        SortedSet<Long> missing = new TreeSet<>(acknowledged);
        missing.removeAll(world.rowsOn(world.writers().getFirst()));
        assertThat(acknowledged).isNotEmpty();
        assertThat(missing).as("acknowledged rows that the new leader lacks").isEmpty();
        old.revive();
        within(Duration.ofSeconds(60), "the old leader comes back as a standby", () -> world.settled(2));
    }

    @Test
    void switchoverGoesToTheOneThatWasNamed() {
        aGroup(WorldSettings.of("a", "b", "c"));
        Host from = world.writers().getFirst();
        Host to =
                world.hosts().stream().filter(host -> host != from).findFirst().orElseThrow();
        world.switchover(from, to);
        within(Duration.ofSeconds(10), "the candidate accepts writes", to::acceptsWrites);
        within(Duration.ofSeconds(30), "everybody follows it", () -> world.settled(2));
        assertThat(world.writers()).containsExactly(to);
    }

    @Test
    void switchoverInQuorumModeGoesToTheOneThatWasNamed() {
        aGroup(WorldSettings.of("a", "b", "c").quorum());
        Host from = world.writers().getFirst();
        Host to =
                world.hosts().stream().filter(host -> host != from).findFirst().orElseThrow();
        world.switchover(from, to);
        within(Duration.ofSeconds(10), "the candidate accepts writes", to::acceptsWrites);
        within(Duration.ofSeconds(30), "everybody follows it", () -> world.settled(2));
        assertThat(world.writers()).containsExactly(to);
    }

    @Test
    void crashedPrimaryIsStartedWhereItWas() {
        aGroup(WorldSettings.of("a", "b", "c"));
        Host primary = world.writers().getFirst();
        primary.crashPostgres();
        within(Duration.ofSeconds(35), "it accepts writes again", primary::acceptsWrites);
        within(Duration.ofSeconds(30), "the others stream again", () -> world.settled(2));
        assertThat(world.leader()).contains(primary);
        assertThat(world.trace().lines()).noneMatch(line -> line.contains("timeline 2"));
    }

    @Test
    void leaderWithoutDcsStopsBeforeAnotherTakesOver() {
        aGroup(WorldSettings.of("a", "b", "c"));
        Host old = world.writers().getFirst();
        old.disconnectFromDcs();
        within(TTL, "it does not accept writes any more", () -> !old.acceptsWrites());
        assertThat(world.leader()).as("its key is still there when it stops").contains(old);
        within(
                TTL.plusSeconds(10),
                "another leads",
                () -> world.leader().filter(host -> host != old).isPresent());
        within(
                Duration.ofSeconds(10),
                "another accepts writes",
                () -> !world.writers().isEmpty());
        old.reconnectToDcs();
        within(Duration.ofSeconds(60), "it follows the new leader", () -> world.settled(2));
    }

    @Test
    void agentThatIsBackWithinItsLeaseLeavesPostgresAlone() {
        aGroup(WorldSettings.of("a", "b", "c"));
        Host leader = world.writers().getFirst();
        long postmaster = leader.postmasterRun();
        leader.killAgent();
        world.run(Duration.ofSeconds(4));
        leader.startAgent();
        world.run(TTL.multipliedBy(2));
        assertThat(leader.postmasterRun()).isEqualTo(postmaster);
        assertThat(leader.acceptsWrites()).isTrue();
        assertThat(world.leader()).contains(leader);
    }

    private void aGroup(WorldSettings settings) {
        world = new World(system, 7, settings);
        world.startAgents();
        within(Duration.ofSeconds(60), "one leads and two stream", () -> world.settled(2));
        // Time for synchronous replication to get to its goal and for the clients to write.
        world.run(Duration.ofSeconds(20));
    }

    private void within(Duration limit, String what, BooleanSupplier condition) {
        assertThat(world.runUntil(condition, limit))
                .as(() -> world.describe(what + " within " + limit))
                .isTrue();
    }
}
