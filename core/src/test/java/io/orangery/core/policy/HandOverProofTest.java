package io.orangery.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.HandOver;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.settings.SynchronousMode;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {a, b, c}: a has stopped and handed over to b, which has received everything (deviations 1). */
class HandOverProofTest {
    private static final HandOver LEFT = left(900, 1, Views.SYSTEM);

    /** Modification number of the leader key in {@link Views}. */
    private static final long EXCHANGED = 5;

    private static HandOver left(long checkpoint, int timeline, String system) {
        return new HandOver(new Lsn(checkpoint), timeline, system, Map.of());
    }

    private static Views exchanged(String self, HandOver left) {
        return Views.of(self).handedOver("a", "b", left, EXCHANGED).holdingLease();
    }

    private static Views released(String self) {
        return Views.of(self).handedOver("a", "b", LEFT, 77);
    }

    /** First seen so long ago, on the keys of this view. */
    private static Views seen(Views views, Duration ago) {
        return views.memory(Memory.BLANK.withHandOverOf(views.cluster(), Views.NOW.minus(ago)));
    }

    // --- the key was exchanged

    @Test
    void theSuccessorPromotesWithoutAskingAnybody() {
        assertThat(exchanged("b", LEFT).decide())
                .isInstanceOfSatisfying(
                        Decision.Promote.class,
                        promote -> assertThat(promote.why()).contains("handed over"));
    }

    @Test
    void alsoInSynchronousModeAndWhileItIsPaused() {
        assertThat(exchanged("b", LEFT)
                        .sync(SynchronousMode.QUORUM, "a", 1, "b", "c")
                        .decide())
                .isInstanceOf(Decision.Promote.class);
        assertThat(exchanged("b", LEFT).paused().decide()).isInstanceOf(Decision.Promote.class);
    }

    @Test
    void whatIsNotReceivedIsNotHandedOver() {
        assertThat(exchanged("b", left(1000, 1, Views.SYSTEM)).decide()).isInstanceOf(Decision.Promote.class);
        assertThat(exchanged("b", left(1001, 1, Views.SYSTEM)).decide()).isNotInstanceOf(Decision.Promote.class);
    }

    @Test
    void anotherTimelineOrAnotherClusterProvesNothing() {
        assertThat(exchanged("b", left(900, 2, Views.SYSTEM)).decide()).isNotInstanceOf(Decision.Promote.class);
        assertThat(exchanged("b", left(900, 1, "7000000000000000000")).decide())
                .isNotInstanceOf(Decision.Promote.class);
    }

    @Test
    void nobodyIsAskedBeforeTheLookThatCanTell() {
        Views behind = exchanged("b", left(1001, 1, Views.SYSTEM));
        assertThat(seen(behind, Duration.ofSeconds(-1)).decide())
                .as("the last look is older than the hand-over")
                .isInstanceOfSatisfying(
                        Decision.Stay.class, stay -> assertThat(stay.why()).contains("looking whether"));
        assertThat(seen(behind, Duration.ofSeconds(1)).decide())
                .as("it is younger")
                .isNotInstanceOf(Decision.Stay.class)
                .isNotInstanceOf(Decision.Promote.class);
    }

    /** Somebody may have led in between. */
    @Test
    void aKeyThatWasWrittenSinceProvesNothing() {
        assertThat(Views.of("b")
                        .handedOver("a", "b", LEFT, EXCHANGED - 1)
                        .holdingLease()
                        .decide())
                .isNotInstanceOf(Decision.Promote.class);
    }

    @Test
    void itIsForTheNamedSuccessorOnly() {
        assertThat(exchanged("c", LEFT).decide()).isNotInstanceOf(Decision.Promote.class);
    }

    @Test
    void othersDoNotRaceMeanwhile() {
        assertThat(Views.of("c")
                        .ledBy("b")
                        .handedOver("a", "b", LEFT, EXCHANGED)
                        .decide())
                .isNotInstanceOf(Decision.Race.class);
    }

    // --- the key was only released

    @Test
    void aFreshHandOverIsEnoughToRace() {
        assertThat(seen(released("b"), Duration.ZERO).decide()).isInstanceOf(Decision.Race.class);
        assertThat(seen(released("b"), Limits.evidenceAge(Duration.ofSeconds(20)))
                        .decide())
                .isInstanceOf(Decision.Race.class);
    }

    @Test
    void anOldHandOverIsNone() {
        assertThat(seen(
                                released("b"),
                                Limits.evidenceAge(Duration.ofSeconds(20)).plusMillis(1))
                        .decide())
                .isNotInstanceOf(Decision.Race.class);
    }

    @Test
    void aHandOverThatWasNeverSeenOnTheseKeysIsNone() {
        assertThat(released("b").decide()).isNotInstanceOf(Decision.Race.class);
        Views other = released("b").sync(SynchronousMode.QUORUM, "a", 1, "b", "c");
        Memory before = Memory.BLANK.withHandOverOf(other.cluster(), Views.NOW);
        assertThat(released("b").memory(before).decide()).isNotInstanceOf(Decision.Race.class);
    }

    @Test
    void whileAnotherLeadsItIsNone() {
        assertThat(seen(released("b").ledBy("c"), Duration.ZERO).decide())
                .isNotInstanceOf(Decision.Race.class)
                .isNotInstanceOf(Decision.Promote.class);
    }

    @Test
    void afterTheRaceItHoldsUnderTheLease() {
        assertThat(seen(released("b").holdingLease(), Duration.ofSeconds(1)).decide())
                .isInstanceOf(Decision.Promote.class);
    }

    // --- what is remembered

    @Test
    void theFirstSightCounts() {
        Memory first = Memory.BLANK.withHandOverOf(released("b").cluster(), Duration.ofSeconds(10));
        assertThat(first.handOver())
                .contains(new Memory.HandOverSeen(
                        11,
                        Duration.ofSeconds(10),
                        Evidence.Basis.of(released("b").cluster())));
        assertThat(first.withHandOverOf(released("b").ledBy("b").cluster(), Duration.ofSeconds(20)))
                .isSameAs(first);
    }

    @Test
    void aRequestWithoutAHandOverIsForgotten() {
        Memory first = Memory.BLANK.withHandOverOf(released("b").cluster(), Duration.ofSeconds(10));
        assertThat(first.withHandOverOf(Views.of("b").failover("a", "b").cluster(), Duration.ofSeconds(11))
                        .handOver())
                .isEmpty();
        assertThat(Memory.BLANK.withHandOverOf(Views.of("b").cluster(), Duration.ofSeconds(1)))
                .isSameAs(Memory.BLANK);
    }
}
