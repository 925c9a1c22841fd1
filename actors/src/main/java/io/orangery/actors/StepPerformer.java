package io.orangery.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import io.orangery.core.citus.Completion;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.Role;
import io.orangery.core.policy.Aftermath;
import io.orangery.core.policy.LeaseSeen;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.policy.Step;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.ControlData;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.NodeSettings;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Dcs;
import io.orangery.postgres.LocalPostgres;
import io.orangery.protocol.Json;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Carries one step out on the ports. Knows how, never whether: an {@code if} about who should lead belongs in {@code core}.
 *
 * <p>Called by the operation runner on its dispatcher; returns at once. What a step learns for later steps (the shutdown checkpoint) goes
 * back to the caller in {@link Result}.
 */
final class StepPerformer {
    /** What came of a step. */
    sealed interface Result {
        record Ok() implements Result {}

        /** PostgreSQL stopped as a primary. */
        record StoppedCleanly(Lsn checkpoint, Lsn beforeSwitch, int timeline) implements Result {}

        /** This member has received the shutdown checkpoint. */
        record Received(NodeId by) implements Result {}

        /** The coordinator has answered. */
        record Replied(EventReply reply) implements Result {}

        record Compared(boolean diverged, String why) implements Result {}

        record Failed(String why) implements Result {}

        record Cancelled() implements Result {}
    }

    /** How long reads may go on that began before they were moved: writes wait as long. Most take milliseconds. */
    private static final Duration RUNNING_READS = Duration.ofMillis(300);

    private final ActorSystem<?> system;
    private final NodePorts ports;
    private final ActorRef<LeaseKeeper.Command> lease;
    private final ActorRef<Membership.Command> membership;
    private final Supplier<View> view;
    private final CoordinatorCall.Known coordinator;
    /** What the successor says once its stream from here has ended. */
    private volatile Optional<CompletionStage<PeerAnswer>> announced = Optional.empty();

    /** @param view the latest view; read when a step begins, on the caller's thread */
    StepPerformer(
            ActorSystem<?> system,
            NodePorts ports,
            ActorRef<LeaseKeeper.Command> lease,
            ActorRef<Membership.Command> membership,
            CoordinatorCall.Known coordinator,
            Supplier<View> view) {
        this.system = system;
        this.ports = ports;
        this.lease = lease;
        this.membership = membership;
        this.coordinator = coordinator;
        this.view = view;
    }

    private LocalPostgres postgres() {
        return ports.postgres();
    }

    private Dcs dcs() {
        return ports.dcs();
    }

    private NodeSettings settings() {
        return view.get().settings();
    }

