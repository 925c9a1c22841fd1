package io.orangery.dcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Third part of the contract: the leader key goes to a named successor, and to nobody else. */
abstract class HandOverContract extends LeaseContract {
    private static final Optional<Integer> PLAIN = Optional.empty();
    private static final String ASKED = "{\"leader\":\"a\",\"member\":\"b\"}";
    private static final String HANDED = "{\"leader\":\"a\",\"member\":\"b\",\"handed_over\":true}";

    /** {@code {A*, B}}: both have a member key, A holds the leader key, and a switchover to B was asked for. */
    private final class Pair {
        final Connection a;
        final Connection b;
        final long failover;

        Pair(Connection a, Connection b, String failoverKey) {
            this.a = a;
            this.b = b;
            a.done(a.dcs().touchMember("{\"state\":\"running\"}"));
            b.done(b.dcs().touchMember("{\"state\":\"running\"}"));
            a.done(a.dcs().acquireLeader());
            failover = a.write(failoverKey, ASKED, Condition.always());
        }

        HandOver toB() {
            return new HandOver("b", HANDED, failover, Optional.of("{\"optime\":42}"));
        }

        void handOver() {
            assertThat(a.done(a.dcs().handOver(toB()))).isEqualTo(underTest().handsOver());
        }

        /** What the successor does when it sees the key, or its absence. */
        Lease succeed() {
            return b.done(isExchanged() ? b.dcs().renewLeader() : b.dcs().acquireLeader());
        }

        void assertRefusedWithoutChange(Connection holder, HandOver handOver) {
            Tree before = b.linearizable();
            holder.refused(holder.dcs().handOver(handOver));
            assertThat(b.linearizable()).isEqualTo(before);
        }
    }

    private Pair pair() {
        return new Pair(member("a"), member("b"), "failover");
    }

    private boolean isExchanged() {
        return underTest().handsOver() == HandedOver.EXCHANGED;
    }

    @Test
    void handingOverWritesFailoverAndStatusAndTheKeyIsNoLongerOwn() {
        Pair pair = pair();
        pair.handOver();
        Tree tree = pair.b.linearizable();
        assertThat(key(tree, "failover").value()).isEqualTo(HANDED);
        assertThat(key(tree, "failover").session()).isEmpty();
        assertThat(key(tree, "status").value()).isEqualTo("{\"optime\":42}");
        assertThat(key(tree, "status").session()).isEmpty();
        if (isExchanged()) {
            assertThat(key(tree, "leader").value()).isEqualTo("b");
            assertThat(key(tree, "leader").session())
                    .isEqualTo(key(tree, "members/b").session());
        } else {
            assertThat(tree.get("leader")).isEmpty();
        }
    }

    @Test
    void equalVersionsProveToTheSuccessorThatItWasGivenTheKey() {
        assumeTrue(isExchanged(), "this store cannot give a key to another session");
        Pair pair = pair();
        pair.handOver();
        Tree tree = pair.b.linearizable();
        Entry leader = key(tree, "leader");
        Entry failover = key(tree, "failover");
        assertThat(leader.version()).isEqualTo(failover.version());
        assertThat(leader.modifyVersion()).isEqualTo(failover.modifyVersion()).isEqualTo(leader.version());
        assertThat(key(tree, "status").version()).isEqualTo(leader.version());
        assertThat(pair.succeed().version()).isEqualTo(failover.version());
    }

    @Test
    void viewOfTheFormerHolderShowsTheHandOverAtOnce() {
        Pair pair = pair();
        pair.a.await(
                "the view",
                () -> pair.a.done(pair.a.dcs().read()).get("failover").isPresent());
        pair.handOver();
        Tree view = pair.a.done(pair.a.dcs().read());
        Tree stored = pair.a.linearizable();
        assertThat(view.get("leader")).isEqualTo(stored.get("leader"));
        assertThat(view.get("failover")).isEqualTo(stored.get("failover"));
        assertThat(view.get("status")).isEqualTo(stored.get("status"));
    }

    @Test
    void successorRenewsAndTheFormerHolderCanNeitherRenewNorRelease() {
        Pair pair = pair();
        pair.handOver();
        Lease held = pair.succeed();
        assertThat(held.session())
                .isEqualTo(key(pair.b.linearizable(), "members/b").session());
        pair.a.refused(pair.a.dcs().renewLeader());
        pair.a.refused(pair.a.dcs().acquireLeader());
        pair.a.refused(pair.a.dcs().releaseLeader());
        assertThat(pair.b.leader(PLAIN).orElseThrow().value()).isEqualTo("b");
        assertThat(pair.b.done(pair.b.dcs().renewLeader())).isEqualTo(held);
    }

