package io.orangery.dcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Second part of the contract: the leader key, the member key and the one lease both hang on. */
abstract class LeaseContract extends KeysContract {
    private static final Optional<Integer> PLAIN = Optional.empty();

    @Test
    void oneOfManyCandidatesAcquires() {
        List<Connection> members =
                Stream.of("a", "b", "c", "d").map(this::member).toList();
        var requests =
                members.stream().map(member -> member.dcs().acquireLeader()).toList();
        var answers = requests.stream().map(members.getFirst()::ask).toList();
        assertThat(answers).filteredOn(Answer::succeeded).hasSize(1);
        assertThat(answers).filteredOn(Answer.Refused.class::isInstance).hasSize(3);
    }

    @Test
    void acquiringWhatIsOwnAlreadySucceeds() {
        Connection a = member("a");
        Lease first = a.done(a.dcs().acquireLeader());
        Lease second = a.done(a.dcs().acquireLeader());
        assertThat(second.version()).isEqualTo(first.version());
        assertThat(second.session()).isEqualTo(first.session()).isNotEmpty();
        assertThat(second.validFor()).isEqualTo(a.dcs().grantedTtl());
    }

    @Test
    void leaderAndMemberKeyHangOnOneLease() {
        Connection a = member("a");
        a.done(a.dcs().touchMember("{\"state\":\"running\"}"));
        Lease lease = a.done(a.dcs().acquireLeader());
        Tree tree = a.linearizable();
        assertThat(key(tree, "leader").value()).isEqualTo("a");
        assertThat(key(tree, "leader").session()).isEqualTo(lease.session());
        assertThat(key(tree, "leader").version()).isEqualTo(lease.version());
        assertThat(key(tree, "members/a").session()).isEqualTo(lease.session());
        assertThat(lease.validFor()).isPositive().isEqualTo(a.dcs().grantedTtl());
    }

    @Test
    void renewingDoesNotWriteTheLeaderKey() {
        Connection a = member("a");
        a.done(a.dcs().touchMember("{}"));
        Lease acquired = a.done(a.dcs().acquireLeader());
        Lease renewed = a.done(a.dcs().renewLeader());
        assertThat(renewed).isEqualTo(acquired);
        assertThat(a.leader(PLAIN).orElseThrow().version()).isEqualTo(acquired.version());
    }

    @Test
    void renewingKeepsTheLeaseAliveWhileAnUnrenewedOneEnds() {
        Connection a = member("a");
        Connection b = member("b");
        a.done(a.dcs().touchMember("{}"));
        Lease acquired = a.done(a.dcs().acquireLeader());
        b.done(b.dcs().touchMember("{}"));
        underTest().kill(b.dcs());
        a.await("the end of the unrenewed lease", () -> {
            assertThat(a.done(a.dcs().renewLeader()).session()).isEqualTo(acquired.session());
            return a.linearizable().get("members/b").isEmpty();
        });
        assertKeys(a.linearizable(), "leader", "members/a");
        assertThat(a.leader(PLAIN).orElseThrow().version()).isEqualTo(acquired.version());
    }

    @Test
    void renewingIsRefusedWhenAnotherHoldsTheKey() {
        Connection a = member("a");
        Connection b = member("b");
        a.done(a.dcs().touchMember("{}"));
        a.refused(tryRenewing(a, b));
        assertThat(b.leader(PLAIN).orElseThrow().value()).isEqualTo("b");
    }

    private CompletionStage<Answer<Lease>> tryRenewing(Connection a, Connection b) {
        a.done(a.dcs().acquireLeader());
        b.done(b.dcs().delete("leader", Condition.always()));
        b.done(b.dcs().acquireLeader());
        return a.dcs().renewLeader();
    }

    @Test
    void renewingRestoresAKeyThatWasDeletedByHand() {
        Connection a = member("a");
        a.done(a.dcs().touchMember("{}"));
        a.done(a.dcs().acquireLeader());
        a.done(commandLine().dcs().delete("leader", Condition.always()));
        Lease restored = a.done(a.dcs().renewLeader());
        Entry leader = a.leader(PLAIN).orElseThrow();
        assertThat(leader.value()).isEqualTo("a");
        assertThat(leader.session()).isEqualTo(restored.session());
        assertThat(leader.version()).isEqualTo(restored.version());
    }

    @Test
    void keyWithOwnNameLeftByAnEarlierLifeIsTakenOver() {
        Connection earlier = member("a");
        Connection a = member("a");
        earlier.done(earlier.dcs().touchMember("{}"));
        Lease old = earlier.done(earlier.dcs().acquireLeader());
        underTest().kill(earlier.dcs());
        a.done(a.dcs().touchMember("{}"));
        Lease taken = a.done(a.dcs().renewLeader());
        assertThat(taken.session()).isNotEqualTo(old.session());
        Tree tree = a.linearizable();
        assertThat(key(tree, "leader").session()).isEqualTo(taken.session());
        assertThat(key(tree, "members/a").session()).isEqualTo(taken.session());
    }

    @Test
    void takingWritesTheOwnNameAtTheEndOfBootstrap() {
        Connection a = member("a");
        Lease taken = a.done(a.dcs().takeLeader());
        Entry leader = a.leader(PLAIN).orElseThrow();
        assertThat(leader.value()).isEqualTo("a");
        assertThat(leader.session()).isEqualTo(taken.session());
        a.done(a.dcs().renewLeader());
    }

    @Test
    void releasedKeyIsFreeAtOnceAndTheMemberStays() {
        Connection a = member("a");
        Connection b = member("b");
        a.done(a.dcs().touchMember("{}"));
        a.done(a.dcs().acquireLeader());
        a.done(a.dcs().releaseLeader());
        assertKeys(b.linearizable(), "members/a");
        a.done(a.dcs().releaseLeader());
        b.done(b.dcs().acquireLeader());
    }

