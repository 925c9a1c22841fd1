package io.orangery.actors;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.policy.Request;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeActorTest {
    private final NodeWorld world = new NodeWorld();

    @AfterEach
    void end() {
        world.close();
    }

    /** From here on the store is silent, and reads fail to come back too. */
    private void storeFallsSilent() {
        world.storeAnswers = false;
        world.store.keys = Optional.empty();
    }

    @Test
    void anIdleLeaderGoesOnRenewing() {
        world.leader();
        long renewals = world.store.count("renew");
        world.pass(Duration.ofSeconds(60));
        assertThat(world.store.count("renew")).isGreaterThan(renewals + 8);
        assertThat(world.postgres.asked).doesNotContain("stop FAST", "stop IMMEDIATE");
    }

    @Test
    void stopsBeforeALeaseThatCannotBeRenewedEnds() {
        world.leader();
        storeFallsSilent();
        world.pass(NodeWorld.TTL.minusSeconds(1));
        assertThat(world.postgres.asked).contains("stop FAST");
    }

    /** Scripts and the coordinator come before the stop; with the lease at its end they are left. */
    @Test
    void leavingDoesNotKeepAPrimaryWritablePastItsLease() {
        var node = world.leader();
        world.postgres.hangs.add("beforeStop");
        world.ask(node, new Request.Shutdown());
        storeFallsSilent();
        assertThat(world.postgres.asked).contains("beforeStop").doesNotContain("stop FAST");
        // This one hangs for ever; the next does not.
        world.postgres.hangs.clear();
        world.pass(NodeWorld.TTL.minusSeconds(1));
        assertThat(world.postgres.asked).contains("stop FAST");
        world.standby();
        world.pass(NodeWorld.TTL);
        assertThat(world.exits).containsExactly(0);
    }

    @Test
    void whatIsAskedWhileLeavingDoesNotKeepTheAgent() {
        var node = world.leader();
        world.postgres.hangs.add("look");
        world.ask(node, new Request.Shutdown());
        world.ask(node, new Request.Restart(Optional.empty()));
        assertThat(world.postgres.asked).contains("stop FAST").doesNotContain("restart");
    }

    /** Timers stand still while the host is suspended, the lease does not. */
    @Test
    void stopsAtOnceAfterTheHostHasSleptThroughItsLease() {
        world.leader();
        storeFallsSilent();
        world.time.suspend(Duration.ofSeconds(60));
        world.pass(Duration.ofMillis(600));
        assertThat(world.postgres.asked).contains("stop IMMEDIATE");
    }

    @Test
    void aBrokenInvariantFencesThePrimaryFirst() {
        var node = world.leader();
        world.onSnapshot = () -> {
            throw new IllegalStateException("a bug");
        };
        node.tell(NodeActor.Wake.NOW);
        world.pass(NodeWorld.LOOP_WAIT);
        assertThat(world.postgres.asked).contains("stop IMMEDIATE");
        assertThat(world.exits).containsExactly(1);
    }

    @Test
    void aDiskThatHangsCostsTheLease() {
        world.leader();
        world.postgres.hangs.add("look");
        world.pass(NodeWorld.TTL.multipliedBy(2).plusSeconds(10));
        assertThat(world.postgres.asked).contains("stop FAST");
    }

    @Test
    void aReloadThatAnActionHeldUpComesAfterIt() {
        var node = world.leader();
        world.postgres.hangs.add("restart");
        world.ask(node, new Request.Restart(Optional.empty()));
        assertThat(world.postgres.asked).contains("restart");
        long before = reloads();
        node.tell(new NodeActor.Reload(world.time.testKit.system().ignoreRef()));
        assertThat(reloads()).isEqualTo(before);
        world.postgres.cancel();
        assertThat(reloads()).isEqualTo(before + 1);
    }

    private long reloads() {
        return world.postgres.asked.stream().filter("reload"::equals).count();
    }

    @Test
    void aLeaderIsNotReinitializedNorLater() {
        var node = world.leader();
        world.ask(node, new Request.Reinitialize(false));
        world.standby();
        storeFallsSilent();
        world.store.keys = Optional.of(NodeWorld.keys("b"));
        world.pass(Duration.ofSeconds(60));
        assertThat(world.postgres.asked).doesNotContain("clone");
    }
}
