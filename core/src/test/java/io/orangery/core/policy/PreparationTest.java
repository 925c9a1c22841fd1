package io.orangery.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.settings.SynchronousMode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who is named as the successor prepares itself, once, and not longer than it is named (design.md 6). */
class PreparationTest {
    private static List<Duty> preparation(Views views) {
        return Duties.due(views.build(), Duties.Notes.BLANK).stream()
                .filter(duty -> duty instanceof Duty.PrepareToLead || duty instanceof Duty.EndPreparation)
                .toList();
    }

    private static Views named() {
        return Views.of("b").ledBy("a").failover("a", "b");
    }

    private static Memory prepared(long version) {
        return Memory.BLANK.withPreparedFor(Optional.of(version));
    }

    @Test
    void theNamedSuccessorPreparesItself() {
        assertThat(preparation(named())).containsExactly(new Duty.PrepareToLead(11, Optional.empty()));
    }

    @Test
    void inSynchronousModeTheNamesAreKnownBefore() {
        assertThat(preparation(named().sync(SynchronousMode.QUORUM, "a", 1, "b", "c")))
                .singleElement()
                .isInstanceOfSatisfying(
                        Duty.PrepareToLead.class,
                        prepare -> assertThat(prepare.names()).isPresent());
    }

    @Test
    void onceForEachRequest() {
        assertThat(preparation(named().memory(prepared(11)))).isEmpty();
        assertThat(preparation(named().memory(prepared(10)))).singleElement().isInstanceOf(Duty.PrepareToLead.class);
    }

    @Test
    void nobodyElsePreparesItself() {
        assertThat(preparation(Views.of("c").ledBy("a").failover("a", "b"))).isEmpty();
        assertThat(preparation(Views.of("b").ledBy("a").scheduledSwitchover("a", "b")))
                .isEmpty();
        assertThat(preparation(Views.of("b").ledBy("a").failover("a", null))).isEmpty();
    }

    /** Then it races, and has no time for it. */
    @Test
    void notWhenTheLeaderHasGoneAlready() {
        assertThat(preparation(Views.of("b").failover("a", "b"))).isEmpty();
    }

    @Test
    void whoIsNotNamedAnyMoreOrHasTakenOverEndsIt() {
        assertThat(preparation(Views.of("b").ledBy("a").memory(prepared(11))))
                .containsExactly(new Duty.EndPreparation());
        assertThat(preparation(Views.of("b")
                        .primary(1000)
                        .holdingLease()
                        .failover("a", "b")
                        .memory(prepared(11))))
                .containsExactly(new Duty.EndPreparation());
    }

    @Test
    void whatWasPreparedStaysWhileTheKeyIsFree() {
        assertThat(preparation(Views.of("b").failover("a", "b").memory(prepared(11))))
                .isEmpty();
    }
}
