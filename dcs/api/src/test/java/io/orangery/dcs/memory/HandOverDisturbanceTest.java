package io.orangery.dcs.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.dcs.Answer;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Entry;
import io.orangery.dcs.HandOver;
import io.orangery.dcs.HandedOver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code {A*, B}}: what an answer to a hand-over means when its messages are late or lost. */
final class HandOverDisturbanceTest extends DisturbedCase {
    private HandOver toB;

    @BeforeEach
    void holdTheLeaderKey() {
        done(a.touchMember("{}"));
        done(b.touchMember("{}"));
        done(a.acquireLeader());
        long failover = done(a.write("failover", "asked", Condition.absent()));
        toB = new HandOver("b", "handed over", failover, Optional.of("42"));
    }

    /** The first request of the hand-over: the watch has shown what the transaction compares. */
    private void delayTransaction(Duration delay) {
        List<Duration> delays = new ArrayList<>(List.of(delay));
        a.disturbance().delayRequests(() -> delays.isEmpty() ? Duration.ZERO : delays.removeFirst());
    }

    private void loseReply() {
        List<Duration> delays = new ArrayList<>(List.of(Duration.ofHours(1)));
        a.disturbance().delayReplies(() -> delays.isEmpty() ? Duration.ZERO : delays.removeFirst());
    }

    private Entry entry(String key) {
        return store.snapshot().get("/service/batman/" + key);
    }

    @Test
    void lostReplyIsFoundOutByReading() {
        loseReply();
        assertThat(done(a.handOver(toB))).isEqualTo(HandedOver.EXCHANGED);
        assertThat(entry("leader").session()).isEqualTo(entry("members/b").session());
        assertThat(entry("leader").version()).isEqualTo(entry("failover").version());
        assertThat(done(a.read()).get("leader").map(Entry::value)).contains("b");
        assertThat(done(b.renewLeader()).version()).isEqualTo(entry("failover").version());
        assertThat(ask(a.renewLeader())).isInstanceOf(Answer.Refused.class);
    }

    @Test
    void lateHandOverMayStillTakeEffectAndIsNotRepeated() {
        delayTransaction(Duration.ofSeconds(4));
        assertThat(ask(a.handOver(toB))).isInstanceOf(Answer.Unreachable.class);
        assertThat(stored("leader")).contains("a");
        done(a.renewLeader());
        time.advance(Duration.ofSeconds(4));
        assertThat(stored("leader")).contains("b");
        assertThat(stored("failover")).contains("handed over");
        assertThat(ask(a.renewLeader())).isInstanceOf(Answer.Refused.class);
        done(b.renewLeader());
    }

    @Test
    void keyThatWentLateIsNotRestoredWhenItsNewLeaseHasEnded() {
        delayTransaction(Duration.ofSeconds(4));
        assertThat(ask(a.handOver(toB))).isInstanceOf(Answer.Unreachable.class);
        done(a.renewLeader());
        time.advance(Duration.ofSeconds(15));
        done(a.touchMember("{}"));
        time.advance(Duration.ofSeconds(10));
        assertThat(stored("leader")).isEmpty();
        assertThat(ask(a.renewLeader())).isInstanceOf(Answer.Refused.class);
        done(a.acquireLeader());
    }

    @Test
    void keyLostOnTheWayIsNotHandedOver() {
        delayTransaction(Duration.ofSeconds(4));
        CompletionStage<Answer<HandedOver>> late = a.handOver(toB);
        time.advance(Duration.ofSeconds(1));
        done(b.delete("leader", Condition.always()));
        done(b.acquireLeader());
        Entry acquired = entry("leader");
        assertThat(ask(late)).isInstanceOf(Answer.Refused.class);
        time.advance(Duration.ofSeconds(4));
        assertThat(entry("leader")).isEqualTo(acquired);
        assertThat(stored("failover")).contains("asked");
        assertThat(stored("status")).isEmpty();
    }

    @Test
    void handOverThatHistoryHasPassedByIsLeftOpen() {
        loseReply();
        CompletionStage<Answer<HandedOver>> lost = a.handOver(toB);
        time.advance(Duration.ofSeconds(1));
        done(b.delete("failover", Condition.always()));
        done(b.releaseLeader());
        assertThat(ask(lost)).isInstanceOf(Answer.Unreachable.class);
        assertThat(ask(a.renewLeader())).isInstanceOf(Answer.Refused.class);
    }

    @Test
    void successorThatWritesItsMemberKeyMeanwhileIsNoObstacle() {
        delayTransaction(Duration.ofMillis(500));
        CompletionStage<Answer<HandedOver>> asked = a.handOver(toB);
        time.advance(Duration.ofMillis(100));
        done(b.touchMember("{\"state\":\"running\"}"));
        assertThat(done(asked)).isEqualTo(HandedOver.EXCHANGED);
        assertThat(stored("leader")).contains("b");
    }

    @Test
    void successorWhoseLeaseEndsMeanwhileDoesNotGetTheKey() {
        time.advance(Duration.ofSeconds(19));
        done(a.renewLeader());
        delayTransaction(Duration.ofMillis(1_500));
        assertThat(ask(a.handOver(toB))).isInstanceOf(Answer.Refused.class);
        assertThat(stored("leader")).contains("a");
        assertThat(stored("failover")).contains("asked");
    }

    @Test
    void outageLeavesEverythingAsItWas() {
        a.disturbance().disconnect();
        assertThat(ask(a.handOver(toB))).isInstanceOf(Answer.Unreachable.class);
        a.disturbance().reconnect();
        time.advance(Duration.ofSeconds(5));
        assertThat(stored("leader")).contains("a");
        done(a.renewLeader());
    }
}
