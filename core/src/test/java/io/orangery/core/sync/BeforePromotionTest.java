package io.orangery.core.sync;

import static io.orangery.core.sync.Names.node;
import static io.orangery.core.sync.Names.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.SyncKey;
import io.orangery.core.settings.SynchronousMode;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BeforePromotionTest {

    @Test
    void changesNothingWithoutSynchronousMode() {
        assertThat(BeforePromotion.of(key("b", 0), node("b"), SynchronousMode.OFF, false, Optional.empty()))
                .isEqualTo(new BeforePromotion(Optional.empty(), Optional.empty()));
    }

    @ParameterizedTest(name = "key of a with {0}, strict {1}: key names {2}, list {3}")
    @CsvSource({"bc, false, -, ''", "bc, true, ac, '2 (a,c)'", "-, true, a, a"})
    void leavesInPriorityKeyOnlyWhoIsRequired(String voters, boolean strict, String written, String list) {
        var before = BeforePromotion.of(key(voters, 0), node("b"), SynchronousMode.PRIORITY, strict, Optional.empty());
        assertThat(before.key().orElseThrow().voters()).isEqualTo(set(written));
        assertThat(before.key().orElseThrow().leader()).isEqualTo(node("b"));
        assertThat(before.names().orElseThrow().render().orElse("")).isEqualTo(list);
    }

    @Test
    void vouchesInPriorityKeyForNobodyThatQuorumModeLeftThere() {
        var before = BeforePromotion.of(key("bc", 1), node("b"), SynchronousMode.PRIORITY, true, Optional.empty());
        assertThat(before.key().orElseThrow().voters()).isEqualTo(set("-"));
        assertThat(before.names().orElseThrow().render()).contains("2 (a,c)");
    }

    @Test
    void waitsForAnybodyInStrictModeWhenTheKeyIsEmpty() {
        var before = BeforePromotion.of(SyncKey.ABSENT, node("b"), SynchronousMode.PRIORITY, true, Optional.empty());
        assertThat(before.names().orElseThrow().render()).contains(SynchronousStandbyNames.PLACEHOLDER.name());
    }

    @ParameterizedTest(name = "{1} of {0}, {2} is promoted: {3}")
    @CsvSource({
        "b, 0, b, 'ANY 1 (a)'",
        "bc, 1, b, 'ANY 1 (a,c)'",
        "bc, 0, b, 'ANY 2 (a,c)'",
        "bc, 1, d, 'ANY 2 (a,b,c)'",
        "-, 0, a, ''"
    })
    void requiresInQuorumModeWhatTheKeyDemands(String voters, int quorum, String self, String list) {
        var before =
                BeforePromotion.of(key(voters, quorum), node(self), SynchronousMode.QUORUM, false, Optional.empty());
        assertThat(before.key()).isEmpty();
        assertThat(before.names().orElseThrow().render().orElse("")).isEqualTo(list);
    }

    @Test
    void waitsForNobodyWhenTheOnlyOtherOneHasStoppedAndHandedOver() {
        var before = BeforePromotion.of(key("b", 0), node("b"), SynchronousMode.QUORUM, false, Optional.of(node("a")));

        assertThat(before.names()).contains(SynchronousStandbyNames.OFF);
        assertThat(before.key().orElseThrow().leader()).isEqualTo(node("b"));
        assertThat(before.key().orElseThrow().voters()).isEqualTo(StandbySet.EMPTY);
        assertThat(before.key().orElseThrow().quorum()).isZero();
    }

    @ParameterizedTest(name = "voters {0}, strict {1}, stopped {2}")
    @CsvSource({"bc, false, a, 'ANY 1 (a,c)'", "b, true, a, 'ANY 1 (a)'", "b, false, c, 'ANY 1 (a)'"})
    void otherwiseAHandOverChangesNothing(String voters, boolean strict, String stopped, String list) {
        var before = BeforePromotion.of(
                key(voters, voters.length() - 1),
                node("b"),
                SynchronousMode.QUORUM,
                strict,
                Optional.of(node(stopped)));

        assertThat(before.key()).isEmpty();
        assertThat(before.names().orElseThrow().render()).contains(list);
    }

    private static SyncKey key(String voters, int quorum) {
        return new SyncKey(Optional.of(node("a")), new TreeSet<>(set(voters).sorted()), quorum, 1);
    }
}
