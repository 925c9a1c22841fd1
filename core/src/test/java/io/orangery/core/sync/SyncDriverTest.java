package io.orangery.core.sync;

import static io.orangery.core.sync.Names.node;
import static io.orangery.core.sync.Names.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.SyncKey;
import io.orangery.core.settings.SynchronousMode;
import io.orangery.core.sync.SyncStep.DeleteKey;
import io.orangery.core.sync.SyncStep.Restart;
import io.orangery.core.sync.SyncStep.SetNames;
import io.orangery.core.sync.SyncStep.UseConfiguredNames;
import io.orangery.core.sync.SyncStep.WriteKey;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** One situation, one step. Rows Y1 to Y9 of ha-behaviour 20.3, 20.7, 21.4 and 22. */
class SyncDriverTest {
    private SynchronousMode mode = SynchronousMode.PRIORITY;
    private SyncKey key = key("a", "-", 0);
    private String names = "";
    private StandbySet active = set("-");
    private StandbySet confirmed = set("-");
    private StandbySet settled = set("bcdef");
    private int wanted = 1;
    private boolean strict = false;
    private Optional<String> configured = Optional.empty();

    @Test
    void enablesByWritingTheKey() {
        key = SyncKey.ABSENT;
        assertThat(next()).contains(write("-", 0, "Enabled synchronous replication"));
        mode = SynchronousMode.QUORUM;
        assertThat(next()).contains(write("-", 0, "Enabled synchronous replication"));
    }

    @Test
    void claimsKeyOfAnotherLeaderInPriorityMode() {
        key = key("z", "b", 0);
        assertThat(next().map(WriteKey.class::cast).map(WriteKey::leader)).contains(node("a"));
    }

    @Test
    void takesTheLeaderNameInAnotherCaseForItsOwn() {
        key = key("A", "-", 0);
        assertThat(next()).isEmpty();
    }

    @Test
    void addsToTheListFirstThenWaitsThenAddsToTheKey() {
        active = set("b");
        assertThat(names(next())).isEqualTo("b");
        names = "b";
        assertThat(next()).containsInstanceOf(Restart.class);
        confirmed = set("b");
        assertThat(voters(next())).isEqualTo(set("b"));
        key = key("a", "b", 0);
        assertThat(next()).isEmpty();
    }

    @Test
    void removesFromTheKeyFirstThenFromTheList() {
        key = key("a", "bc", 0);
        names = "2 (b,c)";
        active = set("b");
        confirmed = set("b");
        assertThat(voters(next())).isEqualTo(set("b"));
        key = key("a", "b", 0);
        assertThat(names(next())).isEqualTo("b");
        names = "b";
        assertThat(next()).isEmpty();
    }

    @Test
    void doesNotHoldBackConfirmedStandbyForOneThatIsNot() {
        wanted = 2;
        names = "2 (b,c)";
        active = set("bc");
        confirmed = set("b");
        assertThat(voters(next())).isEqualTo(set("b"));
        key = key("a", "b", 0);
        assertThat(next()).containsInstanceOf(Restart.class);
    }

    @Test
    void dropsVoterThatIsActiveButNoLongerConfirmed() {
        key = key("a", "b", 0);
        names = "b";
        active = set("b");
        assertThat(voters(next())).isEqualTo(set("-"));
    }

    @Test
    void correctsNumberAndTypeOfTheList() {
        key = key("a", "b", 0);
        active = set("b");
        confirmed = set("b");
        names = "ANY 1 (b)";
        assertThat(names(next())).isEqualTo("b");
        names = "2 (b)";
        assertThat(names(next())).isEqualTo("b");
    }

    @Test
    void trustsNobodyThatOnlyQuorumModeVouchedFor() {
        key = key("a", "bc", 1);
        names = "b";
        active = set("b");
        confirmed = set("b");
        assertThat(next()).hasValueSatisfying(step -> {
            assertThat(step).isInstanceOf(WriteKey.class);
            assertThat(((WriteKey) step).voters()).isEqualTo(set("-"));
            assertThat(((WriteKey) step).quorum()).isZero();
        });
    }

