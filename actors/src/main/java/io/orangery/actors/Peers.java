package io.orangery.actors;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.PeerAnswer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The port to other members, whatever agent they run: mesh between Orangery agents, REST towards others and as the fall-back.
 *
 * <p>Any thread; never blocks; stages complete normally within the limit, on a thread of the adapter.
 */
public interface Peers {
    /**
     * Asks members for their state.
     *
     * @param limit for all of them together
     * @return an answer for each member asked; {@link PeerAnswer.Silent} for those that did not answer in time
     */
    CompletionStage<Map<NodeId, PeerAnswer>> ask(List<Member> members, Duration limit);

    /**
     * Tells the coordinator's leader of an event. Safe to repeat: events carry an id.
     *
     * @param limit how long to wait for the answer; an event that awaits none is given two seconds to be handed over
     * @return what it answered. Empty: it did not, which may mean that it did not receive it or that it is slow
     */
    CompletionStage<Optional<EventReply>> tellCoordinator(Member coordinator, CitusEvent event, Duration limit);
}
