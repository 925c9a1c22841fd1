package io.orangery.actors;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.Behaviors;
import io.orangery.core.policy.LeaseSeen;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A lease of 20 seconds, renewed every 5, good for renewing 20/3 seconds after a confirmation. */
class LeaseKeeperTest {
    private static final Duration TTL = Duration.ofSeconds(20);
    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final HandMovedTime time = new HandMovedTime();
    private final ScriptedStore store = new ScriptedStore();
    private final List<LeaseSeen> seen = new ArrayList<>();
    private final List<LeaseKeeper.Raced> answers = new ArrayList<>();
    private final ActorRef<LeaseKeeper.Command> keeper =
            time.here(LeaseKeeper.create(store, time, new Timing(TTL, PERIOD, Duration.ofSeconds(5)), seen::add));
    private final ActorRef<LeaseKeeper.Raced> me = time.here(Behaviors.receiveMessage(answer -> {
        answers.add(answer);
        return Behaviors.same();
    }));

    @AfterEach
    void end() {
        time.close();
    }

    private void hold() {
        keeper.tell(new LeaseKeeper.Acquire(me));
        store.grant("acquire", TTL);
        answers.clear();
    }

    private void confirm() {
        keeper.tell(LeaseKeeper.Confirm.NOW);
    }

    /** Confirms all the time. */
    private void pass(Duration span) {
        for (Duration left = span; left.isPositive(); left = left.minusMillis(500)) {
            confirm();
            time.pass(Duration.ofMillis(500));
        }
    }

    private LeaseSeen last() {
        return seen.getLast();
    }

    @Test
    void theLeaseCountsFromBeforeTheRequest() {
        Duration sent = time.now();
        keeper.tell(new LeaseKeeper.Acquire(me));
        time.pass(Duration.ofSeconds(3));
        store.grant("acquire", TTL);
        assertThat(last()).isEqualTo(new LeaseSeen.Held(sent.plus(TTL), sent, sent));
        assertThat(answers).containsExactly(new LeaseKeeper.Raced.Won());
    }

    @Test
    void renewsInTimeAndKeepsTheBeginningOfTheTerm() {
        Duration began = time.now();
        hold();
        pass(PERIOD);
        assertThat(store.count("renew")).isEqualTo(1);
        store.grant("renew", TTL);
        assertThat(last()).isEqualTo(new LeaseSeen.Held(began.plus(PERIOD).plus(TTL), began, began.plus(PERIOD)));
    }

    @Test
    void doesNotRenewForANodeThatDoesNotConfirm() {
        hold();
        time.pass(PERIOD);
        store.grant("renew", TTL);
        time.pass(Duration.ofSeconds(15));
        assertThat(store.count("renew")).isEqualTo(1);
    }

    /** Publishing the member keeps the session alive, so the key has to be deleted for others to be able to lead. */
    @Test
    void givesUpTheKeyOfALeaderThatDoesNotConfirm() {
        hold();
        time.pass(PERIOD);
        store.grant("renew", TTL);
        time.pass(TTL.minusSeconds(1));
        assertThat(store.count("release")).isZero();
        time.pass(Duration.ofSeconds(1));
        assertThat(last()).isInstanceOf(LeaseSeen.NotHeld.class);
        assertThat(store.count("release")).isEqualTo(1);
    }

    /** A renewal restores an absent key; another may have led since. */
    @Test
    void aTermThatHasEndedIsNeverRenewed() {
        hold();
        pass(PERIOD);
        store.answer("renew", Answer.unreachable("timeout"));
        for (int second = 0; second < 15; second++) {
            pass(Duration.ofSeconds(1));
            if (last() instanceof LeaseSeen.Unknown) {
                store.answer("renew", Answer.unreachable("timeout"));
            }
        }
        assertThat(last())
                .isInstanceOfSatisfying(
                        LeaseSeen.NotHeld.class, none -> assertThat(none.why()).isPresent());
        long renewals = store.count("renew");
        pass(Duration.ofSeconds(10));
        assertThat(store.count("renew")).isEqualTo(renewals);
    }

    @Test
    void aLeaseThatSleptPastItsEndIsNotRenewed() {
        hold();
        time.suspend(Duration.ofSeconds(60));
        confirm();
        time.pass(PERIOD);
        assertThat(store.count("renew")).isZero();
        assertThat(last()).isInstanceOf(LeaseSeen.NotHeld.class);
    }

    @Test
    void noAnswerIsUnknownAndRefusedIsLost() {
        Duration began = time.now();
        hold();
        pass(PERIOD);
        store.answer("renew", Answer.unreachable("timeout"));
        assertThat(last()).isEqualTo(new LeaseSeen.Unknown(began.plus(TTL), began, began.plus(PERIOD), "timeout"));
        pass(Duration.ofMillis(500));
        store.answer("renew", Answer.refused("held by b"));
        assertThat(last())
                .isInstanceOfSatisfying(
                        LeaseSeen.NotHeld.class, none -> assertThat(none.why()).contains("held by b"));
    }

    @Test
    void aReplyThatNeverComesIsNotWaitedForForEver() {
        hold();
        pass(PERIOD);
        var lost = store.asked.getLast();
        pass(Duration.ofSeconds(8));
        assertThat(last()).isInstanceOf(LeaseSeen.Unknown.class);
        pass(Duration.ofSeconds(1));
        assertThat(store.count("renew")).isEqualTo(2);
        store.grant("renew", TTL);
        LeaseSeen renewed = last();
        lost.answer().complete(null);
        assertThat(last()).isEqualTo(renewed);
    }