    /** @param findings what earlier steps of the same action learnt */
    CompletionStage<Result> perform(Step step, Findings findings) {
        return switch (step) {
            case Step.Checkpoint(int times) -> always(postgres().checkpoint(times));
            case Step.RunBeforeStop s -> always(postgres().beforeStop());
            case Step.TellCoordinator tell -> tellCoordinator(tell, findings);
            case Step.NameSuccessor(NodeId successor) -> succession().name(successor);
            case Step.AwaitPrepared(NodeId successor) -> awaitPrepared(successor);
            case Step.AwaitQuiet s -> awaitQuiet(findings);
            case Step.StopPostgres(boolean fast, Optional<Duration> limit) -> stop(fast, limit);
            case Step.AwaitSuccessor(Optional<NodeId> successor) ->
                succession().awaitReceived(successor, findings.stopped(), announced);
            case Step.ReleaseLease s -> succession().release(findings.stopped());
            case Step.HandOverLease(NodeId successor) -> succession().handOver(successor, findings);
            case Step.ForgetLease s -> forgetLease();
            case Step.RunPrePromote s -> outcome(postgres().prePromote());
            case Step.PrepareSynchronousReplication(Optional<NodeId> stopped) ->
                new SyncPreparation(ports, view.get(), stopped).run();
            case Step.PromotePostgres(Duration limit) -> outcome(postgres().promote(limit));
            case Step.ClearFailover s -> clearFailover();
            case Step.Publish s -> publish();
            case Step.RestartPostgres(Duration timeout) -> outcome(postgres().restart(timeout));
            case Step.StartPrimary(Duration timeout) -> outcome(postgres().startPrimary(timeout));
            case Step.FollowUpstream(Optional<NodeId> upstream, Optional<Duration> timeout) ->
                outcome(postgres().follow(upstream.flatMap(this::upstream), Role.REPLICA, timeout));
            case Step.ClonePostgres(NodeId source, boolean onlyBasebackup) ->
                upstream(source)
                        .map(found -> outcome(postgres().clone(found, onlyBasebackup)))
                        .orElseGet(() -> failed(source + " has published no address"));
            case Step.CheckDivergence(NodeId leader) -> checkDivergence(leader);
            case Step.RunRewind(NodeId leader) ->
                upstream(leader)
                        .map(found -> outcome(postgres().rewind(found)))
                        .orElseGet(() -> failed(leader + " has published no address"));
            case Step.RunSingleUserRecovery s -> outcome(postgres().singleUserRecovery());
            case Step.ClaimBootstrap s -> claimBootstrap();
            case Step.RunInitdb s -> outcome(postgres().initdb(settings().bootstrap()));
            case Step.RunPostBootstrap s ->
                outcome(postgres()
                        .postBootstrap(settings().bootstrap(), settings().citus()));
            case Step.FoundCluster s -> foundCluster();
            case Step.Callback(String action) -> callback(action);
        };
    }

    /** Leaves a failed bootstrap as the specification says (ha-behaviour 9.4 P1). */
    CompletionStage<Result> discardFailedBootstrap() {
        return outcome(postgres().discardFailedBootstrap())
                .thenCompose(result ->
                        dcs().delete(own("initialize"), Condition.always()).thenApply(deleted -> result));
    }

    /** A demotion or restart was abandoned with the pause open: release it if writes can go on here (citus.md 13). */
    CompletionStage<Result> releasePause() {
        if (!(view.get().lease() instanceof LeaseSeen.Held) || !view.get().holdsLease()) {
            // Writes cannot go on here; the pause ends with whoever leads next, or at its deadline.
            return ok();
        }
        return postgres()
                .look(false)
                .thenCompose(seen -> seen.primary()
                        ? tellCoordinator(
                                new Step.TellCoordinator(Step.TellCoordinator.Event.AFTER_PROMOTE, true), Findings.NONE)
                        : ok());
    }

    // --- PostgreSQL
    // ------------------------------------------------------------------------------------------------------------------

    private CompletionStage<Result> awaitPrepared(NodeId successor) {
        Succession succession = succession();
        return succession.awaitPrepared(successor).thenApply(result -> {
            announced = succession.askAfterStream(successor);
            return result;
        });
    }

    private CompletionStage<Result> stop(boolean fast, Optional<Duration> limit) {
        return postgres()
                .stop(fast ? LocalPostgres.StopMode.FAST : LocalPostgres.StopMode.IMMEDIATE, limit, true)
                .thenApply(stopped -> switch (stopped) {
                    case LocalPostgres.Stopped.Cleanly clean ->
                        new Result.StoppedCleanly(clean.checkpoint(), clean.beforeSwitch(), clean.timeline());
                    case LocalPostgres.Stopped.Ended ended -> new Result.Ok();
                    case LocalPostgres.Stopped.Failed(String why) -> new Result.Failed(why);
                });
    }

    private CompletionStage<Result> checkDivergence(NodeId leader) {
        Optional<LocalPostgres.Upstream> upstream = upstream(leader);
        if (upstream.isEmpty()) {
            return failed(leader + " has published no address");
        }
        return postgres().checkDivergence(upstream.get()).thenApply(divergence -> switch (divergence) {
            case LocalPostgres.Divergence.Needed(String why) -> new Result.Compared(true, why);
            case LocalPostgres.Divergence.NotNeeded none ->
                new Result.Compared(false, "my history is part of " + leader + "'s");
            case LocalPostgres.Divergence.Undetermined(String why) ->
                new Result.Failed("divergence could not be determined: " + why);
        });
    }

