package io.orangery.actors;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.Member;
import io.orangery.core.policy.Step;
import io.orangery.core.policy.View;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Tree;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.StoredKey;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One event of a worker group to the coordinator's leader (citus.md 6.1): who that is, is read anew for each event. */
final class CoordinatorCall {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorCall.class);

    /** Events that nobody waits for are given this long to be handed over (citus.md 6.1). */
    private static final Duration HAND_OVER = Duration.ofSeconds(2);

    private final NodePorts ports;
    private final View view;

    CoordinatorCall(NodePorts ports, View view) {
        this.ports = ports;
        this.view = view;
    }

    /** True: the coordinator answered. Never completes exceptionally. */
    CompletionStage<Boolean> tell(Step.TellCoordinator tell) {
        CitusEvent event = event(tell.event());
        Duration limit = tell.event() == Step.TellCoordinator.Event.BEFORE_DEMOTE
                ? view.dynamic().ttl()
                : HAND_OVER;
        return ports.dcs()
                .readGroup(GroupId.COORDINATOR.number())
                .thenCompose(answer -> leader(answer)
                        .map(member -> ports.peers().tellCoordinator(member, event, limit))
                        .orElseGet(() -> CompletableFuture.completedFuture(false)))
                .handle((heard, failure) -> {
                    boolean told = failure == null && heard;
                    if (!told) {
                        LOG.warn("the coordinator did not confirm {} of group {}", event.type(), event.group());
                    }
                    return told;
                });
    }

    private CitusEvent event(Step.TellCoordinator.Event type) {
        return new CitusEvent(
                switch (type) {
                    case BEFORE_DEMOTE -> CitusEvent.Type.BEFORE_DEMOTE;
                    case BEFORE_PROMOTE -> CitusEvent.Type.BEFORE_PROMOTE;
                    case AFTER_PROMOTE -> CitusEvent.Type.AFTER_PROMOTE;
                },
                view.settings().group().orElseThrow(),
                view.self(),
                view.dynamic().ttl(),
                view.dynamic().retryTimeout(),
                ports.ids().get());
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
