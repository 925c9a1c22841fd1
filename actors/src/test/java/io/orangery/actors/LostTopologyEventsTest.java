package io.orangery.actors;

import static io.orangery.core.citus.CitusEvent.Type.AFTER_PROMOTE;
import static io.orangery.core.citus.CitusEvent.Type.BEFORE_DEMOTE;
import static io.orangery.core.citus.CitusEvent.Type.BEFORE_PROMOTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.actors.TopologyWorld.Sent;
import io.orangery.core.citus.CitusEvent.Type;
import io.orangery.core.cluster.PostgresState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is lost on the way, the table is right within two cycles, and never names a member that does not lead (citus 21 #6). */
final class LostTopologyEventsTest {
    private final TopologyWorld world = new TopologyWorld();
    private final List<Sent> sent = new ArrayList<>();

    @AfterEach
    void everythingIsShutDown() {
        world.close();
    }

    static Stream<Set<Type>> lost() {
        return Stream.of(
                Set.of(),
                Set.of(BEFORE_DEMOTE),
                Set.of(BEFORE_PROMOTE),
                Set.of(AFTER_PROMOTE),
                Set.of(BEFORE_DEMOTE, BEFORE_PROMOTE),
                Set.of(BEFORE_DEMOTE, AFTER_PROMOTE),
                Set.of(BEFORE_PROMOTE, AFTER_PROMOTE),
                Set.of(BEFORE_DEMOTE, BEFORE_PROMOTE, AFTER_PROMOTE));
    }

    @ParameterizedTest(name = "lost: {0}")
    @MethodSource("lost")
    void switchoverEndsWithTheRightTable(Set<Type> lost) {
        onlyLeadersBecomeVisible();
        world.observe();
        send(BEFORE_DEMOTE, "a", lost);
        world.member(1, "a", PostgresState.STOPPING, true).observe();
        world.member(1, "a", PostgresState.STOPPED, false).unlocked(1).observe();
        world.leader(1, "b").observe();
        send(BEFORE_PROMOTE, "b", lost);
        world.accepting("b", true);
        send(AFTER_PROMOTE, "b", lost);
        world.member(1, "b", PostgresState.RUNNING, true).observe();
        world.member(1, "a", PostgresState.RUNNING, false).cycle().cycle();
        assertThat(world.metadata.table(1)).isEqualTo("b:P#2, a:S#3");
        noWriterWaitsAndNobodyElse();
    }

    @ParameterizedTest(name = "lost: {0}")
    @MethodSource("lost")
    void restartEndsWithTheRightTable(Set<Type> lost) {
        onlyLeadersBecomeVisible();
        world.observe();
        send(BEFORE_DEMOTE, "a", lost);
        world.member(1, "a", PostgresState.RESTARTING, true).observe();
        world.accepting("a", true);
        send(AFTER_PROMOTE, "a", lost);
        world.member(1, "a", PostgresState.RUNNING, true).observe();
        // without the last event the same primary proves nothing: its key said so all the time, so only the deadline
        // ends the pause
        world.cycle().cycle().cycle().cycle();
        assertThat(world.metadata.table(1)).isEqualTo("a:P#2, b:S#3");
        noWriterWaitsAndNobodyElse();
    }

    private void send(Type type, String leader, Set<Type> lost) {
        if (!lost.contains(type)) {
            sent.add(world.send(type, 1, leader));
        }
    }

    private void onlyLeadersBecomeVisible() {
        world.metadata.onCommit = () -> assertThat(world.metadata.primary(1)).isEqualTo(world.leaderAddress(1));
    }

    private void noWriterWaitsAndNobodyElse() {
        assertThat(world.metadata.holdsTransaction()).isFalse();
        assertThat(sent).allSatisfy(event -> assertThat(event.answers).hasSize(1));
    }
}
