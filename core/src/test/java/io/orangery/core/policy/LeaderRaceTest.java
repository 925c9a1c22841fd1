package io.orangery.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.settings.SynchronousMode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@code {A} | {b, c}}: A led and is gone; what do b and c say? */
class LeaderRaceTest {

    private static Views survivor(String self) {
        return Views.of(self).formerLeader("a");
    }

    @Test
    void asksTheFormerLeaderToo() {
        assertThat(survivor("b").decide())
                .isInstanceOfSatisfying(
                        Decision.GatherEvidence.class,
                        ask -> assertThat(ask.members()).isEqualTo(Views.nodes("a", "c")));
    }

    @Test
    void bothMayRaceWhenTheyAreEqual() {
        assertThat(survivor("b").silent("a").standbyAt("c", 1000).decide()).isInstanceOf(Decision.Race.class);
        assertThat(survivor("c").silent("a").standbyAt("b", 1000).decide()).isInstanceOf(Decision.Race.class);
    }

    @Test
    void onlyTheOneAheadRaces() {
        assertThat(survivor("b").standby(1000).silent("a").standbyAt("c", 1100).decide())
                .isInstanceOf(Decision.Stay.class);
        assertThat(survivor("c").standby(1100).silent("a").standbyAt("b", 1000).decide())
                .isInstanceOf(Decision.Race.class);
    }

    @Test
    void nobodyRacesAgainstALivePrimary() {
        assertThat(survivor("b").aliveAsPrimary("a").silent("c").decide()).isInstanceOf(Decision.Stay.class);
    }

    /** Trap T56: it may not lead again, but it still takes writes. */
    @Test
    void aLivePrimaryCountsAlsoWhenItIsTaggedNoFailover() {
        assertThat(survivor("b")
                        .tagOf("a", "nofailover", true)
                        .aliveAsPrimary("a")
                        .silent("c")
                        .decide())
                .isInstanceOf(Decision.Stay.class);
    }

    @Test
    void oneThatLagsMoreThanAllowedDoesNotRace() {
        assertThat(survivor("b")
                        .standby(1000)
                        .optime(1000 + 1048577)
                        .silent("a")
                        .silent("c")
                        .decide())
                .isEqualTo(new Decision.Stay("My wal position exceeds maximum replication lag"));
    }

    @Test
    void noFailoverDoesNotRace() {
        assertThat(survivor("b").tag("nofailover", true).silent("a").silent("c").decide())
                .isInstanceOf(Decision.Stay.class);
    }

    @Test
    void atEqualPositionsThePriorityDecides() {
        assertThat(survivor("b")
                        .tagOf("c", "failover_priority", 5)
                        .silent("a")
                        .standbyAt("c", 1000)
                        .decide())
                .isInstanceOf(Decision.Stay.class);
    }

    @Test
    void evidenceOnOtherKeysIsNoEvidence() {
        View view = survivor("b").silent("a").standbyAt("c", 1000).build();
        View later = survivor("b")
                .failover(null, null)
                .silent("a")
                .standbyAt("c", 1000)
                .build();
        assertThat(NodePolicy.decide(view)).isInstanceOf(Decision.Race.class);
        View mixed = new View(
                later.settings(),
                later.dcs(),
                later.lease(),
                later.postgres(),
                view.evidence(),
                later.operation(),
                later.request(),
                later.memory(),
                later.now(),
                later.wallClock(),
                later.startedAt());
        assertThat(NodePolicy.decide(mixed)).isInstanceOf(Decision.GatherEvidence.class);
    }

    @Test
    void oldEvidenceIsNoEvidence() {
        assertThat(survivor("b")
                        .silent("a")
                        .standbyAt("c", 1000)
                        .evidenceAge(Duration.ofSeconds(6))
                        .decide())
                .isInstanceOf(Decision.GatherEvidence.class);
    }

    @Test
    void inPriorityModeOnlySynchronousStandbysRace() {
        assertThat(survivor("b").sync(SynchronousMode.PRIORITY, "a", 0, "c").decide())
                .isInstanceOf(Decision.Stay.class);
        assertThat(survivor("c")
                        .sync(SynchronousMode.PRIORITY, "a", 0, "c")
                        .silent("a")
                        .decide())
                .isInstanceOf(Decision.Race.class);
    }

    /** What the former leader has beyond the synchronous standbys was never acknowledged. */
    @Test
    void aFormerLeaderAheadIsIgnoredInASynchronousMode() {
        assertThat(survivor("c")
                        .sync(SynchronousMode.PRIORITY, "a", 0, "c")
                        .standbyAt("a", 2000)
                        .decide())
                .isInstanceOf(Decision.Race.class);
    }

