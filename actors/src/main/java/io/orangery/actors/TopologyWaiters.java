package io.orangery.actors;

import akka.actor.typed.ActorRef;
import io.orangery.core.citus.Completion;
import io.orangery.core.citus.EventReply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who waits for which event. Each gets exactly one answer. */
final class TopologyWaiters {
    private final Map<String, List<ActorRef<CitusTopology.Completed>>> waiting = new HashMap<>();

    /** @return false when the same event is on its way already: its answer goes to both */
    boolean add(String event, ActorRef<CitusTopology.Completed> replyTo) {
        boolean first = !waiting.containsKey(event);
        waiting.computeIfAbsent(event, id -> new ArrayList<>()).add(replyTo);
        return first;
    }

    void complete(Completion completion) {
        completion.waiters().forEach(event -> complete(event, EventReply.of(completion.outcome())));
    }

    /** Nothing happens when nobody waits. */
    void complete(String event, EventReply reply) {
        List<ActorRef<CitusTopology.Completed>> answered = waiting.remove(event);
        if (answered != null) {
            answered.forEach(replyTo -> replyTo.tell(new CitusTopology.Completed(reply)));
        }
    }

    void completeAll(Completion.Outcome outcome) {
        complete(new Completion(Set.copyOf(waiting.keySet()), outcome));
    }
}