    private CompletionStage<Result> callback(String action) {
        Role role = view.get().postgres().map(PostgresSeen::role).orElse(Role.REPLICA);
        postgres().callback(action, role == Role.PROMOTED ? Role.PRIMARY : role);
        return ok();
    }

    private Optional<LocalPostgres.Upstream> upstream(NodeId name) {
        return view.get()
                .dcs()
                .lastKnown()
                .flatMap(cluster -> cluster.member(name))
                .flatMap(member -> member.data()
                        .address()
                        .map(address -> new LocalPostgres.Upstream(
                                Optional.of(name), address, member.data().checkpointAfterPromote())));
    }

    // --- lease and keys
    // --------------------------------------------------------------------------------------------------------------

    private CompletionStage<Result> forgetLease() {
        lease.tell(LeaseKeeper.Forget.NOW);
        return ok();
    }

    private CompletionStage<Result> claimBootstrap() {
        return dcs().write(own("initialize"), "", Condition.absent()).thenApply(answer -> switch (answer) {
            case Answer.Done<Long> done -> new Result.Ok();
            case Answer.Refused<Long> refused -> new Result.Failed("failed to acquire initialize lock");
            case Answer.Unreachable<Long>(String why) -> new Result.Failed("failed to acquire initialize lock: " + why);
        });
    }

    /** Exactly this order: initialize, config, leader (ha-behaviour 9.4). */
    private CompletionStage<Result> foundCluster() {
        return postgres().look(false).thenCompose(seen -> {
            Optional<String> systemId = seen.directory().controlData().map(ControlData::systemIdentifier);
            if (systemId.isEmpty()) {
                return failed("the control file of the new cluster cannot be read");
            }
            return dcs().write(own("initialize"), systemId.get(), Condition.always())
                    .thenCompose(done -> unlessDone(done, "initialize")
                            .orElseGet(() -> dcs().write(
                                            own("config"),
                                            Json.write(settings().bootstrap().dcs()),
                                            Condition.always())
                                    .thenCompose(config ->
                                            unlessDone(config, "config").orElseGet(this::takeLease))));
        });
    }

    private Optional<CompletionStage<Result>> unlessDone(Answer<Long> answer, String key) {
        return answer.succeeded()
                ? Optional.empty()
                : Optional.of(failed("the key " + key + " was not written: " + answer));
    }

    private CompletionStage<Result> takeLease() {
        return asked(LeaseKeeper.Take::new).thenApply(raced -> switch (raced) {
            case LeaseKeeper.Raced.Won won -> new Result.Ok();
            case LeaseKeeper.Raced.Lost(String why) -> new Result.Failed("the leader key could not be taken: " + why);
            case LeaseKeeper.Raced.Unreachable(String why) ->
                new Result.Failed("the leader key could not be taken: " + why);
        });
    }

    private CompletionStage<LeaseKeeper.Raced> asked(
            akka.japi.function.Function<ActorRef<LeaseKeeper.Raced>, LeaseKeeper.Command> message) {
        Duration limit = settings().dynamic().retryTimeout().plusSeconds(2);
        // On the dispatcher: a stage that comes from a Scala future runs what follows it on the common pool unless told
        // where.
        return AskPattern.ask(lease, message, limit, system.scheduler())
                .handleAsync(
                        (raced, timeout) -> timeout == null
                                ? raced
                                : new LeaseKeeper.Raced.Unreachable("the lease keeper did not answer within " + limit),
                        system.executionContext());
    }

    private CompletionStage<Result> clearFailover() {
        boolean requested = view.get().cluster().flatMap(ClusterView::failover).isPresent();
        return requested
                ? dcs().write(own("failover"), "{}", Condition.always()).thenApply(answer -> new Result.Ok())
                : ok();
    }

