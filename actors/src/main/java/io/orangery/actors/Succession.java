package io.orangery.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import io.orangery.core.cluster.ClusterStatus;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.FailoverRequest;
import io.orangery.core.cluster.HandOver;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.FailoverPossible;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.dcs.Condition;
import io.orangery.protocol.KeyJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The steps by which a leader lets another member lead: naming it, waiting for it, handing the lease over. For one step; any thread. */
final class Succession {
    /** Asks the lease keeper. */
    interface Lease {
        CompletionStage<LeaseKeeper.Raced> asked(
                akka.japi.function.Function<ActorRef<LeaseKeeper.Raced>, LeaseKeeper.Command> message);
    }

    /** How long preparing may take; what is not prepared costs time, not safety. */
    private static final Duration PREPARED_LIMIT = Duration.ofSeconds(5);

    /** Between two questions to the successor. It has everything the moment the server has exited, which waits for that. */
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(10);

    /** A successor that was not asked for by name has this long before anybody will do. */
    private static final Duration CHOSEN_LIMIT = Duration.ofSeconds(1);

    private static final Duration QUESTION_LIMIT = Duration.ofSeconds(2);

    /** Writers may be waited for, and the server stops, before the stream ends. */
    private static final Duration STREAM_LIMIT = Duration.ofSeconds(30);

    /** After the server has exited, which waits for the end of the stream; then the successor is asked. */
    private static final Duration ANNOUNCED_LIMIT = Duration.ofMillis(300);

    private final ActorSystem<?> system;
    private final NodePorts ports;
    private final View view;
    private final Lease lease;

    Succession(ActorSystem<?> system, NodePorts ports, View view, Lease lease) {
        this.system = system;
        this.ports = ports;
        this.view = view;
        this.lease = lease;
    }

    private Optional<FailoverRequest> request() {
        return view.dcs().lastKnown().flatMap(ClusterView::failover);
    }

    /** A candidate that was asked for stands there already; a request that another has changed meanwhile is not ours to complete. */
    CompletionStage<StepPerformer.Result> name(NodeId successor) {
        Optional<FailoverRequest> unnamed =
                request().filter(asked -> asked.candidate().isEmpty());
        if (unnamed.isEmpty()) {
            return StepPerformer.ok();
        }
        String named = KeyJson.writeFailover(unnamed.get().leader(), Optional.of(successor), Optional.empty());
        return ports.dcs()
                .write(own("failover"), named, Condition.version(unnamed.get().version()))
                .thenApply(answer -> {
                    if (!answer.succeeded()) {
                        system.log().info("{} was not named as the successor: {}", successor, answer);
                    }
                    return new StepPerformer.Result.Ok();
                });
    }

    /** Only Orangery's agents say that they are prepared; nobody else is waited for. */
    CompletionStage<StepPerformer.Result> awaitPrepared(NodeId successor) {
        Optional<Member> member = view.dcs().lastKnown().flatMap(cluster -> cluster.member(successor));
        return member.map(found -> untilPrepared(found, ports.ticker().now().plus(PREPARED_LIMIT)))
                .orElseGet(StepPerformer::ok);
    }

    private CompletionStage<StepPerformer.Result> untilPrepared(Member successor, Duration until) {
        return ports.peers().ask(List.of(successor), QUESTION_LIMIT).thenCompose(answers -> {
            boolean expected = answers.get(successor.id()) instanceof PeerAnswer.Answered answer
                    && answer.prepared().filter(done -> !done).isPresent();
            if (!expected) {
                return StepPerformer.ok();
            }
            if (over(until)) {
                system.log().info("{} has not prepared itself in time", successor.id());
                return StepPerformer.ok();
            }
            return later(() -> untilPrepared(successor, until));
        });
    }

    /**
     * Asked before writes are held: the answer comes by itself when the server has sent everything and stops (citus 20.2 #6). Empty: there is no such
     * member.
     */
    Optional<CompletionStage<PeerAnswer>> askAfterStream(NodeId successor) {
        return view.dcs()
                .lastKnown()
                .flatMap(cluster -> cluster.member(successor))
                .map(member -> ports.peers().askAfterStream(member, STREAM_LIMIT));
    }

