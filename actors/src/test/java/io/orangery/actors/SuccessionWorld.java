package io.orangery.actors;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.DcsSeen;
import io.orangery.core.policy.LeaseSeen;
import io.orangery.core.policy.Memory;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.policy.View;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Entry;
import io.orangery.dcs.Tree;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.MemberJson;
import io.orangery.protocol.StoredKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** What node {@code a}, leader of group 1 with {@code b}, says to others at a change of leader, and what they answer. */
final class SuccessionWorld implements AutoCloseable {
    private final NodeWorld node = new NodeWorld();
    private final TreeMap<String, Entry> keys =
            new TreeMap<>(NodeWorld.keys("a").entries());
    final HandMovedTime time = node.time;
    final ScriptedStore store = node.store;
    final List<CitusEvent> told = new ArrayList<>();
    final List<String> toldWhom = new ArrayList<>();
    final List<Duration> limits = new ArrayList<>();
    final Map<NodeId, PeerAnswer> peers = new HashMap<>();
    int questions;
    Optional<EventReply> reply = Optional.of(EventReply.HEARD);
    Function<CitusEvent, CompletionStage<Optional<EventReply>>> answer =
            event -> CompletableFuture.completedFuture(reply);

    NodePorts ports() {
        NodePorts rest = node.ports();
        return new NodePorts(
                node.store,
                rest.postgres(),
                new AnsweringPeers(),
                rest.settings(),
                time,
                rest.ids(),
                rest.meshAddress(),
                rest.exit());
    }

    private final class AnsweringPeers implements Peers {
        @Override
        public CompletionStage<Map<NodeId, PeerAnswer>> ask(List<Member> members, Duration limit) {
            questions++;
            Map<NodeId, PeerAnswer> answers = new HashMap<>();
            members.forEach(member -> answers.put(
                    member.id(), peers.getOrDefault(member.id(), new PeerAnswer.Silent("connection refused"))));
            return CompletableFuture.completedFuture(answers);
        }

        @Override
        public CompletionStage<Optional<EventReply>> tellCoordinator(Member leader, CitusEvent event, Duration limit) {
            told.add(event);
            toldWhom.add(leader.id().name());
            limits.add(limit);
            return answer.apply(event);
        }
    }

    void coordinator(String leader) {
        TreeMap<String, Entry> group = new TreeMap<>();
        group.put("0/leader", new Entry(leader, 5, 5, "session"));
        group.put("0/members/" + leader, new Entry(MemberJson.write(NodeWorld.member(leader, true)), 2, 2, "session"));
        store.anotherGroup = Answer.done(new Tree(group));
    }

    void failover(String value) {
        keys.put("failover", new Entry(value, 7, 7, ""));
    }

    View view() {
        Duration now = time.now();
        SortedMap<String, StoredKey> stored = new TreeMap<>();
        keys.forEach((path, entry) -> stored.put(
                path, new StoredKey(entry.value(), entry.version(), entry.modifyVersion(), entry.session())));
        ClusterView cluster = ClusterKeys.view(stored, Optional.empty());
        return new View(
                NodeWorld.settings(Optional.of(1)),
                new DcsSeen.Fresh(cluster, now, now),
                new LeaseSeen.Held(now.plusSeconds(20), now, now),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Memory.BLANK,
                now,
                Instant.EPOCH,
                now);
    }

    @Override
    public void close() {
        node.close();
    }
}