    /** The role has changed, so the publication is composed from a fresh look, not from the last view. */
    private CompletionStage<Result> publish() {
        return postgres()
                .look(false)
                .thenCompose(seen -> AskPattern.<Membership.Command, Membership.Done>ask(
                        membership,
                        replyTo -> new Membership.Publish(ports.publication(view.get(), seen), Optional.of(replyTo)),
                        Duration.ofSeconds(2),
                        system.scheduler()))
                .handle((done, failure) -> new Result.Ok());
    }

    // --- others
    // ----------------------------------------------------------------------------------------------------------------------

    private Succession succession() {
        return new Succession(system, ports, view.get(), this::asked);
    }

    /** Without moved reads there is nothing to wait for: those that run now fail as they would a moment later. */
    private CompletionStage<Result> awaitQuiet(Findings found) {
        return found.readsMoved()
                ? postgres().awaitQuiet(RUNNING_READS).handle((quiet, failure) -> new Result.Ok())
                : ok();
    }

    private CompletionStage<Result> tellCoordinator(Step.TellCoordinator tell, Findings found) {
        if (tell.event() == Step.TellCoordinator.Event.BEFORE_DEMOTE) {
            // Opens the connection that the next step asks on, while nobody waits for it.
            postgres().awaitQuiet(Duration.ofMillis(1));
        }
        CompletionStage<Optional<EventReply>> told =
                new CoordinatorCall(ports, view.get(), coordinator).tell(tell, found);
        if (!tell.await()) {
            return ok();
        }
        // Whether the coordinator heard it is its and the heartbeat's concern: a worker's availability never depends on
        // it. Only what an operator wants to be a reason is one.
        return told.thenCompose(reply -> reply.filter(said -> said.outcome() == Completion.Outcome.BLOCKED)
                .map(said -> succession().giveUp(blocked(said)))
                .orElseGet(() -> CompletableFuture.completedFuture(
                        reply.<Result>map(Result.Replied::new).orElseGet(Result.Ok::new))));
    }

    private static String blocked(EventReply reply) {
        return "given up, because transactions keep the locks that hold writes: " + String.join("; ", reply.blockers());
    }

    private String own(String key) {
        return settings().group().map(group -> group + "/" + key).orElse(key);
    }

    // --- conversions
    // -----------------------------------------------------------------------------------------------------------------

    static CompletionStage<Result> ok() {
        return CompletableFuture.completedFuture(new Result.Ok());
    }

    static CompletionStage<Result> failed(String why) {
        return CompletableFuture.completedFuture(new Result.Failed(why));
    }

    private static CompletionStage<Result> always(CompletionStage<LocalPostgres.Outcome> outcome) {
        return outcome.handle((done, failure) -> new Result.Ok());
    }

    private static CompletionStage<Result> outcome(CompletionStage<LocalPostgres.Outcome> outcome) {
        return outcome.thenApply(done -> switch (done) {
            case LocalPostgres.Outcome.Ok ok -> new Result.Ok();
            // The look that follows sees state and role; the next decision deals with it.
            case LocalPostgres.Outcome.StillStarting starting -> new Result.Ok();
            case LocalPostgres.Outcome.Failed(String why) -> new Result.Failed(why);
            case LocalPostgres.Outcome.Cancelled cancelled -> new Result.Cancelled();
        });
    }

    /** As the policy remembers it. */
    static Aftermath.Ending ending(Step step, Result result) {
        return switch (result) {
            case Result.Ok ok -> new Aftermath.Ending.Succeeded();
            case Result.StoppedCleanly clean -> new Aftermath.Ending.Succeeded();
            case Result.Received received -> new Aftermath.Ending.Succeeded();
            case Result.Replied replied -> new Aftermath.Ending.Succeeded();
            case Result.Compared compared -> new Aftermath.Ending.Compared(compared.diverged(), compared.why());
            case Result.Failed(String why) -> new Aftermath.Ending.Failed(step, why);
            case Result.Cancelled cancelled -> new Aftermath.Ending.Cancelled();
        };
    }
}