    /** Bounded by {@code loop_wait}: whoever has not received the shutdown checkpoint by then has lost its sender with the stop. */
    CompletionStage<StepPerformer.Result> awaitReceived(
            Optional<NodeId> successor,
            Optional<StepPerformer.Result.StoppedCleanly> stopped,
            Optional<CompletionStage<PeerAnswer>> announced) {
        Optional<ClusterView> cluster = view.dcs().lastKnown();
        if (stopped.isEmpty() || cluster.isEmpty()) {
            return StepPerformer.ok();
        }
        Duration now = ports.ticker().now();
        boolean askedFor = request().flatMap(FailoverRequest::candidate).equals(successor);
        Duration anybodyFrom = askedFor ? now.plus(view.dynamic().loopWait()) : now.plus(CHOSEN_LIMIT);
        var awaited = new Awaited(successor, stopped.get().checkpoint(), cluster.get(), anybodyFrom);
        return announced(awaited, announced)
                .thenCompose(received -> received.<CompletionStage<StepPerformer.Result>>map(
                                CompletableFuture::completedFuture)
                        .orElseGet(() ->
                                untilReceived(awaited, now.plus(view.dynamic().loopWait()))))
                .exceptionally(failure -> {
                    system.log().warn("the successor could not be asked: {}", failure.toString());
                    return new StepPerformer.Result.Ok();
                });
    }

    /** @param anybodyFrom from then on everybody counts who may lead */
    private record Awaited(Optional<NodeId> successor, Lsn checkpoint, ClusterView cluster, Duration anybodyFrom) {}

