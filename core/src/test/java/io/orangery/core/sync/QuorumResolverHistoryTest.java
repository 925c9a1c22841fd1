package io.orangery.core.sync;

import static io.orangery.core.sync.Names.node;
import static io.orangery.core.sync.Names.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.NodeId;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The resolver is interrupted anywhere, and everything around it changes meanwhile. */
class QuorumResolverHistoryTest {
    private static final String STANDBYS = "bcdefg";

    @Property(tries = 2000)
    void everyAcknowledgingSetOverlapsEveryElectingSet(
            @ForAll @Size(max = 20) List<@IntRange(max = 99_999) Integer> turns) {
        var state = new QuorumState(node("a"), node("a"), 0, set("-"), 0, set("-"), 0, set("-"), 1);
        for (int turn : turns) {
            state = around(state, turn % 64, turn / 64 % 7, 1 + turn / 448 % 4);
            List<SyncStep> steps = QuorumResolver.resolve(state);
            int carriedOut = Math.min(steps.size(), turn / 1792 % 5);
            for (SyncStep step : steps.subList(0, carriedOut)) {
                state = apply(state, step);
                assertOverlap(state);
            }
        }
    }

    @Property(tries = 2000)
    void resolvesWhateverIsFound(
            @ForAll @IntRange(max = 5) int quorum,
            @ForAll @IntRange(max = 63) int voters,
            @ForAll @IntRange(max = 6) int numsync,
            @ForAll @IntRange(max = 63) int sync,
            @ForAll @IntRange(max = 6) int confirmed,
            @ForAll @IntRange(max = 63) int active,
            @ForAll @IntRange(min = 1, max = 4) int wanted) {
        StandbySet names = some(sync);
        int number = names.isEmpty() ? 0 : Math.max(1, numsync);
        var found = new QuorumState(node("a"), node("a"), quorum, some(voters), number, names, 0, set("-"), wanted);
        QuorumState state = around(found, active, confirmed, wanted);
        for (SyncStep step : QuorumResolver.resolve(state)) {
            state = apply(state, step);
        }
        assertOverlap(state.withNames(Math.min(state.numsync(), state.sync().size()), state.sync()));
    }

    @Property(tries = 2000)
    void reachesBalanceWhenLeftAlone(
            @ForAll @Size(max = 10) List<@IntRange(max = 99_999) Integer> turns,
            @ForAll @IntRange(max = 63) int active,
            @ForAll @IntRange(min = 1, max = 4) int wanted) {
        var state = new QuorumState(node("a"), node("a"), 0, set("-"), 0, set("-"), 0, set("-"), 1);
        for (int turn : turns) {
            state = around(state, turn % 64, turn / 64 % 7, 1 + turn / 448 % 4);
            List<SyncStep> steps = QuorumResolver.resolve(state);
            for (SyncStep step : steps.subList(0, Math.min(steps.size(), turn / 1792 % 5))) {
                state = apply(state, step);
            }
        }
        // one step at a time, everybody confirms at once: 6 nodes cannot take more than 20 changes
        for (int round = 0; round < 20; round++) {
            state = around(state, active, 6, wanted);
            List<SyncStep> steps = QuorumResolver.resolve(state);
            state = steps.isEmpty() ? state : apply(state, steps.getFirst());
        }
        int numsync = Math.min(wanted, state.active().size());
        assertThat(state.sync()).isEqualTo(state.active());
        assertThat(state.voters()).isEqualTo(state.active());
        assertThat(state.numsync()).isEqualTo(numsync);
        assertThat(state.quorum()).isEqualTo(state.active().size() - numsync);
    }

    private static QuorumState around(QuorumState state, int active, int confirmed, int wanted) {
        StandbySet nodes = some(active);
        int possible = nodes.intersection(state.sync()).size();
        return new QuorumState(
                state.self(),
                state.leader(),
                state.quorum(),
                state.voters(),
                state.numsync(),
                state.sync(),
                Math.min(confirmed, possible),
                nodes,
                wanted);
    }

    private static QuorumState apply(QuorumState state, SyncStep step) {
        return switch (step) {
            case SyncStep.WriteKey key -> state.withKey(key.leader(), key.quorum(), key.voters());
            case SyncStep.SetNames set ->
                state.withNames(set.names().number(), set.names().names());
            case SyncStep.Restart restart -> state;
            case SyncStep.DeleteKey delete -> throw new AssertionError(delete);
            case SyncStep.UseConfiguredNames configured -> throw new AssertionError(configured);
        };
    }

    /** By trying all of them: any numsync standbys with the leader, any quorum + 1 of voters and leader. */
    private static void assertOverlap(QuorumState state) {
        if (state.voters().isEmpty()) {
            return;
        }
        for (StandbySet acknowledging : subsets(state.sync(), state.numsync())) {
            for (StandbySet electing : subsets(state.voters().plus(state.leader()), state.quorum() + 1)) {
                assertThat(acknowledging.plus(state.self()).intersects(electing))
                        .as("%s with %s, in %s", acknowledging, electing, state)
                        .isTrue();
            }
        }
    }

    private static List<StandbySet> subsets(StandbySet all, int size) {
        List<NodeId> names = all.sorted();
        return IntStream.range(0, 1 << names.size())
                .filter(bits -> Integer.bitCount(bits) == size)
                .mapToObj(bits -> StandbySet.of(IntStream.range(0, names.size())
                        .filter(i -> (bits >> i & 1) == 1)
                        .mapToObj(names::get)
                        .toList()))
                .toList();
    }

    private static StandbySet some(int bits) {
        return set(STANDBYS).filter(name -> (bits >> name.name().charAt(0) - 'b' & 1) == 1);
    }
}
