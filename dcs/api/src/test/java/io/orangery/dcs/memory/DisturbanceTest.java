package io.orangery.dcs.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.dcs.Answer;
import io.orangery.dcs.Change;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.Entry;
import io.orangery.dcs.Lease;
import io.orangery.dcs.Tree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What an answer means when messages are late or lost: the part of the contract that no real server can be made to play. */
final class DisturbanceTest extends DisturbedCase {
    @Test
    void acquiringWithALostReplyIsFoundOutByReading() {
        done(a.touchMember("{}"));
        loseReplyOfTransaction(a);
        Lease lease = done(a.acquireLeader());
        assertThat(store.snapshot().get("/service/batman/leader").session()).isEqualTo(lease.session());
    }

    @Test
    void leaseCountsFromBeforeTheRequestHoweverLateTheReply() {
        done(a.acquireLeader());
        a.disturbance().delayReplies(() -> Duration.ofMillis(900));
        Duration before = time.now();
        Lease lease = done(a.renewLeader());
        assertThat(time.now()).isEqualTo(before.plusMillis(1800));
        assertThat(lease.validFor()).isEqualTo(TTL);
        time.advance(before.plus(lease.validFor()).minus(time.now()).minusMillis(1));
        assertThat(stored("leader")).contains("a");
    }

    @Test
    void joiningARefreshThatIsUnderWayCountsFromItsProof() {
        done(a.acquireLeader());
        CompletionStage<Answer<Lease>> first = a.renewLeader();
        Lease second = done(a.renewLeader());
        assertThat(((Answer.Done<Lease>) ask(first)).value()).isEqualTo(second);
        assertThat(stored("leader")).contains("a");
    }

    @Test
    void compareAndSetWithALostReplyIsFoundOutByReading() {
        long version = done(a.write("sync", "1", Condition.absent()));
        a.disturbance().loseReplies(1);
        long written = done(a.write("sync", "2", Condition.version(version)));
        assertThat(store.snapshot().get("/service/batman/sync").version()).isEqualTo(written);
    }

    @Test
    void lostRequestOfACompareAndSetIsNotRepeatedBlindly() {
        long version = done(a.write("sync", "1", Condition.absent()));
        a.disturbance().loseRequests(1);
        assertThat(ask(a.write("sync", "2", Condition.version(version)))).isInstanceOf(Answer.Unreachable.class);
        assertThat(stored("sync")).contains("1");
    }

    @Test
    void creatingWithALostRequestNeverClaimsAnothersKey() {
        a.disturbance().loseRequests(1);
        CompletionStage<Answer<Long>> lost = a.write("initialize", "", Condition.absent());
        done(b.write("initialize", "", Condition.absent()));
        assertThat(ask(lost)).isInstanceOf(Answer.Unreachable.class);
    }

    @Test
    void unconditionalWriteIsRepeated() {
        a.disturbance().loseRequests(1);
        done(a.write("status", "1", Condition.always()));
        a.disturbance().loseReplies(1);
        done(a.write("status", "2", Condition.always()));
        assertThat(stored("status")).contains("2");
    }

    @Test
    void writeCanTakeEffectAfterItWasGivenUp() {
        a.disturbance().delayRequests(() -> Duration.ofSeconds(10));
        assertThat(ask(a.write("status", "late", Condition.always()))).isInstanceOf(Answer.Unreachable.class);
        assertThat(stored("status")).isEmpty();
        time.advance(Duration.ofSeconds(10));
        assertThat(stored("status")).contains("late");
    }

    @Test
    void disconnectedMemberLosesItsLeaseAndIsRefusedWhenItReturns() {
        done(a.touchMember("{}"));
        done(a.acquireLeader());
        a.disturbance().disconnect();
        assertThat(ask(a.renewLeader())).isInstanceOf(Answer.Unreachable.class);
        time.advance(TTL);
        done(b.acquireLeader());
        a.disturbance().reconnect();
        assertThat(ask(a.renewLeader())).isInstanceOf(Answer.Refused.class);
        assertThat(ask(a.releaseLeader())).isInstanceOf(Answer.Refused.class);
        assertThat(stored("leader")).contains("b");
    }

    @Test
    void stalledWatchLeavesTheViewAsItWasUntilItBreaks() {
        List<Change> hints = new ArrayList<>();
        a.onChange(hints::add);
        assertThat(done(a.read()).entries()).isEmpty();
        a.disturbance().stallWatch();
        done(b.write("config", "{}", Condition.always()));
        time.advance(Duration.ofSeconds(1));
        assertThat(done(a.read()).entries()).isEmpty();
        assertThat(done(a.readLinearizable()).entries()).containsOnlyKeys("config");
        hints.clear();
        a.disturbance().breakWatch();
        time.advance(Duration.ofSeconds(1));
        assertThat(hints).contains(Change.EVERYTHING);
        assertThat(done(a.read()).entries()).containsOnlyKeys("config");
    }

    @Test
    void lateEventsOverwriteNeitherOwnWritesNorOwnDeletes() {
        a.disturbance().delayWatch(() -> Duration.ofSeconds(2));
        time.advance(Duration.ofSeconds(1));
        done(b.write("status", "old", Condition.always()));
        done(b.write("sync", "old", Condition.always()));
        done(a.write("status", "new", Condition.always()));
        done(a.delete("sync", Condition.always()));
        for (int step = 0; step < 50; step++) {
            Tree tree = done(a.read());
            assertThat(tree.get("status").map(Entry::value)).contains("new");
            assertThat(tree.get("sync")).isEmpty();
            time.advance(Duration.ofMillis(100));
        }
    }

    @Test
    void sameScheduleGivesTheSameTrace() {
        assertThat(trace()).isEqualTo(trace()).isNotEmpty();
    }

    private static List<String> trace() {
        DisturbanceTest world = new DisturbanceTest();
        List<String> trace = new ArrayList<>();
        for (Dcs member : List.of(world.a, world.b)) {
            member.onChange(change -> trace.add(world.time.now() + " " + change));
        }
        world.a.disturbance().delayRequests(() -> Duration.ofMillis(3));
        for (int round = 0; round < 10; round++) {
            trace.add(world.ask(world.a.acquireLeader()) + " " + world.ask(world.b.acquireLeader()));
            world.time.advance(Duration.ofSeconds(7));
        }
        return trace;
    }
}