    /** Empty: it has not come, or does not say that everything was received. An answer that names the checkpoint is younger than it. */
    private CompletionStage<Optional<StepPerformer.Result>> announced(
            Awaited awaited, Optional<CompletionStage<PeerAnswer>> announced) {
        if (awaited.successor().isEmpty() || announced.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        NodeId successor = awaited.successor().get();
        PeerAnswer late = new PeerAnswer.Silent("the end of its stream was not announced in time");
        CompletableFuture<PeerAnswer> first = new CompletableFuture<>();
        announced.get().whenComplete((answer, failure) -> first.complete(failure == null ? answer : late));
        system.scheduler().scheduleOnce(ANNOUNCED_LIMIT, () -> first.complete(late), system.executionContext());
        return first.thenApply(answer -> received(awaited, ports.ticker().now(), Map.of(successor, answer)));
    }

    /** Who has received everything and may lead, as far as these answers go. */
    private Optional<StepPerformer.Result> received(
            Awaited awaited, Duration askedAt, Map<NodeId, PeerAnswer> answers) {
        Optional<NodeId> only = awaited.successor().filter(name -> !over(awaited.anybodyFrom()));
        View asked = view.withEvidence(askedAt, awaited.cluster(), answers);
        if (!(FailoverPossible.judge(
                        asked, awaited.cluster(), only, Optional.empty(), Optional.of(awaited.checkpoint()))
                instanceof FailoverPossible.Result.Yes(List<NodeId> qualified))) {
            return Optional.empty();
        }
        NodeId by = awaited.successor().filter(qualified::contains).orElse(qualified.getFirst());
        return Optional.of(
                understandsHandOver(answers.get(by))
                        ? new StepPerformer.Result.Received(by)
                        : new StepPerformer.Result.Ok());
    }

    private CompletionStage<StepPerformer.Result> untilReceived(Awaited awaited, Duration until) {
        Optional<NodeId> only = awaited.successor().filter(name -> !over(awaited.anybodyFrom()));
        List<Member> members = awaited.cluster()
                .others(view.self())
                .filter(member -> only.isEmpty() || only.get().equals(member.id()))
                .toList();
        if (members.isEmpty()) {
            return StepPerformer.ok();
        }
        Duration sentAt = ports.ticker().now();
        return ports.peers().ask(members, QUESTION_LIMIT).thenCompose(answers -> {
            Optional<StepPerformer.Result> received = received(awaited, sentAt, answers);
            if (received.isPresent()) {
                return CompletableFuture.completedFuture(received.get());
            }
            if (over(until)) {
                system.log()
                        .warn("nobody has confirmed to have received the shutdown checkpoint {}", awaited.checkpoint());
                return StepPerformer.ok();
            }
            return later(() -> untilReceived(awaited, until));
        });
    }

    /** An agent of another kind finds a key that it did not acquire: it gets a free one to race for, as it expects. */
    private static boolean understandsHandOver(PeerAnswer answer) {
        return answer instanceof PeerAnswer.Answered found && found.prepared().isPresent();
    }

    /** {@code optime} gets the position before the WAL switch, so that a standby that never got the switch does not count as lagging. */
    CompletionStage<StepPerformer.Result> release(Optional<StepPerformer.Result.StoppedCleanly> stopped) {
        boolean held = view.lease().protectedUntil().isPresent();
        CompletionStage<?> written = held
                ? stopped.flatMap(this::status)
                        .<CompletionStage<?>>map(status -> ports.dcs().write(own("status"), status, Condition.always()))
                        .orElseGet(() -> CompletableFuture.completedFuture(null))
                : CompletableFuture.completedFuture(null);
        return written.thenCompose(ignored -> lease.asked(LeaseKeeper.Release::new))
                .thenApply(raced -> {
                    system.log().info("Leader key released");
                    return new StepPerformer.Result.Ok();
                });
    }

    private Optional<String> status(StepPerformer.Result.StoppedCleanly stopped) {
        return view.dcs()
                .lastKnown()
                .map(ClusterView::status)
                .map(known -> KeyJson.writeStatus(new ClusterStatus(
                        stopped.beforeSwitch(), known.slots(), known.retainSlots(), known.version())));
    }

    /**
     * In one transaction of the store (deviations 1): only after the control file said that the server was shut down, only to one that has
     * confirmed to have received everything, and only while the request is still the one that was carried out. Else the lease is released, and
     * whoever may lead races.
     */
    CompletionStage<StepPerformer.Result> handOver(NodeId successor, Findings found) {
        Optional<FailoverRequest> request = freshRequest(successor);
        Optional<HandOver> left = found.stopped()
                .filter(clean -> found.receivedBy().filter(successor::equals).isPresent())
                .flatMap(clean -> systemIdentifier()
                        .map(system ->
                                new HandOver(clean.checkpoint(), clean.timeline(), system, found.spentMillis())));
        if (request.isEmpty() || left.isEmpty()) {
            return release(found.stopped());
        }
        var handOver = new io.orangery.dcs.HandOver(
                successor.name(),
                KeyJson.writeHandOver(view.self(), successor, left.get()),
                request.get().version(),
                found.stopped().flatMap(this::status));
        return lease.asked(replyTo -> new LeaseKeeper.HandOver(handOver, replyTo))
                .thenCompose(raced -> switch (raced) {
                    case LeaseKeeper.Raced.Won won -> {
                        system.log().info("Leader key handed over to {}", successor);
                        yield StepPerformer.ok();
                    }
                    case LeaseKeeper.Raced.Lost(String why) -> releaseInstead(found, why);
                    case LeaseKeeper.Raced.Unreachable(String why) -> releaseInstead(found, why);
                });
    }

    /** It never deletes a key that is another's by now, so it may follow a hand-over whose outcome is not known. */
    private CompletionStage<StepPerformer.Result> releaseInstead(Findings found, String why) {
        system.log().warn("the lease was not handed over: {}", why);
        return release(found.stopped());
    }

    /** As it is now: naming the successor has changed it since the action began. */
    private Optional<FailoverRequest> freshRequest(NodeId successor) {
        return request().filter(asked -> asked.candidateIs(successor));
    }

    private Optional<String> systemIdentifier() {
        return view.postgres()
                .flatMap(PostgresSeen::systemIdentifier)
                .or(() -> view.cluster().flatMap(ClusterView::systemIdentifier));
    }

    /** The request is answered by doing nothing: it is cleared, so that it is not tried again at once, and the reason is what is reported. */
    CompletionStage<StepPerformer.Result> giveUp(String why) {
        return request()
                .map(asked -> ports.dcs()
                        .write(own("failover"), "{}", Condition.version(asked.version()))
                        .<StepPerformer.Result>thenApply(cleared -> new StepPerformer.Result.Failed(why)))
                .orElseGet(() -> StepPerformer.failed(why));
    }

    private boolean over(Duration moment) {
        return ports.ticker().now().compareTo(moment) >= 0;
    }

    private <T> CompletionStage<T> later(Supplier<CompletionStage<T>> next) {
        return akka.pattern.Patterns.after(
                BETWEEN_QUESTIONS,
                akka.actor.typed.javadsl.Adapter.toClassic(system.scheduler()),
                system.executionContext(),
                next::get);
    }

    private String own(String key) {
        return view.settings().group().map(group -> group + "/" + key).orElse(key);
    }
}
