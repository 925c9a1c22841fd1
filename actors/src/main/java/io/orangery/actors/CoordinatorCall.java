package io.orangery.actors;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.FailoverRequest;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.Member;
import io.orangery.core.policy.Step;
import io.orangery.core.policy.View;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Tree;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.StoredKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event of a worker group to the coordinator's leader (citus.md 6.1). Who that is, is read anew for each event, except for one that lets held
 * writes go: it goes first to whoever was told of the change when it began. Should another lead by now, the event is refused there
 * and costs one more trip; nothing else depends on it.
 */
final class CoordinatorCall {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorCall.class);

    /** Events that nobody waits for are given this long to be handed over (citus.md 6.1). */
    private static final Duration HAND_OVER = Duration.ofSeconds(2);

    /** How long whoever was told last counts as the coordinator's leader, and how long it is waited for then. */
    private static final Duration KNOWN = Duration.ofSeconds(30);

    private static final Duration KNOWN_ANSWERS = Duration.ofSeconds(1);

    /** Who was told last. Any thread. */
    static final class Known {
        private record Told(Member coordinator, Duration at) {}

        private volatile Optional<Told> last = Optional.empty();

        private Optional<Member> at(Duration now) {
            return last.filter(told -> now.minus(told.at()).compareTo(KNOWN) < 0)
                    .map(Told::coordinator);
        }

        private void told(Member coordinator, Duration now) {
            last = Optional.of(new Told(coordinator, now));
        }
    }

    private final NodePorts ports;
    private final View view;
    private final Known known;

    CoordinatorCall(NodePorts ports, View view, Known known) {
        this.ports = ports;
        this.view = view;
        this.known = known;
    }

    /** Empty: the coordinator did not answer. Never completes exceptionally. */
    CompletionStage<Optional<EventReply>> tell(Step.TellCoordinator tell, Findings found) {
        CitusEvent event = event(tell, found);
        Duration limit = tell.event() == Step.TellCoordinator.Event.BEFORE_DEMOTE
                ? view.dynamic().ttl()
                : HAND_OVER;
        Optional<Member> toldBefore = event.type() == CitusEvent.Type.AFTER_PROMOTE
                ? known.at(ports.ticker().now())
                : Optional.empty();
        CompletionStage<Optional<EventReply>> told = toldBefore
                .map(member -> ports.peers()
                        .tellCoordinator(member, event, KNOWN_ANSWERS)
                        .exceptionally(failure -> Optional.empty())
                        .thenCompose(heard -> heard.isPresent()
                                ? CompletableFuture.completedFuture(heard)
                                : readAndTell(event, limit)))
                .orElseGet(() -> readAndTell(event, limit));
        return told.handle((heard, failure) -> {
            if (failure != null || heard.isEmpty()) {
                LOG.warn("the coordinator did not confirm {} of group {}", event.type(), event.group());
                return Optional.empty();
            }
            return heard;
        });
    }

    private CompletionStage<Optional<EventReply>> readAndTell(CitusEvent event, Duration limit) {
        return ports.dcs().readGroup(GroupId.COORDINATOR.number()).thenCompose(answer -> {
            Optional<Member> leader = leader(answer);
            leader.ifPresent(member -> known.told(member, ports.ticker().now()));
            return leader.map(member -> ports.peers().tellCoordinator(member, event, limit))
                    .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
        });
    }

    private CitusEvent event(Step.TellCoordinator tell, Findings found) {
        return new CitusEvent(
                switch (tell.event()) {
                    case BEFORE_DEMOTE -> CitusEvent.Type.BEFORE_DEMOTE;
                    case BEFORE_PROMOTE -> CitusEvent.Type.BEFORE_PROMOTE;
                    case AFTER_PROMOTE -> CitusEvent.Type.AFTER_PROMOTE;
                },
                view.settings().group().orElseThrow(),
                view.self(),
                view.dynamic().ttl(),
                view.dynamic().retryTimeout(),
                ports.ids().get(),
                new CitusEvent.Wishes(
                        true,
                        view.settings().pauses().moveReads(),
                        tell.successor(),
                        view.settings().pauses().onBlockers(),
                        spent(found)));
    }

    /** Of a promotion after a hand-over the account begins with what the former leader has left. */
    private Map<String, Long> spent(Findings found) {
        Map<String, Long> spent = new LinkedHashMap<>();
        view.cluster()
                .flatMap(ClusterView::failover)
                .filter(request -> request.candidateIs(view.self()))
                .flatMap(FailoverRequest::handOver)
                .ifPresent(left -> spent.putAll(left.spentMillis()));
        spent.putAll(found.spentMillis());
        return spent;
    }

    private static Optional<Member> leader(Answer<Tree> answer) {
        if (!(answer instanceof Answer.Done<Tree>(Tree tree))) {
            LOG.warn("group 0 cannot be read: {}", answer);
            return Optional.empty();
        }
        SortedMap<String, StoredKey> keys = new TreeMap<>();
        tree.entries()
                .forEach((path, entry) -> keys.put(
                        path, new StoredKey(entry.value(), entry.version(), entry.modifyVersion(), entry.session())));
        return ClusterKeys.view(keys, Optional.of(GroupId.COORDINATOR))
                .leaderMember()
                .filter(member -> member.data().apiUrl().isPresent());
    }
}
