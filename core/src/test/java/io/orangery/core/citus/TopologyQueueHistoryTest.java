package io.orangery.core.citus;

import static io.orangery.core.citus.Drawings.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.CitusEvent.Type;
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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Events, heartbeats, failures and time in any order. */
class TopologyQueueHistoryTest {
    private static final Duration TTL = Duration.ofSeconds(5);
    private static final List<String> DESIRED = List.of("A:P, B:S", "B:P, A:S", "A:P", "B:P", "C:P, A:S, B:S");

    private static final class Owner {
        private TopologyQueue queue = TopologyQueue.IDLE.takenUp();
        private Duration now = Duration.ZERO;
        private final Set<String> offered = new HashSet<>();
        private final List<String> answered = new ArrayList<>();
        private int events = 0;

        void happen(int kind, int detail) {
            var group = new GroupId(detail % 3);
            String desired = DESIRED.get(detail / 3 % DESIRED.size());
            switch (kind) {
                case 0, 1 -> take(queue.offer(TopologyTask.heartbeat(rows(group, desired)), now));
                case 2, 3, 4 -> offerEvent(Type.values()[detail % Type.values().length], group, desired);
                case 5 -> now = now.plusSeconds(detail % 4);
                case 6 -> queue = queue.reloadWanted();
                case 7 -> take(detail % 20 == 0 ? queue.leadershipLost() : new Change(queue.takenUp(), List.of()));
                case 8 -> take(queue.withdraw("event " + (events - detail % 3)));
                default -> work(detail);
            }
            assertThat(queue.pauses()).as("open transactions").hasSizeLessThanOrEqualTo(1);
            assertThat(queue.queued().stream().map(TopologyTask::group).distinct())
                    .hasSameSizeAs(queue.queued());
        }

        private void offerEvent(Type type, GroupId group, String desired) {
            String id = "event " + ++events;
            offered.add(id);
            String rows = type == Type.BEFORE_DEMOTE ? desired.replace(":P", ":D") : desired;
            var event = new CitusEvent(type, group, new NodeId("sender"), TTL, TTL, id);
            take(queue.offer(TopologyTask.of(event, rows(group, rows), Optional.empty()), now));
        }

        TopologyWork work(int detail) {
            Picked picked = queue.pick(now);
            take(new Change(picked.queue(), picked.completions()));
            switch (picked.work()) {
                case Reload reload ->
                    queue = detail % 5 == 0
                            ? queue.reloadFailed(now)
                            : queue.reloaded(queue.cache().values());
                case RollBack rollBack -> queue = queue.rolledBack(rollBack.group());
                case Run run -> take(detail % 7 == 0 ? queue.failed() : queue.succeeded(numbered(run)));
                case Wait wait ->
                    wait.until().ifPresent(time -> assertThat(time).isGreaterThan(now));
            }
            return picked.work();
        }

        private static GroupTopology numbered(Run run) {
            GroupTopology result = run.diff().result();
            for (NodeRow row : result.rows()) {
                if (row.nodeid().isEmpty()) {
                    result = result.numbered(row.address(), row.address().host().charAt(0));
                }
            }
            return result;
        }

        private void take(Change change) {
            queue = change.queue();
            change.completions().forEach(completion -> answered.addAll(completion.waiters()));
        }
    }

    @Property(tries = 2000)
    void answersEachEventExactlyOnceAndNeverKeepsPausePastItsDeadline(
            @ForAll @Size(max = 60) List<@IntRange(max = 99_999) Integer> happenings) {
        var owner = new Owner();
        for (int happening : happenings) {
            owner.happen(happening % 14, happening / 14);
        }
        owner.queue = owner.queue.takenUp();
        // each of three groups has at most one task, and before it a roll-back and a reload
        for (int turn = 0; turn < 12; turn++) {
            owner.now = owner.now.plus(TTL);
            owner.work(1);
        }
        assertThat(owner.queue.pauses()).isEmpty();
        assertThat(owner.answered).doesNotHaveDuplicates();
        assertThat(owner.answered).containsExactlyInAnyOrderElementsOf(owner.offered);
    }
}