    @Test
    void keepsTheOldListWhereGoingOnAloneIsForbidden() {
        strict = true;
        names = "b";
        assertThat(names(next())).isEqualTo(SynchronousStandbyNames.PLACEHOLDER.name());
        names = SynchronousStandbyNames.PLACEHOLDER.name();
        assertThat(next()).isEmpty();
        mode = SynchronousMode.QUORUM;
        key = key("a", "bc", 1);
        assertThat(names(next())).isEqualTo("ANY 1 (b,c)");
        names = "ANY 1 (b,c)";
        assertThat(next()).isEmpty();
    }

    @Test
    void clearsLeftOverListWithoutStandbysAndVoters() {
        names = SynchronousStandbyNames.PLACEHOLDER.name();
        assertThat(names(next())).isEmpty();
        mode = SynchronousMode.QUORUM;
        names = "ANY 1 (b)";
        assertThat(names(next())).isEmpty();
    }

    @Test
    void waitsWithSmallerQuorumUntilTheRaisedNumberHoldsForEarlierCommits() {
        mode = SynchronousMode.QUORUM;
        wanted = 2;
        key = key("a", "bc", 1);
        names = "ANY 2 (b,c)";
        active = set("bc");
        confirmed = set("bc");
        settled = set("b");
        assertThat(next()).isEmpty();
        settled = set("bc");
        assertThat(next())
                .hasValueSatisfying(
                        step -> assertThat(((WriteKey) step).quorum()).isZero());
    }

    @Test
    void waitsWithSmallerElectorateUntilTheRestHasEverything() {
        mode = SynchronousMode.QUORUM;
        key = key("a", "bc", 1);
        names = "ANY 1 (b)";
        active = set("b");
        confirmed = set("b");
        settled = set("-");
        assertThat(next()).containsInstanceOf(Restart.class);
        settled = set("b");
        assertThat(voters(next())).isEqualTo(set("b"));
    }

    @Test
    void turnsListOfPriorityModeIntoQuorum() {
        mode = SynchronousMode.QUORUM;
        key = key("a", "b", 0);
        names = "b";
        active = set("b");
        confirmed = set("-");
        assertThat(names(next())).isEqualTo("ANY 1 (b)");
    }

    @Test
    void removesTheKeyAndRestoresTheConfiguredListWhenSwitchedOff() {
        mode = SynchronousMode.OFF;
        key = key("a", "b", 0);
        names = "b";
        configured = Optional.of("somebody");
        assertThat(next()).contains(new DeleteKey("Disabled synchronous replication"));
        key = SyncKey.ABSENT;
        assertThat(next()).containsInstanceOf(UseConfiguredNames.class);
        names = "somebody";
        assertThat(next()).isEmpty();
        configured = Optional.empty();
        assertThat(next()).containsInstanceOf(UseConfiguredNames.class);
    }

    private Optional<SyncStep> next() {
        SynchronousStandbyNames listed = SynchronousStandbyNames.parse(names).orElseThrow();
        var memory = new SyncMemory(names, listed, new Lsn(1), confirmed, settled.intersection(listed.names()));
        var state = new ReplicationState(active, confirmed, memory, false);
        return SyncDriver.next(new SyncSituation(node("a"), key, state, names, mode, wanted, strict, configured));
    }

    private static SyncStep write(String voters, int quorum, String why) {
        return new WriteKey(node("a"), set(voters), quorum, why);
    }

    private static StandbySet voters(Optional<SyncStep> step) {
        return ((WriteKey) step.orElseThrow()).voters();
    }

    private static String names(Optional<SyncStep> step) {
        return ((SetNames) step.orElseThrow()).names().render().orElse("");
    }

    private static SyncKey key(String leader, String voters, int quorum) {
        return new SyncKey(
                Optional.of(new NodeId(leader)), new TreeSet<>(set(voters).sorted()), quorum, 1);
    }
}
