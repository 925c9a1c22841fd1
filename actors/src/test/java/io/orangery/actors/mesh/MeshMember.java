package io.orangery.actors.mesh;

import io.orangery.actors.Peers;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.DcsSeen;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.policy.View;
import io.orangery.core.settings.NodeSettings;
import io.orangery.core.time.Ticker;
import io.orangery.protocol.Json;
import io.orangery.protocol.MemberJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A node with a real mesh system, whose keys and views come from a {@link RecordStore}. REST is a recorder that answers at once. */
final class MeshMember implements LocalNode, Peers, AutoCloseable {
    static final PeerAnswer BY_REST = new PeerAnswer.Silent("asked over REST");

    private static final Ticker CLOCK = new Ticker() {
        @Override
        public Duration now() {
            return Duration.ofNanos(System.nanoTime());
        }

        @Override
        public Instant wallClock() {
            return Instant.now();
        }
    };

    private final RecordStore store;
    private final NodeSettings settings;
    private final long position;
    final Mesh mesh;
    final MeshPeers peers;
    /** Events that came to this node, over the mesh. */
    final List<CitusEvent> events = new CopyOnWriteArrayList<>();
    /** What this node asked over REST: names of members, ids of events. */
    final List<String> overRest = new CopyOnWriteArrayList<>();

    /** What it has received when its stream has ended. */
    final AtomicInteger looks = new AtomicInteger();

    final CompletableFuture<Optional<Lsn>> stream = new CompletableFuture<>();

    volatile CompletableFuture<EventReply> topology = CompletableFuture.completedFuture(EventReply.HEARD);

    MeshMember(
            RecordStore store, int group, String name, Optional<String> secret, Optional<MeshTls> tls, long position) {
        this.store = store;
        this.settings = MeshViews.settings(Optional.of(group), name, MeshViews.mesh(secret));
        this.position = position;
        this.mesh =
                Mesh.start(settings, tls, store, CLOCK, () -> UUID.randomUUID().toString());
        this.peers = new MeshPeers(mesh, this, settings.group(), CLOCK);
        mesh.attach(this);
        turn();
    }

    /** What the node does all the time: publishes its key, reads the keys, shows the mesh what it saw. */
    void turn() {
        Map<String, Object> key = mesh.address()
                .map(address -> Map.<String, Object>of(MemberJson.MESH_FIELD, address))
                .orElse(Map.of());
        store.put(memberKey(), Json.write(key));
        mesh.observe(view());
    }

    private View view() {
        Duration now = CLOCK.now();
        boolean leads = store.get(group() + "/leader")
                .filter(settings.name().name()::equals)
                .isPresent();
        return MeshViews.view(
                settings, new DcsSeen.Fresh(store.view(settings.group()), now, Duration.ZERO), leads, now);
    }

    private String memberKey() {
        return group() + "/members/" + settings.name();
    }

    private GroupId group() {
        return settings.group().orElseThrow();
    }

    /** This node as the others see it. */
    Member member() {
        return store.view(settings.group()).member(settings.name()).orElseThrow();
    }

    Optional<String> advertised() {
        return member().data().meshAddress();
    }

    boolean reaches(MeshMember other) {
        return mesh.reaches(other.member());
    }

    @Override
    public CompletionStage<Optional<View>> freshView() {
        looks.incrementAndGet();
        return CompletableFuture.completedFuture(Optional.of(view().withPostgres(MeshViews.standbyAt(position))));
    }

    @Override
    public Optional<View> lastView() {
        return Optional.of(view().withPostgres(MeshViews.standbyAt(position)));
    }

    @Override
    public CompletionStage<Optional<Lsn>> streamEnded(Duration limit) {
        return stream;
    }

    @Override
    public CompletionStage<EventReply> tellTopology(CitusEvent event) {
        events.add(event);
        return topology;
    }

    @Override
    public void addressChanged() {
        turn();
    }

    @Override
    public CompletionStage<Map<NodeId, PeerAnswer>> ask(List<Member> members, Duration limit) {
        members.forEach(member -> overRest.add(member.id().name()));
        return CompletableFuture.completedFuture(
                members.stream().map(Member::id).collect(Collectors.toMap(Function.identity(), id -> BY_REST)));
    }

    @Override
    public CompletionStage<Optional<EventReply>> tellCoordinator(Member coordinator, CitusEvent event, Duration limit) {
        overRest.add(event.id());
        return CompletableFuture.completedFuture(Optional.of(EventReply.HEARD));
    }

    @Override
    public void close() {
        mesh.close();
    }
}
