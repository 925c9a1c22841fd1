package io.orangery.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AskPattern;
import io.orangery.actors.CitusTopology;
import io.orangery.actors.NodePorts;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.Completion;
import io.orangery.core.citus.EventReply;
import io.orangery.core.policy.View;
import io.orangery.core.settings.NodeSettings;
import io.orangery.postgres.citus.JdbcCitusMetadata;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The topology actor of a member of the coordinator group, and nothing on any other member. Any thread; what comes before {@link #spawn} is
 * dropped: the next view repeats it.
 */
final class Topology implements AutoCloseable {
    /** Longer than any pause lasts: the deadline is the later of {@code ttl} and the end of the group's lease + 3 s. */
    private static final Duration SLACK = Duration.ofSeconds(10);

    private final NodePorts ports;
    private final Optional<JdbcCitusMetadata> metadata;
    private volatile Optional<ActorRef<CitusTopology.Command>> actor = Optional.empty();
    private volatile Optional<ActorSystem<?>> system = Optional.empty();

    private Topology(NodePorts ports, Optional<JdbcCitusMetadata> metadata) {
        this.ports = ports;
        this.metadata = metadata;
    }

    static Topology of(NodeSettings settings, NodePorts ports) {
        return new Topology(
                ports,
                settings.citus()
                        .filter(citus -> settings.coordinator())
                        .map(citus -> new JdbcCitusMetadata(
                                () -> ports.settings().current().postgres(), citus.database())));
    }

    void spawn(ActorSystem<?> node) {
        metadata.ifPresent(found -> {
            system = Optional.of(node);
            actor = Optional.of(node.systemActorOf(
                    CitusTopology.create(ports.dcs(), found, this::connection, ports.ticker()),
                    "topology",
                    Props.empty()));
        });
    }

    private JdbcCitusMetadata connection() {
        return new JdbcCitusMetadata(
                () -> ports.settings().current().postgres(),
                ports.settings().current().citus().orElseThrow().database());
    }

    void observe(View view) {
        actor.ifPresent(topology -> topology.tell(new CitusTopology.Observed(view)));
    }

    /** Completes when the event was carried out or never will be; at once on a member that keeps no topology. */
    CompletionStage<EventReply> tell(CitusEvent event) {
        return actor.map(topology -> AskPattern.<CitusTopology.Command, CitusTopology.Completed>ask(
                                topology,
                                replyTo -> new CitusTopology.Event(event, replyTo),
                                event.timeout().multipliedBy(2).plus(SLACK),
                                system.orElseThrow().scheduler())
                        .handle((completed, failure) ->
                                failure == null ? completed.reply() : EventReply.of(Completion.Outcome.FAILED)))
                .orElseGet(() -> CompletableFuture.completedFuture(EventReply.of(Completion.Outcome.NOT_LEADING)));
    }

    @Override
    public void close() {
        metadata.ifPresent(JdbcCitusMetadata::close);
    }
}