    @Test
    void anAcquisitionThatIsNeverAnsweredDoesNotBlockTheNext() {
        keeper.tell(new LeaseKeeper.Acquire(me));
        time.pass(Duration.ofSeconds(9));
        assertThat(answers).hasOnlyElementsOfType(LeaseKeeper.Raced.Unreachable.class);
        keeper.tell(new LeaseKeeper.Acquire(me));
        store.grant("acquire", TTL);
        assertThat(last()).isInstanceOf(LeaseSeen.Held.class);
    }

    /** Side by side the release could delete what the renewal has restored, or the other way round. */
    @Test
    void releasesOnlyAfterTheRenewalUnderWay() {
        hold();
        pass(PERIOD);
        keeper.tell(new LeaseKeeper.Release(me));
        assertThat(last()).isInstanceOf(LeaseSeen.NotHeld.class);
        assertThat(store.count("release")).isZero();
        store.grant("renew", TTL);
        assertThat(last()).isInstanceOf(LeaseSeen.NotHeld.class);
        assertThat(store.count("release")).isEqualTo(1);
        assertThat(answers).isEmpty();
        store.answer("release", Answer.<Void>done(null));
        assertThat(answers).containsExactly(new LeaseKeeper.Raced.Won());
    }

    @Test
    void doesNotAcquireBesideARelease() {
        hold();
        keeper.tell(new LeaseKeeper.Release(me));
        keeper.tell(new LeaseKeeper.Acquire(me));
        assertThat(store.names()).containsExactly("acquire", "release");
        store.answer("release", Answer.<Void>done(null));
        assertThat(answers).hasSize(2).last().isInstanceOf(LeaseKeeper.Raced.Unreachable.class);
    }

    @Test
    void whatARequestWinsAfterTheLeaseWasForgottenIsGivenBack() {
        hold();
        pass(PERIOD);
        keeper.tell(LeaseKeeper.Forget.NOW);
        store.grant("renew", TTL);
        assertThat(last()).isInstanceOf(LeaseSeen.NotHeld.class);
        assertThat(store.count("release")).isEqualTo(1);
    }

    @Test
    void forgettingDoesNotTouchTheKey() {
        hold();
        keeper.tell(LeaseKeeper.Forget.NOW);
        pass(TTL);
        assertThat(store.names()).containsExactly("acquire");
    }

    @Test
    void aNewTermBeginsAnew() {
        hold();
        keeper.tell(LeaseKeeper.Forget.NOW);
        time.pass(Duration.ofSeconds(2));
        Duration again = time.now();
        hold();
        assertThat(last()).isEqualTo(new LeaseSeen.Held(again.plus(TTL), again, again));
    }

    // --- handing over

    private static final io.orangery.dcs.HandOver TO_B =
            new io.orangery.dcs.HandOver("b", "{}", 7, java.util.Optional.empty());

    private void handOver() {
        keeper.tell(new LeaseKeeper.HandOver(TO_B, me));
    }

    /** From the first moment on: the key may be another's. */
    @Test
    void aLeaseThatIsHandedOverIsNotRenewed() {
        hold();
        handOver();
        assertThat(last()).isInstanceOf(LeaseSeen.NotHeld.class);
        assertThat(answers).isEmpty();
        pass(TTL);
        assertThat(store.count("renew")).isZero();
    }

    @Test
    void theHandOverIsAnsweredAsTheStoreAnswers() {
        hold();
        handOver();
        store.answer("handOver", Answer.done(null));
        handOver();
        store.answer("handOver", Answer.refused("the request was changed"));
        handOver();
        store.answer("handOver", Answer.unreachable("no endpoint answers"));
        assertThat(answers)
                .containsExactly(
                        new LeaseKeeper.Raced.Won(),
                        new LeaseKeeper.Raced.Lost("the request was changed"),
                        new LeaseKeeper.Raced.Unreachable("no endpoint answers"));
        assertThat(store.count("release")).isZero();
    }

    /** Side by side they could overtake each other, and the key would come back. */
    @Test
    void aRenewalThatIsUnderWayIsAwaitedFirst() {
        hold();
        pass(PERIOD);
        handOver();
        assertThat(store.count("handOver")).isZero();
        store.grant("renew", TTL);
        assertThat(store.count("handOver")).isEqualTo(1);
        assertThat(last()).isInstanceOf(LeaseSeen.NotHeld.class);
    }

    @Test
    void aStoreThatDoesNotAnswerIsNotWaitedForWithoutEnd() {
        hold();
        handOver();
        pass(Duration.ofSeconds(9));
        assertThat(answers).hasSize(1).first().isInstanceOf(LeaseKeeper.Raced.Unreachable.class);
        // whoever asks next is served, and a late answer is nobody's
        keeper.tell(new LeaseKeeper.Release(me));
        store.answer("handOver", Answer.done(null));
        assertThat(answers).hasSize(1);
        store.answer("release", Answer.done(null));
        assertThat(answers).hasSize(2).last().isEqualTo(new LeaseKeeper.Raced.Won());
    }
}
