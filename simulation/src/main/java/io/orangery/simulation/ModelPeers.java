package io.orangery.simulation;

import io.orangery.actors.Peers;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Tags;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.postgres.PostgresSeen;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Questions between agents over the modelled network: each answers with a look of its own, made for the question. */
final class ModelPeers implements Peers {
    private final World world;
    private final String self;

    ModelPeers(World world, String self) {
        this.world = world;
        this.self = self;
    }

    @Override
    public CompletionStage<Map<NodeId, PeerAnswer>> ask(List<Member> members, Duration limit) {
        CompletableFuture<Map<NodeId, PeerAnswer>> all = new CompletableFuture<>();
        Map<NodeId, PeerAnswer> answers = new TreeMap<>();
        for (Member member : members) {
            String peer = member.id().name();
            world.network()
                    .send(
                            self,
                            peer,
                            () -> world.host(peer)
                                    .answer(answer -> world.network().send(peer, self, () -> {
                                        answers.put(member.id(), answer);
                                        if (answers.size() == members.size()) {
                                            all.complete(answers);
                                        }
                                    })));
        }
        world.clock().after(limit, () -> {
            if (!all.isDone()) {
                Map<NodeId, PeerAnswer> complete = new TreeMap<>(answers);
                members.forEach(member ->
                        complete.putIfAbsent(member.id(), new PeerAnswer.Silent("no answer within " + limit)));
                all.complete(complete);
            }
        });
        return all;
    }

    /** What the REST API of a member says of this look. */
    static PeerAnswer answered(PostgresSeen seen) {
        Optional<MonitoringRow> row = seen.row();
        return new PeerAnswer.Answered(
                !seen.primary(),
                row.map(MonitoringRow::position).orElse(Lsn.ZERO),
                seen.timeline().orElse(0),
                Tags.NONE,
                false,
                seen.state() == PostgresState.RUNNING,
                seen.systemIdentifier());
    }

    @Override
    public CompletionStage<Optional<EventReply>> tellCoordinator(Member coordinator, CitusEvent event, Duration limit) {
        throw new UnsupportedOperationException("a world has one group and no coordinator");
    }
}