    @Test
    void leaseOfTheSuccessorGuardsTheKeyAndTheFormerHolderHasToRaceForIt() {
        Pair pair = pair();
        pair.handOver();
        pair.succeed();
        underTest().kill(pair.b.dcs());
        pair.a.await("the end of the successor's lease", () -> {
            pair.a.done(pair.a.dcs().touchMember("{\"state\":\"running\"}"));
            return pair.a.leader(PLAIN).isEmpty();
        });
        pair.a.refused(pair.a.dcs().renewLeader());
        pair.a.done(pair.a.dcs().acquireLeader());
        pair.a.done(pair.a.dcs().renewLeader());
    }

    @Test
    void renewingTakesNothingBackThatTheSuccessorHasNotAcquiredYet() {
        assumeTrue(!isExchanged(), "in this store the key is never free");
        Pair pair = pair();
        pair.handOver();
        pair.a.refused(pair.a.dcs().renewLeader());
        assertThat(pair.a.leader(PLAIN)).isEmpty();
        pair.succeed();
    }

    @Test
    void keyGoesThereAndBackAgain() {
        Pair pair = pair();
        pair.handOver();
        pair.succeed();
        long failover = key(pair.b.linearizable(), "failover").version();
        HandOver back = new HandOver("a", ASKED, failover, Optional.empty());
        assertThat(pair.b.done(pair.b.dcs().handOver(back)))
                .isEqualTo(underTest().handsOver());
        pair.a.done(isExchanged() ? pair.a.dcs().renewLeader() : pair.a.dcs().acquireLeader());
        pair.b.refused(pair.b.dcs().renewLeader());
        assertThat(pair.a.leader(PLAIN).orElseThrow().value()).isEqualTo("a");
        assertThat(key(pair.a.linearizable(), "status").value()).isEqualTo("{\"optime\":42}");
    }

    @Test
    void keysAreThoseOfTheOwnGroup() {
        Connection coordinator = member("a", 0);
        coordinator.done(coordinator.dcs().acquireLeader());
        Pair pair = new Pair(member("a", 1), member("b", 1), "1/failover");
        pair.handOver();
        pair.succeed();
        assertKeys(pair.a.linearizable(), "1/leader", "1/failover", "1/status", "1/members/a", "1/members/b");
        assertThat(pair.a.leader(Optional.of(1)).orElseThrow().value()).isEqualTo("b");
        assertThat(pair.a.leader(Optional.of(0)).orElseThrow().value()).isEqualTo("a");
    }

    @Test
    void handingOverIsRefusedWhenFailoverIsAnother() {
        Pair pair = pair();
        pair.assertRefusedWithoutChange(pair.a, new HandOver("b", HANDED, pair.failover + 1, Optional.of("1")));
        pair.assertRefusedWithoutChange(pair.a, new HandOver("b", HANDED, 0, Optional.of("1")));
        pair.b.write("failover", "{\"leader\":\"a\",\"member\":\"c\"}", Condition.always());
        pair.assertRefusedWithoutChange(pair.a, pair.toB());
        pair.a.done(pair.a.dcs().delete("failover", Condition.always()));
        pair.assertRefusedWithoutChange(pair.a, pair.toB());
        pair.assertRefusedWithoutChange(pair.a, new HandOver("b", HANDED, 0, Optional.of("1")));
        pair.a.done(pair.a.dcs().renewLeader());
    }

    @Test
    void handingOverIsRefusedToWhoDoesNotHoldTheKey() {
        Pair pair = pair();
        HandOver toA = new HandOver("a", HANDED, pair.failover, Optional.of("1"));
        pair.assertRefusedWithoutChange(pair.b, toA);
        pair.a.done(pair.a.dcs().releaseLeader());
        pair.assertRefusedWithoutChange(pair.a, pair.toB());
        pair.b.done(pair.b.dcs().acquireLeader());
        pair.assertRefusedWithoutChange(pair.a, pair.toB());
        Connection withoutLease = member("c");
        pair.assertRefusedWithoutChange(withoutLease, toA);
    }

    @Test
    void handingOverIsRefusedWhenTheSuccessorIsNobodyWithALease() {
        Pair pair = pair();
        pair.assertRefusedWithoutChange(pair.a, new HandOver("c", HANDED, pair.failover, Optional.of("1")));
        pair.assertRefusedWithoutChange(pair.a, new HandOver("a", HANDED, pair.failover, Optional.of("1")));
        pair.a.write("members/c", "{\"state\":\"running\"}", Condition.always());
        pair.assertRefusedWithoutChange(pair.a, new HandOver("c", HANDED, pair.failover, Optional.of("1")));
        pair.a.done(pair.a.dcs().renewLeader());
        pair.handOver();
    }
}
