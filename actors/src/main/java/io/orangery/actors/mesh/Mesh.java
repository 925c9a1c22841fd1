package io.orangery.actors.mesh;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.Member;
import io.orangery.core.policy.View;
import io.orangery.core.settings.NodeSettings;
import io.orangery.core.time.Ticker;
import io.orangery.dcs.Dcs;
import io.orangery.protocol.mesh.MeshAddress;
import io.orangery.protocol.mesh.MeshMessage;
import io.orangery.protocol.mesh.MeshParty;
import io.orangery.protocol.mesh.SealedMessage;
import io.orangery.protocol.mesh.SharedSecret;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The mesh node of an agent. Every method may be called from any thread and returns at once, {@link #close} excepted; nothing that goes wrong
 * in here is thrown at the caller.
 */
public final class Mesh implements AutoCloseable {
    /** Nothing came that can be believed. */
    static final class NoAnswer extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoAnswer(String why) {
            super(why, null, false, false);
        }
    }

    private final Ticker ticker;
    private final Authenticity authenticity;
    private final AtomicReference<View> latest = new AtomicReference<>();
    private final AtomicReference<LocalNode> local = new AtomicReference<>();
    private final Optional<MeshLife> life;

    private Mesh(NodeSettings settings, Optional<MeshTls> tls, Dcs dcs, Ticker ticker, Supplier<String> ids) {
        this.ticker = ticker;
        Optional<SharedSecret> secret = settings.mesh()
                .sharedSecret()
                .filter(text -> !text.isBlank())
                .map(text -> new SharedSecret(settings.namespace() + "/" + settings.scope(), text));
        this.authenticity = new Authenticity(
                new MeshParty(settings.group(), settings.name()), secret, tls.isPresent(), ticker, ids);
        this.life = settings.mesh().enabled()
                ? Optional.of(new MeshLife(
                        settings,
                        tls,
                        dcs,
                        ticker,
                        ids,
                        MeshEndpoint.create(
                                authenticity, () -> Optional.ofNullable(local.get()), this::leadsCoordinator),
                        latest::get,
                        () -> Optional.ofNullable(local.get()).ifPresent(LocalNode::addressChanged)))
                : Optional.empty();
    }

    /**
     * Starts a mesh node; it joins once views are observed. Nothing at all is started when {@code mesh.enabled} is false.
     *
     * @param tls empty: plain TCP
     * @param dcs the node's own connection; a request every {@code loop_wait} on workers, a few when a mesh is begun
     * @param ids unpredictable, a new one at each call
     */
    public static Mesh start(
            NodeSettings settings, Optional<MeshTls> tls, Dcs dcs, Ticker ticker, Supplier<String> ids) {
        Mesh mesh = new Mesh(settings, tls, dcs, ticker, ids);
        mesh.life.ifPresent(MeshLife::begin);
        return mesh;
    }

    /** From now on questions of others are answered by this node; before, they are refused. */
    public void attach(LocalNode node) {
        local.set(node);
    }

    /** What the member key is to advertise; empty when there is no mesh node. */
    public Optional<String> address() {
        return life.map(running -> running.address().toString());
    }

    /** Every snapshot of the node. */
    public void observe(View view) {
        life.ifPresent(running -> {
            latest.set(view);
            running.wake();
        });
    }

    /** True: messages are authenticated, by TLS on both sides or by a shared secret. False: hints only, effects and evidence go over REST. */
    public boolean carriesEffects() {
        return life.isPresent() && authenticity.carriesEffects();
    }

    /** This member advertises an address in the own mesh, Akka reaches it, and what it says can be believed. */
    public boolean reaches(Member member) {
        return carriesEffects() && route(member).isPresent();
    }

    private Optional<Route> route(Member member) {
        return life.flatMap(MeshLife::system)
                .flatMap(system -> member.data()
                        .meshAddress()
                        .flatMap(MeshAddress::parse)
                        .filter(system::reaches)
                        .map(address -> new Route(system, address)));
    }

    private record Route(MeshSystem system, MeshAddress address) {}

    /**
     * Asks a member.
     *
     * @param group of that member
     * @return fails with why when no genuine answer came within the limit; never later
     */
    CompletionStage<MeshMessage> ask(
            Optional<GroupId> group, Member member, MeshMessage.Request request, Duration limit) {
        Optional<Route> route = route(member);
        if (route.isEmpty()) {
            return CompletableFuture.failedFuture(new NoAnswer(member.id() + " is not reached by the mesh"));
        }
        SealedMessage question = authenticity.question(new MeshParty(group, member.id()), request);
        return route.get()
                .system()
                .ask(route.get().address(), question, limit)
                .thenApply(reply -> open(question, reply))
                .toCompletableFuture()
                // The limit of the question ends with its system; this one does not.
                .copy()
                .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private MeshMessage open(SealedMessage question, MeshEndpoint.Reply reply) {
        SealedMessage answer =
                reply.message().orElseThrow(() -> new NoAnswer(question.to() + " refused: " + reply.refusal()));
        return switch (authenticity.openAnswer(question, answer)) {
            case Authenticity.Opened.Genuine(MeshMessage message) -> message;
            case Authenticity.Opened.Refused(String why) ->
                throw new NoAnswer("answer of " + question.to() + ": " + why);
        };
    }

    private boolean leadsCoordinator() {
        View view = latest.get();
        return view != null && MeshEndpoint.leadsCoordinator(view, ticker.now());
    }

    /** Leaves the mesh; waits a few seconds at most. Idempotent. */
    @Override
    public void close() {
        life.ifPresent(MeshLife::close);
    }
}