    @Test
    void quorumNeedsVotes() {
        Views voter =
                survivor("b").sync(SynchronousMode.QUORUM, "a", 1, "b", "c").silent("a");
        assertThat(voter.standbyAt("c", 1000).decide()).isInstanceOf(Decision.Race.class);
        assertThat(voter.silent("c").decide()).isInstanceOf(Decision.Stay.class);
    }

    @Test
    void anOutsiderNeedsOneVoteMore() {
        Views outsider = Views.of("d")
                .members("a", "b", "c", "d")
                .formerLeader("a")
                .sync(SynchronousMode.QUORUM, "a", 1, "b", "c")
                .silent("a");
        assertThat(outsider.standbyAt("b", 1000).silent("c").decide()).isInstanceOf(Decision.Stay.class);
        assertThat(outsider.standbyAt("b", 1000).standbyAt("c", 1000).decide()).isInstanceOf(Decision.Race.class);
    }

    @Test
    void aVoterAheadIsNoVote() {
        assertThat(survivor("b")
                        .sync(SynchronousMode.QUORUM, "a", 1, "b", "c")
                        .silent("a")
                        .standbyAt("c", 2000)
                        .decide())
                .isInstanceOf(Decision.Stay.class);
    }

    @Test
    void aStalePrimaryDoesNotRetakeTheKey() {
        assertThat(Views.of("a").primary(1000, 1).clusterTimeline(2).decide())
                .isInstanceOfSatisfying(
                        Decision.Demote.class,
                        demote -> assertThat(demote.why()).contains("timeline"));
        assertThat(Views.of("a")
                        .primary(1000, 2)
                        .clusterTimeline(2)
                        .silent("b")
                        .silent("c")
                        .decide())
                .isInstanceOf(Decision.Race.class);
    }

    /** {A} agent dead | B led on timeline 2, wrote no history and is gone | A's agent is back: C knows. */
    @Test
    void aStalePrimaryAsksTheOthersWhetherSomebodyHasLedMeanwhile() {
        Views back = Views.of("a").primary(1000, 1);
        assertThat(back.decide())
                .isInstanceOfSatisfying(
                        Decision.GatherEvidence.class,
                        ask -> assertThat(ask.members()).isEqualTo(Views.nodes("b", "c")));
        assertThat(back.silent("b").answer("c", Views.answered(true, 900, 2)).decide())
                .isInstanceOf(Decision.Demote.class);
        assertThat(back.answer("c", Views.answered(false, 900, 2)).decide()).isInstanceOf(Decision.Demote.class);
    }

    /** What a standby has beyond the primary's last look came from the primary. */
    @Test
    void aPrimaryIsNotOutrunByItsOwnStandby() {
        assertThat(Views.of("a").primary(1000).standbyAt("b", 2000).silent("c").decide())
                .isInstanceOf(Decision.Race.class);
    }

    /** B was promoted, /sync still names A and B as before; without C nobody can say whether C has confirmed commits since. */
    @Test
    void aPrimaryThatSyncDoesNotNameAsItsLeaderNeedsVotes() {
        Views promoted = Views.of("b").primary(1000, 2).sync(SynchronousMode.QUORUM, "a", 1, "b", "c");
        assertThat(promoted.silent("a").silent("c").decide()).isInstanceOf(Decision.Demote.class);
        assertThat(promoted.standbyAt("c", 900).decide()).isInstanceOf(Decision.Race.class);
    }

    @Test
    void aPrimaryOutsideSyncDoesNotRetakeTheKey() {
        assertThat(Views.of("a")
                        .primary(1000)
                        .sync(SynchronousMode.QUORUM, "b", 0, "c")
                        .decide())
                .isInstanceOf(Decision.Demote.class);
    }

    /** Named for a manual failover in maintenance mode it leads although it lags; nobody else may. */
    @Test
    void aNamedCandidateMayLagInMaintenanceMode() {
        assertThat(Views.of("b")
                        .paused()
                        .failover(null, "b")
                        .silent("a")
                        .standbyAt("c", 2000)
                        .decide())
                .isInstanceOf(Decision.Race.class);
        assertThat(Views.of("b")
                        .paused()
                        .failover("a", "b")
                        .sync(SynchronousMode.QUORUM, "a", 1, "b", "c")
                        .silent("a")
                        .standbyAt("c", 2000)
                        .decide())
                .isInstanceOf(Decision.Stay.class);
    }

    /** Else b would wait for c and c for b, for ever. */
    @Test
    void aCandidateOutsideSyncIsDroppedAndNobodyWaitsForIt() {
        Views c = survivor("c").sync(SynchronousMode.PRIORITY, "a", 0, "b").failover("a", "c");
        assertThat(c.decide()).isInstanceOf(Decision.ClearCandidate.class);
        Views b = survivor("b")
                .sync(SynchronousMode.PRIORITY, "a", 0, "b")
                .failover("a", "c")
                .silent("a")
                .standbyAt("c", 1000);
        assertThat(b.decide()).isInstanceOf(Decision.Race.class);
    }
}
