package io.orangery.actors.mesh;

import akka.actor.Address;
import akka.actor.BootstrapSetup;
import akka.actor.setup.ActorSystemSetup;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ClusterEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import akka.cluster.typed.Join;
import akka.cluster.typed.JoinSeedNodes;
import akka.cluster.typed.Subscribe;
import akka.remote.artery.ThisActorSystemQuarantinedEvent;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.settings.MeshSettings;
import io.orangery.protocol.mesh.MeshAddress;
import io.orangery.protocol.mesh.SealedMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.StreamSupport;

/**
 * One run of the actor system {@code mesh-<id>}: from joining the mesh of that id to leaving it. Akka does not let a system join twice, so another
 * mesh, or a return after being declared gone, takes another system.
 *
 * <p>Any thread, except that {@link #start} takes as long as a port takes to be bound.
 */
final class MeshSystem {
    private static final String GROUP_ROLE = "group-";

    private final ActorSystem<Void> system;
    private final Cluster cluster;
    private final String id;

    private MeshSystem(ActorSystem<Void> system, String id) {
        this.system = system;
        this.cluster = Cluster.get(system);
        this.id = id;
    }

    /** Somebody came or went, or {@code quarantined}: the others refuse this system for ever. Called on threads of the system. */
    interface Listener {
        void changed(boolean quarantined);
    }

    /**
     * @param address with the id of the mesh
     * @throws RuntimeException the port cannot be bound; nothing is left behind
     */
    static MeshSystem start(
            MeshAddress address,
            MeshSettings settings,
            int listenPort,
            Optional<GroupId> group,
            Optional<MeshTls> tls,
            Behavior<MeshEndpoint.Command> endpoint,
            Listener listener) {
        BootstrapSetup bootstrap = BootstrapSetup.create(config(address, settings, listenPort, group, tls.isPresent()));
        ActorSystemSetup setup = tls.map(MeshTls::setup)
                .map(engines -> ActorSystemSetup.create(bootstrap, engines))
                .orElseGet(() -> ActorSystemSetup.create(bootstrap));
        ActorSystem<Void> system = ActorSystem.create(guardian(endpoint, listener), address.systemName(), setup);
        return new MeshSystem(system, address.meshId().orElseThrow());
    }

    private static Config config(
            MeshAddress address, MeshSettings settings, int listenPort, Optional<GroupId> group, boolean tls) {
        String listenHost = settings.listenHost();
        boolean everywhere = listenHost.isBlank() || listenHost.equals("*");
        Map<String, Object> values = new HashMap<>();
        values.put("akka.remote.artery.transport", tls ? "tls-tcp" : "tcp");
        values.put("akka.remote.artery.canonical.hostname", address.host());
        values.put("akka.remote.artery.canonical.port", address.port());
        values.put("akka.remote.artery.bind.hostname", everywhere ? "0.0.0.0" : listenHost);
        values.put("akka.remote.artery.bind.port", listenPort);
        values.put(
                "akka.cluster.roles",
                group.map(number -> List.of(GROUP_ROLE + number)).orElse(List.of()));
        ClassLoader loader = MeshSystem.class.getClassLoader();
        return ConfigFactory.parseMap(values)
                .withFallback(ConfigFactory.parseResources(loader, "mesh.conf"))
                .withFallback(ConfigFactory.load(loader));
    }

    private static Behavior<Void> guardian(Behavior<MeshEndpoint.Command> endpoint, Listener listener) {
        return Behaviors.setup(context -> {
            context.spawn(Behaviors.supervise(endpoint).onFailure(SupervisorStrategy.restart()), MeshEndpoint.NAME);
            ActorRef<ClusterEvent.ClusterDomainEvent> events =
                    context.spawnAnonymous(Behaviors.receiveMessage(event -> {
                        listener.changed(false);
                        return Behaviors.same();
                    }));
            Cluster.get(context.getSystem())
                    .subscriptions()
                    .tell(Subscribe.create(events, ClusterEvent.ClusterDomainEvent.class));
            ActorRef<ThisActorSystemQuarantinedEvent> quarantine =
                    context.spawnAnonymous(Behaviors.receiveMessage(event -> {
                        context.getLog().warn("{} does not take this node back as it is", event.remoteAddress());
                        listener.changed(true);
                        return Behaviors.same();
                    }));
            Adapter.toClassic(context.getSystem())
                    .eventStream()
                    .subscribe(Adapter.toClassic(quarantine), ThisActorSystemQuarantinedEvent.class);
            return Behaviors.empty();
        });
    }

    String id() {
        return id;
    }

    /** Begins a cluster. */
    void found() {
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
    }

    /** Asks these to be let in, until one does. A later call replaces an earlier one. */
    void join(Set<MeshAddress> contacts) {
        cluster.manager()
                .tell(new JoinSeedNodes(contacts.stream()
                        .map(MeshSystem::akka)
                        .sorted(Address.addressOrdering()::compare)
                        .toList()));
    }

    boolean joined() {
        MemberStatus status = cluster.selfMember().status();
        return status.equals(MemberStatus.up()) || status.equals(MemberStatus.weaklyUp());
    }

    /** This node is a member of this mesh and Akka reaches it. Weakly up counts: it can be asked. */
    boolean reaches(MeshAddress node) {
        if (!node.isIn(id) || !joined()) {
            return false;
        }
        Address address = akka(node);
        ClusterEvent.CurrentClusterState state = cluster.state();
        boolean member = StreamSupport.stream(state.getMembers().spliterator(), false)
                .anyMatch(other -> other.address().equals(address) && active(other));
        return member
                && state.getUnreachable().stream()
                        .noneMatch(other -> other.address().equals(address));
    }

    private static boolean active(Member member) {
        return member.status().equals(MemberStatus.up()) || member.status().equals(MemberStatus.weaklyUp());
    }

    /** Those that Akka cannot reach and that nobody has declared gone yet. */
    Set<Absences.Unreachable> unreachable() {
        Set<Absences.Unreachable> found = new HashSet<>();
        cluster.state().getUnreachable().stream()
                .filter(member -> !member.status().equals(MemberStatus.down()))
                .forEach(member -> MeshAddress.parse(member.address().toString())
                        .ifPresent(address -> found.add(new Absences.Unreachable(address, group(member)))));
        return found;
    }

    private static Optional<GroupId> group(Member member) {
        return member.getRoles().stream()
                .filter(role -> role.startsWith(GROUP_ROLE))
                .map(role -> new GroupId(Integer.parseInt(role.substring(GROUP_ROLE.length()))))
                .findFirst();
    }

    /** Declares a node gone: it is removed, and a return takes a new system. */
    void down(MeshAddress node) {
        cluster.manager().tell(new Down(akka(node)));
    }

    /** @return fails when there was no answer within the limit */
    CompletionStage<MeshEndpoint.Reply> ask(MeshAddress node, SealedMessage question, Duration limit) {
        ActorRef<MeshEndpoint.Command> endpoint =
                ActorRefResolver.get(system).resolveActorRef(node + "/user/" + MeshEndpoint.NAME);
        return AskPattern.ask(
                endpoint, replyTo -> new MeshEndpoint.Question(question, replyTo), limit, system.scheduler());
    }

    /** Says good-bye where there is somebody to say it to, for a few seconds at most. Idempotent. */
    void leave() {
        system.terminate();
    }

    /** When this system is over, by {@link #leave} or because it was declared gone. */
    CompletionStage<?> ended() {
        return system.getWhenTerminated();
    }

    private static Address akka(MeshAddress address) {
        return Address.apply("akka", address.systemName(), address.host(), address.port());
    }
}
