package io.orangery.actors.mesh;

import io.orangery.actors.Peers;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.time.Ticker;
import io.orangery.protocol.mesh.MeshMessage;
import io.orangery.protocol.mesh.MeshMessage.EventAnswer.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Other members by the mesh where it reaches them and what it carries can be believed, else by REST. What the mesh does not answer within a third
 * of the limit is asked over REST in what is left of it.
 */
public final class MeshPeers implements Peers {
    private static final Logger LOG = LoggerFactory.getLogger(MeshPeers.class);

    /** After the end of a stream. */
    private static final Duration ANSWERING = Duration.ofSeconds(2);

    private final Mesh mesh;
    private final Peers rest;
    private final Optional<GroupId> group;
    private final Ticker ticker;

    /** @param group of this node, and so of the members that it asks for their state */
    public MeshPeers(Mesh mesh, Peers rest, Optional<GroupId> group, Ticker ticker) {
        this.mesh = mesh;
        this.rest = rest;
        this.group = group;
        this.ticker = ticker;
    }

    @Override
    public CompletionStage<Map<NodeId, PeerAnswer>> ask(List<Member> members, Duration limit) {
        Duration began = ticker.now();
        List<Member> byRest = new ArrayList<>();
        List<CompletableFuture<Map<NodeId, PeerAnswer>>> parts = new ArrayList<>();
        for (Member member : members) {
            if (mesh.reaches(member)) {
                parts.add(byMesh(member, limit, began).toCompletableFuture());
            } else {
                byRest.add(member);
            }
        }
        if (!byRest.isEmpty()) {
            parts.add(rest.ask(byRest, limit).toCompletableFuture());
        }
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(done -> {
            Map<NodeId, PeerAnswer> all = new TreeMap<>();
            parts.forEach(part -> all.putAll(part.join()));
            return all;
        });
    }

    private CompletionStage<Map<NodeId, PeerAnswer>> byMesh(Member member, Duration limit, Duration began) {
        return mesh.ask(group, member, new MeshMessage.StatusQuestion(), limit.dividedBy(3))
                .handle((answer, failure) -> answer instanceof MeshMessage.StatusAnswer(PeerAnswer facts)
                        ? CompletableFuture.completedFuture(Map.of(member.id(), facts))
                        : overRest(member, failure, limit, began))
                .thenCompose(answers -> answers);
    }

    private CompletionStage<Map<NodeId, PeerAnswer>> overRest(
            Member member, Throwable failure, Duration limit, Duration began) {
        LOG.debug("{} did not answer by the mesh: {}", member.id(), String.valueOf(failure));
        return rest.ask(List.of(member), left(limit, began));
    }

    @Override
    public CompletionStage<PeerAnswer> askAfterStream(Member standby, Duration limit) {
        if (!mesh.reaches(standby)) {
            return Peers.super.askAfterStream(standby, limit);
        }
        return mesh.ask(group, standby, new MeshMessage.StatusQuestion(Optional.of(limit)), limit.plus(ANSWERING))
                .handle((answer, failure) -> answer instanceof MeshMessage.StatusAnswer(PeerAnswer facts)
                        ? facts
                        : new PeerAnswer.Silent("it did not answer by the mesh: " + failure));
    }

    @Override
    public CompletionStage<Optional<EventReply>> tellCoordinator(Member coordinator, CitusEvent event, Duration limit) {
        if (!mesh.reaches(coordinator)) {
            return rest.tellCoordinator(coordinator, event, limit);
        }
        Duration began = ticker.now();
        Optional<GroupId> group0 = Optional.of(GroupId.COORDINATOR);
        return mesh.ask(group0, coordinator, new MeshMessage.EventNotice(event), limit.dividedBy(3))
                .handle((answer, failure) -> {
                    if (answer instanceof MeshMessage.EventAnswer(Outcome outcome, EventReply reply)) {
                        return CompletableFuture.completedFuture(
                                outcome == Outcome.PROCESSED ? Optional.of(reply) : Optional.<EventReply>empty());
                    }
                    LOG.debug("{} did not answer by the mesh: {}", coordinator.id(), String.valueOf(failure));
                    // It may have arrived all the same: the id makes the second copy the same event.
                    return rest.tellCoordinator(coordinator, event, left(limit, began));
                })
                .thenCompose(heard -> heard);
    }

    /** Never less than a moment: a limit of zero would not even be tried. */
    private Duration left(Duration limit, Duration began) {
        Duration rest = limit.minus(ticker.now().minus(began));
        return rest.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : rest;
    }
}