    @Test
    void releasingNeverTouchesAnothersKey() {
        Connection a = member("a");
        Connection b = member("b");
        a.refused(tryRenewing(a, b));
        a.refused(a.dcs().releaseLeader());
        assertThat(a.leader(PLAIN).orElseThrow().value()).isEqualTo("b");
        b.done(b.dcs().renewLeader());
    }

    @Test
    void memberKeyIsReplacedWhenItChangesAndLeftAloneOtherwise() {
        Connection a = member("a");
        a.done(a.dcs().touchMember("{\"state\":\"starting\"}"));
        Entry first = key(a.linearizable(), "members/a");
        assertThat(first.value()).isEqualTo("{\"state\":\"starting\"}");
        a.done(a.dcs().touchMember("{\"state\":\"starting\"}"));
        assertThat(key(a.linearizable(), "members/a")).isEqualTo(first);
        a.done(a.dcs().touchMember("{\"state\":\"running\"}"));
        Entry second = key(a.linearizable(), "members/a");
        assertThat(second.value()).isEqualTo("{\"state\":\"running\"}");
        assertThat(second.modifyVersion()).isNotEqualTo(first.modifyVersion());
        assertThat(second.session()).isEqualTo(first.session());
    }

    @Test
    void memberKeyDeletedByHandComesBackWithTheNextTouch() {
        Connection a = member("a");
        a.done(a.dcs().touchMember("{}"));
        a.done(commandLine().dcs().delete("members/a", Condition.always()));
        a.await(
                "the own key's absence in the view",
                () -> a.done(a.dcs().read()).entries().isEmpty());
        a.done(a.dcs().touchMember("{}"));
        assertKeys(a.linearizable(), "members/a");
    }

    @Test
    void touchingAloneKeepsTheMemberKeyAlive() {
        Connection a = member("a");
        Connection b = member("b");
        a.done(a.dcs().touchMember("{}"));
        String session = key(a.linearizable(), "members/a").session();
        b.done(b.dcs().touchMember("{}"));
        underTest().kill(b.dcs());
        a.await("the end of the unrenewed lease", () -> {
            a.done(a.dcs().touchMember("{}"));
            return a.linearizable().get("members/b").isEmpty();
        });
        assertThat(key(a.linearizable(), "members/a").session()).isEqualTo(session);
    }

    @Test
    void closingRevokesNothingAndTheKeysEndWithTheLease() {
        Connection a = member("a");
        Connection b = member("b");
        a.done(a.dcs().touchMember("{}"));
        a.done(a.dcs().acquireLeader());
        a.dcs().close();
        a.dcs().close();
        assertKeys(b.linearizable(), "leader", "members/a");
        b.refused(b.dcs().acquireLeader());
        b.awaitDone("the end of the lease", () -> b.dcs().acquireLeader());
        b.await(
                "the end of the member key",
                () -> b.linearizable().get("members/a").isEmpty());
        assertThat(b.leader(PLAIN).orElseThrow().value()).isEqualTo("b");
    }

    @Test
    void closedConnectionSucceedsInNothing() {
        Connection a = member("a");
        a.write("config", "1", Condition.always());
        a.dcs().close();
        a.unreachable(a.dcs().write("config", "2", Condition.always()));
        a.unreachable(a.dcs().acquireLeader());
        a.unreachable(a.dcs().read());
        assertThat(key(member("b").linearizable(), "config").value()).isEqualTo("1");
    }

    @Test
    void leaseEndsWithoutRenewalsAndIsRestoredWhileTheKeyIsFree() {
        assumeFalse(underTest().keepsLeaseAliveByItself(), "this store's client keeps the lease alive by itself");
        Connection a = member("a");
        Connection b = member("b");
        a.done(a.dcs().touchMember("{}"));
        Lease first = a.done(a.dcs().acquireLeader());
        b.await("the end of the lease", () -> b.linearizable().entries().isEmpty());
        Lease second = a.done(a.dcs().renewLeader());
        assertThat(second.session()).isNotEqualTo(first.session());
        a.done(a.dcs().touchMember("{}"));
        Tree tree = b.linearizable();
        assertThat(key(tree, "leader").session()).isEqualTo(second.session());
        assertThat(key(tree, "members/a").session()).isEqualTo(second.session());
    }

    @Test
    void newTtlMovesBothKeysToANewLeaseWithoutLosingEither() {
        Connection a = member("a");
        Connection b = member("b");
        a.done(a.dcs().touchMember("{}"));
        Lease old = a.done(a.dcs().acquireLeader());
        Timing longer = new Timing(timing().ttl().multipliedBy(2), timing().loopWait(), timing().retryTimeout());
        a.dcs().retime(longer);
        a.await("a renewal on a new lease", () -> {
            Answer<Lease> answer = a.ask(a.dcs().renewLeader());
            assertKeys(b.linearizable(), "leader", "members/a");
            return answer instanceof Answer.Done<Lease>(Lease lease)
                    && !lease.session().equals(old.session());
        });
        Lease renewed = a.done(a.dcs().renewLeader());
        a.done(a.dcs().touchMember("{}"));
        assertThat(renewed.validFor()).isEqualTo(longer.ttl()).isEqualTo(a.dcs().grantedTtl());
        assertThat(key(b.linearizable(), "leader").session()).isEqualTo(renewed.session());
        assertThat(key(b.linearizable(), "members/a").session()).isEqualTo(renewed.session());
    }
}
