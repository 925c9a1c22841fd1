package io.orangery.core.citus;

import static io.orangery.core.citus.Drawings.draw;
import static io.orangery.core.citus.Drawings.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orangery.core.citus.CitusEvent.Type;
import io.orangery.core.citus.Completion.Outcome;
import io.orangery.core.citus.TopologyQueue.Change;
import io.orangery.core.citus.TopologyQueue.Picked;
import io.orangery.core.citus.TopologyWork.Reload;
import io.orangery.core.citus.TopologyWork.RollBack;
import io.orangery.core.citus.TopologyWork.Run;
import io.orangery.core.citus.TopologyWork.Wait;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TopologyQueueTest {
    private static final GroupId ONE = new GroupId(1);
    private static final GroupId TWO = new GroupId(2);
    private static final Duration TTL = Duration.ofSeconds(30);

    private TopologyQueue queue = TopologyQueue.IDLE
            .takenUp()
            .reloaded(
                    List.of(rows(GroupId.COORDINATOR, "X:P#1"), rows(ONE, "A:P#2, B:S#3"), rows(TWO, "C:P#4, D:S#5")));
    private Duration now = Duration.ZERO;
    private final List<Completion> completions = new ArrayList<>();

    @Test
    void switchesOverInOneTransaction() {
        offer(event(Type.BEFORE_DEMOTE, ONE, "A:D, B:S", "demote"));
        Run pause = pickRun();
        assertThat(pause.begin()).isTrue();
        assertThat(pause.commit()).isFalse();
        assertThat(draw(pause.diff().steps())).isEqualTo("update(2, A-demoted)");
        assertThat(completions).isEmpty();
        succeed(pause);
        assertThat(completions).containsExactly(new Completion(Set.of("demote"), Outcome.DONE));

        offer(event(Type.BEFORE_PROMOTE, ONE, "B:P", "promote"));
        Run prepare = pickRun();
        assertThat(prepare.begin()).isFalse();
        assertThat(draw(prepare.diff().steps())).isEqualTo("update(3, A); update(2, B)");
        succeed(prepare);

        offer(event(Type.AFTER_PROMOTE, ONE, "B:P", "promoted"));
        Run end = pickRun();
        assertThat(end.commit()).isTrue();
        assertThat(end.diff().steps()).isEmpty();
        succeed(end);
        assertThat(draw(queue.cache().get(ONE))).isEqualTo("B:P#2, A:S#3");
        assertThat(queue.pauses()).isEmpty();
        assertThat(completions)
                .extracting(Completion::outcome)
                .containsOnly(Outcome.DONE)
                .hasSize(3);
    }

    @Test
    void carriesOutSingleStatementsWithoutTransaction() {
        offer(TopologyTask.heartbeat(rows(ONE, "A:P, E:S")));
        Run run = pickRun();
        assertThat(run.begin()).isFalse();
        assertThat(run.commit()).isFalse();
        succeed(run);
        offer(event(Type.AFTER_PROMOTE, ONE, "E:P, A:S", "crash"));
        run = pickRun();
        assertThat(run.begin()).isTrue();
        assertThat(run.commit()).isTrue();
        assertThat(run.diff().steps()).hasSize(3);
    }

    @Test
    void prefersTheCoordinatorGroupThenTheOldest() {
        offer(TopologyTask.heartbeat(rows(TWO, "C:P")));
        offer(TopologyTask.heartbeat(rows(ONE, "A:P")));
        offer(TopologyTask.heartbeat(rows(GroupId.COORDINATOR, "Y:P")));
        for (GroupId group : List.of(GroupId.COORDINATOR, TWO, ONE)) {
            Run run = pickRun();
            assertThat(run.task().group()).isEqualTo(group);
            succeed(run);
        }
        assertThat(pick()).isEqualTo(new Wait(Optional.empty()));
    }

    @Test
    void handsOutOnePieceOfWorkAtTime() {
        offer(TopologyTask.heartbeat(rows(ONE, "A:P")));
        offer(TopologyTask.heartbeat(rows(TWO, "C:P")));
        pickRun();
        assertThat(pick()).isInstanceOf(Wait.class);
    }

    @Test
    void letsOtherGroupsWaitWhileOneIsPaused() {
        pauseGroupOne();
        offer(event(Type.BEFORE_DEMOTE, TWO, "C:D, D:S", "other"));
        assertThat(pick()).isEqualTo(new Wait(Optional.of(TTL)));
        offer(event(Type.AFTER_PROMOTE, ONE, "A:P, B:S", "back"));
        succeed(pickRun());
        assertThat(pickRun().task().group()).isEqualTo(TWO);
    }

    @Test
    void rollsBackAtTheDeadlineEvenWhenNothingIsQueued() {
        pauseGroupOne();
        assertThat(pick()).isEqualTo(new Wait(Optional.of(TTL)));
        now = TTL;
        assertThat(pick()).isInstanceOf(RollBack.class);
        queue = queue.rolledBack(ONE);
        assertThat(pick()).isEqualTo(new Wait(Optional.empty()));
        assertThat(draw(queue.cache().get(ONE))).isEqualTo("A:P#2, B:S#3");
    }

    @Test
    void holdsWritesUntilTheLeaseOfTheGroupIsOver() {
        Duration leaseEnd = Duration.ofSeconds(40);
        var late = TopologyTask.of(citusEvent(Type.BEFORE_DEMOTE, ONE, "x"), rows(ONE, "A:D"), Optional.of(leaseEnd));
        assertThat(late.deadline(now)).isEqualTo(Duration.ofSeconds(43));
        var soon = TopologyTask.of(
                citusEvent(Type.BEFORE_DEMOTE, ONE, "x"), rows(ONE, "A:D"), Optional.of(Duration.ofSeconds(20)));
        assertThat(soon.deadline(now)).isEqualTo(TTL);
    }

    @Test
    void ignoresHeartbeatThatStillShowsTheStoppingPrimary() {
        pauseGroupOne();
        offer(TopologyTask.heartbeat(rows(ONE, "A:P, B:S")));
        assertThat(queue.queued()).isEmpty();
    }

    @Test
    void commitsWhenHeartbeatShowsThatTheLastEventWasLost() {
        pauseGroupOne();
        offer(event(Type.BEFORE_PROMOTE, ONE, "B:P", "promote"));
        succeed(pickRun());
        offer(TopologyTask.heartbeat(rows(ONE, "B:P, A:S")));
        Run run = pickRun();
        assertThat(run.commit()).isTrue();
        assertThat(run.diff().steps()).isEmpty();
    }

    @Test
    void commitsWhenHeartbeatShowsSuccessorWhoseEventsWereAllLost() {
        pauseGroupOne();
        offer(TopologyTask.heartbeat(rows(ONE, "B:P")));
        Run run = pickRun();
        assertThat(run.commit()).isTrue();
        assertThat(draw(run.diff().steps())).isEqualTo("update(3, A); update(2, B)");
    }

    @Test
    void prefersQueuedEventToHeartbeat() {
        offer(event(Type.BEFORE_DEMOTE, ONE, "A:D, B:S", "demote"));
        offer(TopologyTask.heartbeat(rows(ONE, "A:P")));
        assertThat(queue.queued())
                .singleElement()
                .extracting(TopologyTask::event)
                .isEqualTo(Type.BEFORE_DEMOTE);
        pickRun();
        offer(TopologyTask.heartbeat(rows(ONE, "A:P")));
        assertThat(queue.queued()).isEmpty();
    }

    @Test
    void answersTheEventThatNewerOneReplaces() {
        pauseGroupTwo();
        offer(event(Type.BEFORE_DEMOTE, ONE, "A:D", "first"));
        offer(event(Type.BEFORE_PROMOTE, ONE, "B:P", "second"));
        assertThat(completions).contains(new Completion(Set.of("first"), Outcome.SUPERSEDED));
        assertThat(queue.queued())
                .singleElement()
                .extracting(TopologyTask::waiters)
                .isEqualTo(Set.of("second"));
    }

    @Test
    void answersEqualEventsTogether() {
        pauseGroupTwo();
        completions.clear();
        offer(event(Type.BEFORE_DEMOTE, ONE, "A:D", "first"));
        offer(event(Type.BEFORE_DEMOTE, ONE, "A:D", "again"));
        assertThat(completions).isEmpty();
        assertThat(queue.queued())
                .singleElement()
                .extracting(TopologyTask::waiters)
                .isEqualTo(Set.of("again", "first"));
    }

    @Test
    void processesEventThatComesOnTwoWaysOnce() {
        offer(event(Type.BEFORE_DEMOTE, ONE, "A:D", "same"));
        offer(event(Type.BEFORE_DEMOTE, ONE, "A:D", "same"));
        Run run = pickRun();
        offer(event(Type.BEFORE_DEMOTE, ONE, "A:D", "same"));
        assertThat(completions).isEmpty();
        succeed(run);
        offer(event(Type.BEFORE_DEMOTE, ONE, "A:D", "same"));
        assertThat(queue.queued()).isEmpty();
        assertThat(completions).extracting(Completion::outcome).containsExactly(Outcome.DONE, Outcome.UNNEEDED);
    }

    @Test
    void dropsWhatIsSoAlready() {
        offer(event(Type.AFTER_PROMOTE, ONE, "A:P, B:S", "started"));
        assertThat(queue.queued()).isEmpty();
        assertThat(completions).containsExactly(new Completion(Set.of("started"), Outcome.UNNEEDED));
    }

    @Test
    void decidesAfterTheReloadWhetherAnythingIsToBeDone() {
        queue = queue.reloadWanted();
        offer(event(Type.AFTER_PROMOTE, ONE, "A:P, B:S", "started"));
        assertThat(queue.queued()).hasSize(1);
        assertThat(pick()).isEqualTo(new Reload());
        queue = queue.reloaded(List.of(rows(ONE, "A:P#2, B:S#3")));
        assertThat(pick()).isInstanceOf(Wait.class);
        assertThat(completions).containsExactly(new Completion(Set.of("started"), Outcome.UNNEEDED));
    }

    @Test
    void doesNotDisturbPauseToReload() {
        pauseGroupOne();
        queue = queue.reloadWanted();
        assertThat(pick()).isEqualTo(new Wait(Optional.of(TTL)));
        offer(event(Type.AFTER_PROMOTE, ONE, "A:P, B:S", "back"));
        succeed(pickRun());
        assertThat(pick()).isEqualTo(new Reload());
    }

    @Test
    void triesToReadTheTableAgainAfterSecond() {
        queue = queue.reloadWanted();
        pick();
        queue = queue.reloadFailed(now);
        assertThat(pick()).isEqualTo(new Wait(Optional.of(Duration.ofSeconds(1))));
        now = Duration.ofSeconds(1);
        assertThat(pick()).isEqualTo(new Reload());
    }

    @Test
    void answersAndReloadsWhenStatementFails() {
        offer(event(Type.BEFORE_DEMOTE, ONE, "A:D", "demote"));
        pickRun();
        take(queue.failed());
        assertThat(completions).containsExactly(new Completion(Set.of("demote"), Outcome.FAILED));
        assertThat(queue.pauses()).isEmpty();
        assertThat(pick()).isEqualTo(new Reload());
    }

    @Test
    void takesBrokenConnectionForRollback() {
        pauseGroupOne();
        queue = queue.connectionLost(ONE);
        assertThat(queue.pauses()).isEmpty();
        assertThat(pick()).isEqualTo(new Reload());
    }

    @Test
    void answersEverybodyWhenLeadershipIsLost() {
        offer(event(Type.BEFORE_DEMOTE, ONE, "A:D", "running"));
        pickRun();
        offer(event(Type.BEFORE_DEMOTE, TWO, "C:D", "queued"));
        take(queue.leadershipLost());
        assertThat(completions)
                .containsExactlyInAnyOrder(
                        new Completion(Set.of("running"), Outcome.NOT_LEADING),
                        new Completion(Set.of("queued"), Outcome.NOT_LEADING));
        offer(event(Type.AFTER_PROMOTE, ONE, "B:P", "late"));
        assertThat(completions).contains(new Completion(Set.of("late"), Outcome.NOT_LEADING));
        assertThat(pick()).isEqualTo(new Wait(Optional.empty()));
        queue = queue.takenUp();
        assertThat(pick()).isEqualTo(new Reload());
    }

    @Test
    void dropsPauseThatNobodyWaitsFor() {
        pauseGroupTwo();
        offer(event(Type.BEFORE_DEMOTE, ONE, "A:D", "gone"));
        offer(event(Type.BEFORE_DEMOTE, ONE, "A:D", "here"));
        take(queue.withdraw("gone"));
        assertThat(queue.queued()).hasSize(1);
        take(queue.withdraw("here"));
        assertThat(queue.queued()).isEmpty();
        assertThat(completions)
                .contains(
                        new Completion(Set.of("gone"), Outcome.WITHDRAWN),
                        new Completion(Set.of("here"), Outcome.WITHDRAWN));
    }

    @Test
    void postponesRegistrationWhileMetadataIsOutOfSync() {
        offer(TopologyTask.heartbeat(rows(ONE, "A:P, B:S, E:S")));
        Run run = pickRun().postponingRegistration();
        assertThat(run.diff().steps()).isEmpty();
        succeed(run);
        offer(TopologyTask.heartbeat(rows(ONE, "A:P, B:S, E:S")));
        assertThat(draw(pickRun().diff().steps())).isEqualTo("add E secondary");
    }

    @Test
    void refusesReportsOfWorkThatIsNotRunning() {
        assertThatThrownBy(() -> queue.failed()).isInstanceOf(IllegalStateException.class);
    }

    private void pauseGroupOne() {
        offer(event(Type.BEFORE_DEMOTE, ONE, "A:D, B:S", "pause one"));
        succeed(pickRun());
    }

    private void pauseGroupTwo() {
        offer(event(Type.BEFORE_DEMOTE, TWO, "C:D, D:S", "pause two"));
        succeed(pickRun());
    }

    private void offer(TopologyTask task) {
        take(queue.offer(task, now));
    }

    private void take(Change change) {
        queue = change.queue();
        completions.addAll(change.completions());
    }

    private TopologyWork pick() {
        Picked picked = queue.pick(now);
        queue = picked.queue();
        completions.addAll(picked.completions());
        return picked.work();
    }

    private Run pickRun() {
        return (Run) pick();
    }

    private void succeed(Run run) {
        take(queue.succeeded(run.diff().result()));
    }

    private static TopologyTask event(Type type, GroupId group, String desired, String id) {
        return TopologyTask.of(citusEvent(type, group, id), rows(group, desired), Optional.empty());
    }

    private static CitusEvent citusEvent(Type type, GroupId group, String id) {
        return new CitusEvent(type, group, new NodeId("sender"), TTL, Duration.ofSeconds(10), id);
    }
}
