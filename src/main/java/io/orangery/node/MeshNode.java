package io.orangery.node;

import io.orangery.actors.mesh.LocalNode;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.policy.View;
import io.orangery.http.Agent;
import io.orangery.postgres.LocalPostgres;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the mesh asks of this node: the same that the REST layer asks. */
record MeshNode(Agent agent, LocalPostgres postgres) implements LocalNode {
    @Override
    public CompletionStage<Optional<View>> freshView() {
        return agent.fresh().thenApply(seen -> seen.map(Agent.Seen::view));
    }

    @Override
    public Optional<View> lastView() {
        return agent.last().map(Agent.Seen::view);
    }

    @Override
    public CompletionStage<Optional<Lsn>> streamEnded(Duration limit) {
        return postgres.awaitStreamEnd(limit);
    }

    @Override
    public CompletionStage<EventReply> tellTopology(CitusEvent event) {
        return agent.tellTopology(event);
    }

    @Override
    public void addressChanged() {
        agent.wake();
    }
}
