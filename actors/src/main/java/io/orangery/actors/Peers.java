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
import java.util.concurrent.CompletableFuture;
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
     * Asks a standby for its state once its present WAL receiver has ended: what it has received then is all that its upstream has sent, and nobody
     * has to ask again and again while writes wait. Only the mesh can carry such a question.
     *
     * @param limit for the end of the stream
     * @return {@link PeerAnswer.Silent} when it cannot be asked, or does not answer in time; an agent that does not know the question answers
     *     before the end
     */
    default CompletionStage<PeerAnswer> askAfterStream(Member standby, Duration limit) {
        return CompletableFuture.completedFuture(new PeerAnswer.Silent("it is not reached by the mesh"));
    }

    /**
     * Tells the coordinator's leader of an event. Safe to repeat: events carry an id.
     *
     * @param limit how long to wait for the answer; an event that awaits none is given two seconds to be handed over
     * @return what it answered. Empty: it did not, which may mean that it did not receive it or that it is slow
     */
    CompletionStage<Optional<EventReply>> tellCoordinator(Member coordinator, CitusEvent event, Duration limit);
}
