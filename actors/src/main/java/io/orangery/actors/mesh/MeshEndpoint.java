package io.orangery.actors.mesh;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.policy.View;
import io.orangery.protocol.mesh.MeshMessage;
import io.orangery.protocol.mesh.MeshMessage.EventAnswer.Outcome;
import io.orangery.protocol.mesh.SealedMessage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Answers the other members' questions and takes their events, at {@code /user/endpoint}. Every message is authenticated before it is looked at.
 * It never waits: answers come back as messages.
 */
final class MeshEndpoint extends AbstractOnMessageBehavior<MeshEndpoint.Command> {
    /** Messages. */
    sealed interface Command {}

    /** From another node. */
    record Question(SealedMessage message, ActorRef<Reply> replyTo) implements Command, MeshSerializable {}

    /**
     * To another node.
     *
     * @param message empty: refused
     * @param refusal why; empty text when it was not. Not signed: believing a forged one only leads to REST
     */
    record Reply(Optional<SealedMessage> message, String refusal) implements MeshSerializable {}

    private record Answered(Question question, MeshMessage.Response response) implements Command {}

    private record Failed(Question question, String why) implements Command {}

    static final String NAME = "endpoint";

    /**
     * @param local empty until the node is there
     * @param leads this node leads group 0, by its clock; any thread
     */
    static Behavior<Command> create(
            Authenticity authenticity, Supplier<Optional<LocalNode>> local, Supplier<Boolean> leads) {
        return Behaviors.setup(context -> new MeshEndpoint(context, authenticity, local, leads));
    }

    private final ActorContext<Command> context;
    private final Authenticity authenticity;
    private final Supplier<Optional<LocalNode>> local;
    private final Supplier<Boolean> leads;

    private MeshEndpoint(
            ActorContext<Command> context,
            Authenticity authenticity,
            Supplier<Optional<LocalNode>> local,
            Supplier<Boolean> leads) {
        super(context);
        this.context = context;
        this.authenticity = authenticity;
        this.local = local;
        this.leads = leads;
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        switch (message) {
            case Question question -> onQuestion(question);
            case Answered answered -> onAnswered(answered);
            case Failed failed -> refuse(failed.question(), failed.why());
        }
        return this;
    }

    private void onQuestion(Question question) {
        switch (authenticity.openQuestion(question.message())) {
            case Authenticity.Opened.Refused(String why) -> {
                context.getLog()
                        .warn(
                                "a message from {} was refused: {}",
                                question.message().from(),
                                why);
                refuse(question, why);
            }
            case Authenticity.Opened.Genuine(MeshMessage.StatusQuestion(Optional<Duration> afterStream)) ->
                onNode(question, node -> status(node, afterStream));
            case Authenticity.Opened.Genuine(MeshMessage.EventNotice(CitusEvent event)) ->
                onNode(question, node -> event(node, event));
            case Authenticity.Opened.Genuine(MeshMessage.Response answer) -> refuse(question, "not a question");
        }
    }

    private void onNode(Question question, Function<LocalNode, CompletionStage<MeshMessage.Response>> answer) {
        local.get()
                .ifPresentOrElse(
                        node -> context.pipeToSelf(
                                answer.apply(node),
                                (response, failure) -> failure == null
                                        ? new Answered(question, response)
                                        : new Failed(question, failure.toString())),
                        () -> refuse(question, "the node is starting"));
    }

    private static CompletionStage<MeshMessage.Response> status(LocalNode node, Optional<Duration> afterStream) {
        return afterStream
                .map(limit -> node.streamEnded(limit)
                        .thenCompose(received -> received.flatMap(position -> received(node, position))
                                .<CompletionStage<MeshMessage.Response>>map(CompletableFuture::completedFuture)
                                .orElseGet(() -> status(node))))
                .orElseGet(() -> status(node));
    }

    /** Writes wait for this answer: nothing but the position can have changed for a standby since it was last looked at. */
    private static Optional<MeshMessage.Response> received(LocalNode node, Lsn position) {
        // The hand-over that comes next is believed only by a node that has seen for itself what it has received.
        node.freshView();
        return node.lastView()
                .map(StatusFacts::of)
                .filter(PeerAnswer.Answered.class::isInstance)
                .map(PeerAnswer.Answered.class::cast)
                .filter(PeerAnswer.Answered::inRecovery)
                .map(facts -> new MeshMessage.StatusAnswer(facts.at(position)));
    }

    private static CompletionStage<MeshMessage.Response> status(LocalNode node) {
        return node.freshView()
                .thenApply(view -> new MeshMessage.StatusAnswer(view.map(StatusFacts::of)
                        .orElseGet(() -> new PeerAnswer.Silent("the agent did not answer in time"))));
    }

    /** The same rules as for REST (citus 6.3): the topology fences the sender by its leader key; only what the sender waits for is waited for. */
    private CompletionStage<MeshMessage.Response> event(LocalNode node, CitusEvent event) {
        if (!leads.get()) {
            return CompletableFuture.completedFuture(new MeshMessage.EventAnswer(Outcome.NOT_LEADER));
        }
        CompletionStage<EventReply> carriedOut = node.tellTopology(event);
        return event.awaitsReply()
                ? carriedOut.thenApply(reply -> new MeshMessage.EventAnswer(Outcome.PROCESSED, reply))
                : CompletableFuture.completedFuture(new MeshMessage.EventAnswer(Outcome.PROCESSED));
    }

    private void onAnswered(Answered answered) {
        SealedMessage sealed = authenticity.answer(answered.question().message(), answered.response());
        answered.question().replyTo().tell(new Reply(Optional.of(sealed), ""));
    }

    private static void refuse(Question question, String why) {
        question.replyTo().tell(new Reply(Optional.empty(), why));
    }

    /** True when this view says that the node leads the group that keeps the formation's topology, by the clock. */
    static boolean leadsCoordinator(View view, Duration now) {
        return view.settings().coordinator()
                && view.holdsLease()
                && view.lease()
                        .protectedUntil()
                        .filter(until -> until.compareTo(now) > 0)
                        .isPresent();
    }
}
