package io.orangery.core.policy;

import static io.orangery.core.policy.Views.NOW;
import static io.orangery.core.policy.Views.nodes;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.settings.SynchronousMode;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class NodePolicyTest {

    @Nested
    class LeaseThatIsNotCertain {
        @Test
        void staysPrimaryWhileTheLeaseIsLong() {
            assertThat(Views.of("a").primary(1000).holdingLease().decide())
                    .isEqualTo(new Decision.Stay("no action. I am (a), the leader with the lock"));
        }

        @Test
        void stopsFastBeforeALeaseThatCannotBeRenewedEnds() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .leaseUnknownUntil(NOW.plusSeconds(4))
                            .ledBy("a")
                            .decide())
                    .isInstanceOfSatisfying(
                            Decision.Demote.class,
                            demote -> assertThat(demote.mode()).isEqualTo(DemoteMode.OFFLINE));
        }

        @Test
        void doesNotStopWhileThereIsTimeToReachTheStore() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .leaseUnknownUntil(NOW.plusSeconds(10))
                            .ledBy("a")
                            .decide())
                    .isInstanceOf(Decision.Stay.class);
        }

        @Test
        void stopsImmediatelyWhenTheStoreRefusedToRenew() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .leaseLost("held by b")
                            .ledBy("b")
                            .decide())
                    .isInstanceOfSatisfying(
                            Decision.Demote.class,
                            demote -> assertThat(demote.mode()).isEqualTo(DemoteMode.IMMEDIATE_NOLOCK));
        }

        @Test
        void stopsImmediatelyWhenALaterReadNamesSomebodyElse() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .leaseUntil(NOW.plusSeconds(20))
                            .ledBy("b")
                            .decide())
                    .isInstanceOfSatisfying(
                            Decision.Demote.class,
                            demote -> assertThat(demote.mode()).isEqualTo(DemoteMode.IMMEDIATE_NOLOCK));
        }

        @Test
        void aPrimaryThatDoesNotAnswerCountsAsWritable() {
            assertThat(Views.of("a")
                            .silentPrimary()
                            .leaseLost("gone")
                            .ledBy("b")
                            .decide())
                    .isInstanceOf(Decision.Demote.class);
        }

        @Test
        void aStandbyNeedsNoLease() {
            assertThat(Views.of("b").standby(1000).leaseLost("gone").ledBy("a").decide())
                    .isInstanceOf(Decision.Follow.class);
        }

        @Test
        void takesItsOwnKeyOverAfterARestartOfTheAgent() {
            assertThat(Views.of("a").primary(1000).ledBy("a").decide()).isInstanceOf(Decision.Reclaim.class);
        }

        @Test
        void leavesAnUnknownPrimaryAloneUntilAnEarlierLeaseMustHaveEnded() {
            Views primary =
                    Views.of("a").primary(1000).dcs(new DcsSeen.Unreachable(Optional.empty(), Duration.ZERO, "down"));
            // The agent of the view started a thousand seconds ago.
            assertThat(primary.decide()).isInstanceOf(Decision.Demote.class);
        }

        /** The host slept: the lease ended on the clock although nobody has said so. */
        @Test
        void stopsImmediatelyWhenTheLeaseHasEndedOnTheClock() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .leaseUntil(NOW.minusSeconds(1))
                            .ledBy("a")
                            .decide())
                    .isInstanceOfSatisfying(
                            Decision.Demote.class,
                            demote -> assertThat(demote.mode()).isEqualTo(DemoteMode.IMMEDIATE_NOLOCK));
        }

        @Test
        void aLeaseThatHasEndedOnTheClockIsNoPermissionToPromote() {
            assertThat(Views.of("b")
                            .standby(1000)
                            .leaseUntil(NOW.minusSeconds(1))
                            .ledBy("b")
                            .silent("a")
                            .silent("c")
                            .decide())
                    .isNotInstanceOf(Decision.Promote.class);
        }

        /** An abandoned action may have left a writable server, and the look after it may take seconds. */
        @Test
        void doesNotWaitForALookWhenTheLeaseIsLostOrRunsOut() {
            assertThat(Views.of("a")
                            .unseenPostgres()
                            .leaseLost("held by b")
                            .ledBy("b")
                            .decide())
                    .isInstanceOf(Decision.Demote.class);
            assertThat(Views.of("a")
                            .unseenPostgres()
                            .leaseUnknownUntil(NOW.plusSeconds(3))
                            .ledBy("a")
                            .decide())
                    .isInstanceOf(Decision.Demote.class);
            assertThat(Views.of("a").unseenPostgres().holdingLease().decide()).isInstanceOf(Decision.Stay.class);
            assertThat(Views.of("a")
                            .unseenPostgres()
                            .leaseLost("held by b")
                            .paused()
                            .decide())
                    .isInstanceOf(Decision.Stay.class);
        }

        /** Scripts and the coordinator are asked before PostgreSQL is stopped: the lease may end first. */
        @Test
        void leavingDoesNotOutrankTheLease() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .leaseUnknownUntil(NOW.plusSeconds(3))
                            .request(new Request.Shutdown())
                            .decide())
                    .isInstanceOf(Decision.Demote.class);
            assertThat(Views.of("a")
                            .primary(1000)
                            .ledBy("a")
                            .request(new Request.Shutdown())
                            .decide())
                    .isInstanceOf(Decision.Shutdown.class);
        }

        @Test
        void doesNotDemoteInMaintenanceMode() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .leaseUnknownUntil(NOW.plusSeconds(1))
                            .ledBy("a")
                            .paused()
                            .decide())
                    .isInstanceOf(Decision.Stay.class);
        }
    }

    @Nested
    class WinningTheLease {
        @Test
        void readsTheKeysUnderTheLeaseFirst() {
            assertThat(Views.of("b")
                            .standby(1000)
                            .holdingLease()
                            .readBeforeLease()
                            .decide())
                    .isInstanceOf(Decision.ReadAgain.class);
        }

        @Test
        void asksAgainWhenTheEvidenceIsTooOld() {
            assertThat(Views.of("b")
                            .standby(1000)
                            .holdingLease()
                            .standbyAt("a", 900)
                            .standbyAt("c", 900)
                            .evidenceAge(Duration.ofSeconds(6))
                            .decide())
                    .isInstanceOfSatisfying(
                            Decision.GatherEvidence.class,
                            ask -> assertThat(ask.members()).isEqualTo(nodes("a", "c")));
        }

        @Test
        void promotesOnEvidenceThatHoldsUnderTheLease() {
            assertThat(Views.of("b")
                            .standby(1000)
                            .holdingLease()
                            .standbyAt("a", 900)
                            .standbyAt("c", 1000)
                            .decide())
                    .isInstanceOf(Decision.Promote.class);
        }

        @Test
        void givesTheLeaseBackWhenSomebodyIsAhead() {
            assertThat(Views.of("b")
                            .standby(1000)
                            .holdingLease()
                            .standbyAt("a", 900)
                            .standbyAt("c", 1001)
                            .decide())
                    .isInstanceOf(Decision.ReleaseLease.class);
        }

        @Test
        void givesTheLeaseBackWhenThePrimaryIsAlive() {
            assertThat(Views.of("b")
                            .standby(1000)
                            .holdingLease()
                            .aliveAsPrimary("a")
                            .silent("c")
                            .decide())
                    .isInstanceOf(Decision.ReleaseLease.class);
        }

        @Test
        void doesNotPromoteInMaintenanceMode() {
            assertThat(Views.of("b")
                            .standby(1000)
                            .holdingLease()
                            .silent("a")
                            .silent("c")
                            .paused()
                            .decide())
                    .isInstanceOf(Decision.ReleaseLease.class);
        }

        /** A read out of the cache may be older than the linearizable one before it. */
        @Test
        void doesNotPromoteOnACachedView() {
            Views winner =
                    Views.of("b").standby(1000).holdingLease().silent("a").silent("c");
            DcsSeen cached = new DcsSeen.Fresh(winner.cluster(), NOW, NOW.minusMillis(10));
            assertThat(winner.dcs(cached).decide()).isInstanceOf(Decision.ReadAgain.class);
        }

        @Test
        void triesAgainLongAfterAFailedPrePromote() {
            Memory failed = Memory.BLANK.withPrePromoteFailedAt(Optional.of(NOW.minusSeconds(21)));
            assertThat(Views.of("b")
                            .standby(1000)
                            .holdingLease()
                            .silent("a")
                            .silent("c")
                            .memory(failed)
                            .decide())
                    .isInstanceOf(Decision.Promote.class);
        }

        @Test
        void doesNotRetryAFailedPrePromote() {
            Memory failed = Memory.BLANK.withPrePromoteFailedAt(Optional.of(NOW.minusSeconds(1)));
            assertThat(Views.of("b")
                            .standby(1000)
                            .holdingLease()
                            .silent("a")
                            .silent("c")
                            .memory(failed)
                            .decide())
                    .isInstanceOf(Decision.ReleaseLease.class);
        }
    }

    @Nested
    class Switchover {
        @Test
        void asksTheCandidateFirst() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .holdingLease()
                            .failover("a", "b")
                            .decide())
                    .isInstanceOfSatisfying(
                            Decision.GatherEvidence.class,
                            ask -> assertThat(ask.members()).isEqualTo(nodes("b")));
        }

        @Test
        void stepsDownForACandidateThatCan() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .holdingLease()
                            .failover("a", "b")
                            .standbyAt("b", 1000)
                            .decide())
                    .isEqualTo(new Decision.Demote(
                            DemoteMode.GRACEFUL,
                            Optional.of(new NodeId("b")),
                            "switchover: demoting myself in favour of b"));
        }

        @Test
        void clearsARequestThatCannotBeMet() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .holdingLease()
                            .failover("a", "b")
                            .silent("b")
                            .decide())
                    .isInstanceOf(Decision.ClearFailover.class);
        }

        @Test
        void clearsARequestForSomebodyElsesLeadership() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .holdingLease()
                            .failover("c", "b")
                            .decide())
                    .isInstanceOf(Decision.ClearFailover.class);
        }

        @Test
        void aScheduledOneIsNotYetDue() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .holdingLease()
                            .scheduledSwitchover("a", "b")
                            .decide())
                    .isInstanceOf(Decision.Stay.class);
        }

        @Test
        void othersDeferToACandidateThatIsHealthy() {
            assertThat(Views.of("c")
                            .standby(1000)
                            .failover("a", "b")
                            .standbyAt("a", 1000)
                            .standbyAt("b", 1000)
                            .decide())
                    .isEqualTo(new Decision.Stay("switchover: to b, i am c"));
        }

        /** Deviation 1: B was named, lags, and the leader died: acknowledged commits are on C. */
        @Test
        void aCandidateThatLagsInASynchronousModeDropsItsOwnName() {
            assertThat(Views.of("b")
                            .standby(1000)
                            .formerLeader("a")
                            .sync(SynchronousMode.QUORUM, "a", 1, "b", "c")
                            .failover("a", "b")
                            .silent("a")
                            .standbyAt("c", 2000)
                            .decide())
                    .isInstanceOf(Decision.ClearCandidate.class);
        }

        @Test
        void aCandidateWaitsForAVoterThatIsSlowToAnswer() {
            assertThat(Views.of("b")
                            .standby(1000)
                            .formerLeader("a")
                            .sync(SynchronousMode.QUORUM, "a", 1, "b", "c")
                            .failover("a", "b")
                            .silent("a")
                            .silent("c")
                            .decide())
                    .isInstanceOfSatisfying(
                            Decision.Stay.class, stay -> assertThat(stay.why()).contains("silent"));
        }

        @Test
        void aCandidateOfAnAsynchronousClusterMayLagBehindOthers() {
            assertThat(Views.of("b")
                            .standby(1000)
                            .formerLeader("a")
                            .failover("a", "b")
                            .silent("a")
                            .standbyAt("c", 2000)
                            .decide())
                    .isInstanceOf(Decision.Race.class);
        }

        @Test
        void noCandidateRacesAgainstALivePrimary() {
            assertThat(Views.of("b")
                            .standby(1000)
                            .formerLeader("a")
                            .failover("a", "b")
                            .aliveAsPrimary("a")
                            .standbyAt("c", 900)
                            .decide())
                    .isInstanceOf(Decision.Stay.class);
        }
    }

    @Nested
    class Joining {
        @Test
        void bootstrapsOnlyWhenNobodyDidOrDoes() {
            assertThat(Views.of("a").members().emptyDirectory().initialize(null).decide())
                    .isInstanceOf(Decision.Bootstrap.class);
            assertThat(Views.of("a").members().emptyDirectory().initialize("").decide())
                    .isInstanceOf(Decision.Stay.class);
            assertThat(Views.of("a").members().emptyDirectory().decide()).isInstanceOf(Decision.Stay.class);
        }

        @Test
        void withoutABootstrapSectionItWaits() {
            assertThat(Views.of("a")
                            .members()
                            .emptyDirectory()
                            .initialize(null)
                            .withoutBootstrapSection()
                            .decide())
                    .isEqualTo(new Decision.Stay("waiting for leader to bootstrap"));
        }

        @Test
        void clonesFromTheLeader() {
            assertThat(Views.of("b").emptyDirectory().ledBy("a").decide())
                    .isEqualTo(
                            new Decision.Clone(new NodeId("a"), false, false, "trying to bootstrap from leader 'a'"));
        }

        @Test
        void prefersAMemberThatOffersItself() {
            assertThat(Views.of("b")
                            .emptyDirectory()
                            .tagOf("c", "clonefrom", true)
                            .ledBy("a")
                            .decide())
                    .isEqualTo(
                            new Decision.Clone(new NodeId("c"), false, false, "trying to bootstrap from replica 'c'"));
        }

        @Test
        void givesTheLeaseBackWhenTheDataDirectoryVanished() {
            assertThat(Views.of("a").emptyDirectory().holdingLease().decide())
                    .isInstanceOf(Decision.ReleaseLease.class);
        }

        /** A postmaster whose directory is gone goes on taking writes. */
        @Test
        void stopsAPrimaryWhoseDataDirectoryVanishedBeforeTheKeyGoes() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .directory(new DataDirectory.Empty())
                            .holdingLease()
                            .decide())
                    .isInstanceOfSatisfying(
                            Decision.Demote.class,
                            demote -> assertThat(demote.mode()).isEqualTo(DemoteMode.IMMEDIATE));
            assertThat(Views.of("a")
                            .primary(1000)
                            .directory(new DataDirectory.Inaccessible("input/output error"))
                            .holdingLease()
                            .decide())
                    .isInstanceOf(Decision.Demote.class);
        }

        @Test
        void leavesAnotherClustersDataAlone() {
            assertThat(Views.of("a")
                            .standby(1000)
                            .ledBy("b")
                            .initialize("1234567890123")
                            .decide())
                    .isInstanceOfSatisfying(
                            Decision.Halt.class,
                            halt -> assertThat(halt.why())
                                    .isEqualTo(
                                            "system ID mismatch, node a belongs to a different cluster: 1234567890123 != "
                                                    + Views.SYSTEM));
        }

        @Test
        void aReplicaDoesNotRefoundAWipedStore() {
            assertThat(Views.of("b").standby(1000).initialize(null).decide()).isInstanceOf(Decision.Halt.class);
        }
    }

    @Nested
    class PostgresThatDoesNotRun {
        @Test
        void restartsACrashedPrimaryAsPrimary() {
            assertThat(Views.of("a")
                            .stopped("in production", PostgresState.CRASHED, Role.PRIMARY)
                            .holdingLease()
                            .decide())
                    .isInstanceOf(Decision.StartPrimary.class);
        }

        @Test
        void givesUpAfterAStartThatFailed() {
            assertThat(Views.of("a")
                            .stopped("in production", PostgresState.CRASHED, Role.PRIMARY)
                            .holdingLease()
                            .memory(Memory.BLANK.withStartTried(true))
                            .decide())
                    .isInstanceOf(Decision.ReleaseLease.class);
        }

        @Test
        void aFormerPrimaryChecksDivergenceBeforeItStarts() {
            assertThat(Views.of("a")
                            .stopped("shut down", PostgresState.STOPPED, Role.DEMOTED)
                            .ledBy("b")
                            .decide())
                    .isEqualTo(new Decision.CheckDivergence(
                            new NodeId("b"), "checking whether my history left that of b"));
        }

        @Test
        void aDivergedOneRewinds() {
            assertThat(Views.of("a")
                            .stopped("shut down", PostgresState.STOPPED, Role.DEMOTED)
                            .ledBy("b")
                            .memory(Memory.BLANK.withRewind(RewindState.NEEDED))
                            .decide())
                    .isInstanceOf(Decision.Rewind.class);
        }

        @Test
        void aFailedRewindIsNotRepeatedForEver() {
            assertThat(Views.of("a")
                            .stopped("shut down", PostgresState.STOPPED, Role.DEMOTED)
                            .ledBy("b")
                            .memory(Memory.BLANK.withRewind(RewindState.FAILED))
                            .decide())
                    .isInstanceOfSatisfying(
                            Decision.Stay.class, stay -> assertThat(stay.why()).contains("reinitialize"));
        }

        @Test
        void whatAFailedRewindLeftIsNotStartedWithoutALeader() {
            assertThat(Views.of("a")
                            .stopped("shut down", PostgresState.STOPPED, Role.DEMOTED)
                            .memory(Memory.BLANK.withRewind(RewindState.FAILED))
                            .decide())
                    .isInstanceOf(Decision.Stay.class);
        }

        @Test
        void letsSomebodyElseWinAfterSteppingDown() {
            assertThat(Views.of("a")
                            .stopped("shut down", PostgresState.STOPPED, Role.DEMOTED)
                            .memory(Memory.BLANK.withSteppedDownAt(Optional.of(NOW.minusMillis(100))))
                            .decide())
                    .isEqualTo(new Decision.Stay("waiting for a new leader after stepping down"));
        }

        /** Trap N6, ha-behaviour 18: a switchover in maintenance mode brings the former primary back. */
        @Test
        void theFormerPrimaryComesBackInMaintenanceMode() {
            assertThat(Views.of("a")
                            .stopped("shut down", PostgresState.STOPPED, Role.DEMOTED)
                            .ledBy("b")
                            .paused()
                            .memory(Memory.BLANK.withRewind(RewindState.CHECK))
                            .decide())
                    .isInstanceOf(Decision.CheckDivergence.class);
        }

        @Test
        void isNotStartedInMaintenanceMode() {
            assertThat(Views.of("a")
                            .stopped("shut down", PostgresState.STOPPED, Role.DEMOTED)
                            .ledBy("b")
                            .paused()
                            .decide())
                    .isEqualTo(new Decision.Stay("postgres is not running"));
        }
    }

    @Nested
    class LongActions {
        @Test
        void aPromotionEndsWithItsLease() {
            assertThat(Views.of("b")
                            .standby(1000)
                            .during(Operation.Kind.PROMOTE)
                            .leaseLost("gone")
                            .ledBy("a")
                            .decide())
                    .isInstanceOf(Decision.Abandon.class);
        }

        @Test
        void aGracefulDemotionThatHangsIsEndedBeforeTheLease() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .during(Operation.Kind.SWITCHOVER_DEMOTE)
                            .leaseUnknownUntil(NOW.plusSeconds(3))
                            .decide())
                    .isInstanceOf(Decision.Abandon.class);
        }

        @Test
        void aDemotionThatHasStoppedPostgresGoesOnWithoutTheLease() {
            assertThat(Views.of("a")
                            .stopped("shut down", PostgresState.STOPPED, Role.DEMOTED)
                            .during(Operation.Kind.SWITCHOVER_DEMOTE)
                            .ledBy("b")
                            .decide())
                    .isInstanceOf(Decision.Stay.class);
        }

        /** Between stop and start nothing is writable, but what is started then is. */
        @Test
        void aRestartOfThePrimaryEndsWithItsLease() {
            assertThat(Views.of("a")
                            .stopped("shut down", PostgresState.RESTARTING, Role.PRIMARY)
                            .during(Operation.Kind.RESTART)
                            .leaseLost("held by b")
                            .ledBy("b")
                            .decide())
                    .isInstanceOf(Decision.Abandon.class);
        }

        @Test
        void leavingIsEndedBeforeTheLeaseWhileTheServerIsWritable() {
            assertThat(Views.of("a")
                            .primary(1000)
                            .during(Operation.Kind.SHUTDOWN)
                            .request(new Request.Shutdown())
                            .leaseUnknownUntil(NOW.plusSeconds(3))
                            .decide())
                    .isInstanceOf(Decision.Abandon.class);
        }

        @Test
        void aCloneIsLeftAlone() {
            assertThat(Views.of("b")
                            .emptyDirectory()
                            .during(Operation.Kind.CLONE)
                            .ledBy("a")
                            .decide())
                    .isInstanceOf(Decision.Stay.class);
        }
    }

    @Test
    void looksBeforeItDecides() {
        assertThat(Views.of("a").unseenPostgres().ledBy("a").decide())
                .isEqualTo(new Decision.Stay("looking at PostgreSQL"));
    }

    @Test
    void refusesToLeadAStandbyCluster() {
        assertThat(Views.of("a").primary(1000).holdingLease().standbyCluster().decide())
                .isInstanceOfSatisfying(
                        Decision.Demote.class,
                        demote -> assertThat(demote.why()).contains("standby_cluster"));
        assertThat(Views.of("b")
                        .standby(1000)
                        .silent("a")
                        .silent("c")
                        .standbyCluster()
                        .decide())
                .isInstanceOf(Decision.Stay.class);
    }
}
