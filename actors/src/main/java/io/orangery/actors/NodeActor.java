package io.orangery.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.MemberData;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.Aftermath;
import io.orangery.core.policy.Decision;
import io.orangery.core.policy.Limits;
import io.orangery.core.policy.NodePolicy;
import io.orangery.core.policy.Operation;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.policy.Playbook;
import io.orangery.core.policy.Request;
import io.orangery.core.policy.Step;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Condition;
import io.orangery.postgres.LocalPostgres;
import io.orangery.protocol.KeyJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * One node: gathers what is seen into a {@link View}, asks {@link NodePolicy} what to do, and carries the answer out. Decides nothing itself.
 *
 * <p>It runs after every change of anything seen, and once in {@code loop_wait} in any case. It never waits: everything slow comes back as a
 * message.
 */
public final class NodeActor extends AbstractOnMessageBehavior<NodeActor.Command> {
    /** Messages. */
    public sealed interface Command {}

    /** A view that is not older than this question. */
    public record AskFreshView(ActorRef<Situation.Snapshot> replyTo) implements Command {}

    /** Restart or reinitialize; conditions were checked on admission. */
    public record Asked(Request request, boolean force, ActorRef<Reply> replyTo) implements Command {}

    /** Read the local configuration again. */
    public record Reload(ActorRef<Reply> replyTo) implements Command {}

    /** Something in the store was changed by this agent's REST layer: do not wait for the watch. */
    public enum Wake implements Command {
        NOW
    }

    /** Answer to {@link Asked} and {@link Reload}. */
    public sealed interface Reply {
        record Done() implements Reply {}

        record Failed(String why) implements Reply {}

        /** Another long action is under way; nothing was done. */
        record Busy(Operation.Kind with) implements Reply {}
    }

    private record Seen(Situation.Observation observation) implements Command {}

    private record Gathered(Duration askedAt, ClusterView basis, Map<NodeId, PeerAnswer> answers) implements Command {}

    private record LeaseAnswered(LeaseKeeper.Raced answer) implements Command {}

    private record Written(Answer<Long> answer) implements Command {}

    private record Ended(OperationRunner.Ended ended) implements Command {}

    private record DutyNews(DutyPerformer.News news) implements Command {}

    private enum Adopted implements Command {
        NOW
    }

    private enum Decide implements Command {
        NOW
    }

    private enum Tick implements Command {
        NOW
    }

    /** Timers stand still while the host is suspended; the clock that leases are measured with does not. */
    private enum Pulse implements Command {
        NOW
    }

    /** An actor that this one cannot do without has ended by itself. */
    private record ChildEnded(String name) implements Command {}

    /** The runner of a long action is gone; its report, if there is one, is in the mailbox already. */
    private record RunnerGone(ActorRef<OperationRunner.Command> gone, Operation operation) implements Command {}

    private record RunnerLost(ActorRef<OperationRunner.Command> gone, Operation operation) implements Command {}

    /** How long members may take to answer: as with the reference; one that is alive answers in milliseconds. */
    private static final Duration EVIDENCE_LIMIT = Duration.ofSeconds(2);

    private static final Duration PULSE = Duration.ofMillis(500);

    /** The ports answer long before; an answer that was lost must not stop the node from asking again. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(15);

    /**
     * @param listener gets every snapshot, on the actor's thread; must be quick
     */
    public static Behavior<Command> create(NodePorts ports, java.util.function.Consumer<Situation.Snapshot> listener) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new NodeActor(context, timers, ports, listener)));
    }

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final NodePorts ports;
    private final java.util.function.Consumer<Situation.Snapshot> listener;
    private final Situation situation;
    private final DecisionLog decisionLog;
    private final ActorRef<LeaseKeeper.Command> lease;
    private final ActorRef<Membership.Command> membership;
    private final ActorRef<PostgresActor.Command> postgres;
    private final ActorRef<DutyPerformer.Command> duties;
    private final ActorRef<LeaseKeeper.Raced> leaseReplies;
    private final CoordinatorCall.Known coordinator = new CoordinatorCall.Known();
    private final List<ActorRef<Situation.Snapshot>> waitingForView = new ArrayList<>();
    private Optional<ActorRef<OperationRunner.Command>> runner = Optional.empty();
    private Optional<ActorRef<Reply>> requester = Optional.empty();
    private Optional<Duration> gatheringSince = Optional.empty();
    private boolean leaseBusy;
    private Optional<Duration> writingSince = Optional.empty();
    private boolean reloadDue;
    private boolean halted;
    private boolean adopting;
    private Optional<Membership.Publish> published = Optional.empty();
    private volatile View latest;

    private NodeActor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            NodePorts ports,
            java.util.function.Consumer<Situation.Snapshot> listener) {
        super(context);
        context.setLoggerName(NodeActor.class);
        this.context = context;
        this.timers = timers;
        this.ports = ports;
        this.listener = listener;
        this.situation = new Situation(ports.settings(), ports.ticker());
        this.decisionLog = new DecisionLog(context.getLog());
        this.latest = situation.view();
        var self = context.getSelf();
        var dynamic = situation.settings().dynamic();
        this.lease = context.spawn(
                LeaseKeeper.create(
                        ports.dcs(),
                        ports.ticker(),
                        Situation.timing(dynamic),
                        seen -> self.tell(new Seen(new Situation.Observation.OfLease(seen)))),
                "lease");
        this.membership = context.spawn(
                Membership.create(
                        ports.dcs(),
                        situation.settings().group(),
                        ports.ticker(),
                        dynamic.loopWait(),
                        seen -> self.tell(new Seen(new Situation.Observation.OfDcs(seen)))),
                "membership");
        this.postgres = context.spawn(
                PostgresActor.create(
                        ports.postgres(), seen -> self.tell(new Seen(new Situation.Observation.OfPostgres(seen)))),
                "postgres");
        this.duties = context.spawn(DutyPerformer.create(ports, news -> self.tell(new DutyNews(news))), "duties");
        context.watchWith(lease, new ChildEnded("lease"));
        context.watchWith(membership, new ChildEnded("membership"));
        context.watchWith(postgres, new ChildEnded("postgres"));
        context.watchWith(duties, new ChildEnded("duties"));
        timers.startTimerWithFixedDelay(Pulse.NOW, PULSE);
        this.leaseReplies = context.messageAdapter(LeaseKeeper.Raced.class, LeaseAnswered::new);
        self.tell(Tick.NOW);
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        try {
            receive(message);
        } catch (RuntimeException broken) {
            // Whatever it was: nobody decides for this PostgreSQL any more, so it must not go on as a primary.
            context.getLog().error("a broken invariant while handling {}", message, broken);
            fence("a broken invariant: " + broken);
        }
        return this;
    }

    private void receive(Command message) {
        switch (message) {
            case AskFreshView ask -> onAskFreshView(ask);
            case Asked asked -> onAsked(asked);
            case Reload reload -> onReload(reload);
            case Wake now -> membership.tell(new Membership.Read(false));
            case Seen seen -> onSeen(seen.observation());
            case Gathered gathered -> onGathered(gathered);
            case LeaseAnswered answered -> onLeaseAnswered(answered.answer());
            case Written written -> onWritten(written.answer());
            case Ended ended -> onEnded(ended.ended());
            case DutyNews news -> onDutyNews(news.news());
            case Adopted now -> onAdopted();
            case Decide now -> decide();
            case Tick now -> onTick();
            case Pulse now -> onPulse();
            case ChildEnded child -> fence("the actor " + child.name() + " has ended");
            case RunnerGone runnerGone ->
                context.getSelf().tell(new RunnerLost(runnerGone.gone(), runnerGone.operation()));
            case RunnerLost lost -> onRunnerLost(lost);
        }
    }

    // --- what comes in
    // ---------------------------------------------------------------------------------------------------------------

    private void onAskFreshView(AskFreshView ask) {
        waitingForView.add(ask.replyTo());
        look();
    }

    private void onAsked(Asked asked) {
        boolean shutdown = asked.request() instanceof Request.Shutdown;
        if (!shutdown && situation.operation().isPresent() && !asked.force()) {
            asked.replyTo().tell(new Reply.Busy(situation.operation().get().kind()));
            return;
        }
        if (!shutdown && situation.leaving()) {
            asked.replyTo().tell(new Reply.Busy(Operation.Kind.SHUTDOWN));
            return;
        }
        if (asked.force()) {
            runner.ifPresent(running -> running.tell(OperationRunner.Cancel.NOW));
        }
        requester.ifPresent(earlier -> earlier.tell(new Reply.Failed("superseded by another request")));
        requester = Optional.of(asked.replyTo());
        situation.request(asked.request());
        decide();
        if (asked.request() instanceof Request.Reinitialize) {
            asked.replyTo().tell(new Reply.Done());
            requester = Optional.empty();
        }
    }

    private void onReload(Reload reload) {
        SettingsSource.Applied applied = ports.settings().reloadLocal();
        switch (applied) {
            case SettingsSource.Applied.Settings fresh -> {
                configure();
                reload.replyTo().tell(new Reply.Done());
            }
            case SettingsSource.Applied.Rejected(String why) -> {
                context.getLog().error("the configuration was not reloaded: {}", why);
                reload.replyTo().tell(new Reply.Failed(why));
            }
        }
    }

    private void onSeen(Situation.Observation observation) {
        Situation.Effect effect = situation.see(observation);
        if (effect.configurationChanged()) {
            configure();
        }
        if (effect.adopt()) {
            context.getLog().info("adopting the postmaster that runs already");
            adopting = true;
            context.pipeToSelf(ports.postgres().adopt(), (outcome, failure) -> Adopted.NOW);
        }
        if (effect.look()) {
            look();
        }
        decide();
        if (reloadDue) {
            reload();
        }
        if (observation instanceof Situation.Observation.OfPostgres && !effect.look()) {
            Situation.Snapshot snapshot = situation.snapshot();
            waitingForView.forEach(waiting -> waiting.tell(snapshot));
            waitingForView.clear();
        }
    }

    private void onGathered(Gathered gathered) {
        gatheringSince = Optional.empty();
        situation.evidence(gathered.askedAt(), gathered.basis(), gathered.answers());
        decide();
    }

    private void onLeaseAnswered(LeaseKeeper.Raced answer) {
        leaseBusy = false;
        switch (answer) {
            case LeaseKeeper.Raced.Won won -> {}
            case LeaseKeeper.Raced.Lost(String why) ->
                context.getLog().info("the leader key was not obtained: {}", why);
            case LeaseKeeper.Raced.Unreachable(String why) ->
                context.getLog().warn("the leader key: the DCS did not answer: {}", why);
        }
        // The next decision needs keys that were read after the answer.
        membership.tell(new Membership.Read(answer instanceof LeaseKeeper.Raced.Won));
    }

    private void onWritten(Answer<Long> answer) {
        writingSince = Optional.empty();
        if (!answer.succeeded()) {
            context.getLog().info("the failover key was not cleared: {}", answer);
        }
        membership.tell(new Membership.Read(false));
    }

    private void onEnded(OperationRunner.Ended ended) {
        runner = Optional.empty();
        switch (ended.ending()) {
            case Aftermath.Ending.Failed failed ->
                context.getLog().warn("{} failed: {}", ended.operation().kind().text(), failed.why());
            case Aftermath.Ending.Cancelled cancelled ->
                context.getLog()
                        .warn(
                                "{} was ended before it was complete",
                                ended.operation().kind().text());
            case Aftermath.Ending.Compared compared -> context.getLog().info("divergence: {}", compared.why());
            case Aftermath.Ending.Succeeded succeeded ->
                context.getLog().info("{}: complete", ended.operation().kind().text());
        }
        situation.ended(ended.operation().kind(), ended.ending());
        ended.findings().reply().map(EventReply::pauseMillis).ifPresent(situation::pauseEnded);
        // Before anybody is answered: the answer tells of it.
        listener.accept(situation.snapshot());
        // The action has published by itself.
        published = Optional.empty();
        boolean leaving = ended.operation().kind() == Operation.Kind.SHUTDOWN;
        if (leaving && ended.ending() instanceof Aftermath.Ending.Cancelled) {
            // The lease ran out first: once PostgreSQL is no primary any more, leaving goes on.
            decide();
        } else {
            answerRequester(ended);
            if (leaving) {
                halt(0, "the agent was asked to stop");
                return;
            }
            decide();
        }
        look();
        membership.tell(new Membership.Read(false));
    }

    private void answerRequester(OperationRunner.Ended ended) {
        boolean requested = switch (ended.operation().kind()) {
            case RESTART, REINITIALIZE, SHUTDOWN -> true;
            default -> false;
        };
        if (!requested) {
            return;
        }
        situation.requestDone();
        requester.ifPresent(waiting -> waiting.tell(
                ended.ending() instanceof Aftermath.Ending.Failed failed
                        ? new Reply.Failed(failed.why())
                        : ended.ending() instanceof Aftermath.Ending.Cancelled
                                ? new Reply.Failed(ended.operation().kind().text() + " was cancelled")
                                : new Reply.Done()));
        requester = Optional.empty();
    }

    private void onDutyNews(DutyPerformer.News news) {
        switch (news) {
            case DutyPerformer.News.Prepared(Optional<Long> failoverVersion) -> {
                situation.prepared(failoverVersion);
                listener.accept(situation.snapshot());
            }
            case DutyPerformer.News.Plain.CHECKPOINT_DONE -> {
                situation.checkpointDone();
                decide();
            }
            case DutyPerformer.News.Plain.KEYS_CHANGED -> membership.tell(new Membership.Read(false));
            case DutyPerformer.News.Plain.POSTGRES_CHANGED -> look();
        }
    }

    /** What the running server was told by the agent before is known now, so files may be rewritten without losing it. */
    private void onAdopted() {
        adopting = false;
        reload();
        decide();
    }

    private void onTick() {
        timers.startSingleTimer(
                Tick.NOW, Tick.NOW, situation.settings().dynamic().loopWait());
        situation.tick();
        membership.tell(Membership.Repeat.NOW);
        look();
        decide();
    }

    private void onPulse() {
        View view = situation.view();
        boolean urgent = view.lease()
                .protectedUntil()
                .map(until -> until.minus(Limits.stopBefore(view.dynamic().ttl())))
                .filter(stopAt -> stopAt.compareTo(view.now()) <= 0)
                .isPresent();
        if (urgent) {
            decide();
        }
    }

    private void onRunnerLost(RunnerLost lost) {
        if (runner.filter(lost.gone()::equals).isPresent()) {
            Step step = lost.operation().steps().getFirst();
            onEnded(new OperationRunner.Ended(
                    lost.operation(),
                    new Aftermath.Ending.Failed(step, "its runner has ended without a report"),
                    Findings.NONE));
        }
    }

    private void look() {
        postgres.tell(new PostgresActor.Look(situation.view().holdsLease()));
    }

    /** New settings: everybody who follows them is told; PostgreSQL reloads in its own time. */
    private void configure() {
        var settings = ports.settings().current();
        situation.configure(settings);
        lease.tell(new LeaseKeeper.Retime(Situation.timing(settings.dynamic())));
        membership.tell(new Membership.Retime(settings.dynamic().loopWait()));
        ports.postgres().configure(settings.postgres());
        reload();
    }

    /** Not before the adoption: a reload would take back {@code synchronous_standby_names} while {@code /sync} still relies on it. */
    private void reload() {
        reloadDue = situation.operation().isPresent()
                || adopting
                || situation.view().postgres().isEmpty();
        if (!reloadDue && situation.runs()) {
            context.pipeToSelf(
                    ports.postgres().reload(),
                    (outcome, failure) -> new DutyNews(DutyPerformer.News.Plain.POSTGRES_CHANGED));
        }
    }

    // --- deciding and carrying out
    // ---------------------------------------------------------------------------------------------------

    private void decide() {
        if (halted) {
            return;
        }
        refuseRequest();
        View view = situation.view();
        latest = view;
        Decision decision = NodePolicy.decide(view);
        situation.decided(decision);
        decisionLog.record(view, decision);
        if (NodePolicy.justifiesLeading(view, decision)) {
            lease.tell(LeaseKeeper.Confirm.NOW);
        }
        carryOut(view, decision);
        if (situation.operation().isEmpty() && !adopting) {
            duties.tell(new DutyPerformer.Work(view));
        }
        publish(view);
        listener.accept(situation.snapshot());
        armTimers(view);
    }

    private void refuseRequest() {
        NodePolicy.refusal(situation.view()).ifPresent(why -> {
            context.getLog().warn("not done: {}", why);
            situation.requestDone();
            requester.ifPresent(waiting -> waiting.tell(new Reply.Failed(why)));
            requester = Optional.empty();
        });
    }

    private void carryOut(View view, Decision decision) {
        switch (decision) {
            case Decision.Stay d -> {}
            case Decision.ReadAgain d -> membership.tell(new Membership.Read(true));
            case Decision.GatherEvidence d -> gather(view, d.members());
            case Decision.Race d -> askLease(new LeaseKeeper.Acquire(leaseReplies));
            // The keys are read once it is granted, not beside it: an earlier lease's key may be lost to another leader
            // first.
            case Decision.Reclaim d -> askLease(new LeaseKeeper.Reclaim(leaseReplies));
            case Decision.ReleaseLease d -> {
                situation.steppedDown();
                askLease(new LeaseKeeper.Release(leaseReplies));
            }
            case Decision.ClearFailover d -> write("{}", d.version());
            case Decision.ClearCandidate d -> clearCandidate(view, d.version());
            case Decision.Abandon d -> runner.ifPresent(running -> running.tell(OperationRunner.Cancel.NOW));
            case Decision.Halt d -> halt(1, d.why());
            case Decision.Follow d -> {
                if (!alreadyFollows(view, d)) {
                    run(view, decision);
                }
            }
            case Decision.Shutdown d -> {
                if (d.stopPostgres()) {
                    run(view, decision);
                } else {
                    requester.ifPresent(waiting -> waiting.tell(new Reply.Done()));
                    halt(0, d.why());
                }
            }
            case Decision.Promote d -> run(view, decision);
            case Decision.Demote d -> run(view, decision);
            case Decision.Bootstrap d -> run(view, decision);
            case Decision.Clone d -> run(view, decision);
            case Decision.StartPrimary d -> run(view, decision);
            case Decision.CheckDivergence d -> run(view, decision);
            case Decision.Rewind d -> run(view, decision);
            case Decision.SingleUserRecovery d -> run(view, decision);
            case Decision.Restart d -> run(view, decision);
        }
    }

    private boolean alreadyFollows(View view, Decision.Follow follow) {
        boolean runs = view.postgres().filter(PostgresSeen::postmasterAlive).isPresent();
        return runs && ports.postgres().follows(follow.upstream().flatMap(name -> Situation.upstream(view, name)));
    }

    private void run(View view, Decision decision) {
        Operation operation = Playbook.operation(decision, view).orElseThrow();
        situation.began(operation.kind());
        if (decision instanceof Decision.Follow follow) {
            context.getLog()
                    .info(
                            "{}: to follow {}",
                            operation.kind().text(),
                            follow.upstream().map(NodeId::name).orElse("nobody"));
        }
        StepPerformer performer =
                new StepPerformer(context.getSystem(), ports, lease, membership, coordinator, () -> latest);
        ActorRef<Command> self = context.getSelf();
        duties.tell(DutyPerformer.Rest.NOW);
        ActorRef<OperationRunner.Command> spawned = context.spawnAnonymous(OperationRunner.create(
                operation, performer, ports.postgres(), ports.ticker(), ended -> self.tell(new Ended(ended))));
        context.watchWith(spawned, new RunnerGone(spawned, operation));
        runner = Optional.of(spawned);
        latest = situation.view();
    }

    private void gather(View view, Set<NodeId> names) {
        look();
        if (awaited(gatheringSince)) {
            return;
        }
        gatheringSince = Optional.of(view.now());
        Map<NodeId, Member> known = new TreeMap<>();
        view.memory()
                .lastWithLeader()
                .ifPresent(old -> old.members().forEach(member -> known.put(member.id(), member)));
        ClusterView basis = view.cluster().orElseThrow();
        basis.members().forEach(member -> known.put(member.id(), member));
        List<Member> members =
                names.stream().filter(known::containsKey).map(known::get).toList();
        Duration askedAt = ports.ticker().now();
        context.pipeToSelf(ports.peers().ask(members, EVIDENCE_LIMIT), (answers, failure) -> {
            Map<NodeId, PeerAnswer> all = new TreeMap<>();
            names.forEach(
                    name -> all.put(name, new PeerAnswer.Silent(failure == null ? "no answer" : failure.toString())));
            if (answers != null) {
                all.putAll(answers);
            }
            return new Gathered(askedAt, basis, all);
        });
    }

    private boolean awaited(Optional<Duration> since) {
        return since.filter(at -> ports.ticker().now().minus(at).compareTo(ANSWER_LIMIT) < 0)
                .isPresent();
    }

    private void askLease(LeaseKeeper.Command command) {
        if (!leaseBusy) {
            leaseBusy = true;
            lease.tell(command);
        }
    }

    private void clearCandidate(View view, long version) {
        Optional<NodeId> leader = view.cluster().flatMap(ClusterView::failover).flatMap(request -> request.leader());
        write(KeyJson.writeFailover(leader, Optional.empty(), Optional.empty()), version);
    }

    private void write(String failover, long version) {
        if (awaited(writingSince)) {
            return;
        }
        writingSince = Optional.of(ports.ticker().now());
        String path =
                situation.settings().group().map(group -> group + "/failover").orElse("failover");
        context.pipeToSelf(
                ports.dcs().write(path, failover, Condition.version(version)),
                (answer, failure) -> new Written(failure == null ? answer : Answer.unreachable(failure.toString())));
    }

    private void publish(View view) {
        if (view.postgres().isEmpty()
                || view.operation()
                        .filter(r -> r.kind() == Operation.Kind.SHUTDOWN)
                        .isPresent()) {
            return;
        }
        Membership.Publish next =
                new Membership.Publish(ports.publication(view, view.postgres().get()), Optional.empty());
        if (published.isEmpty() || !published.get().equals(next)) {
            boolean served = published.filter(before -> serves(before.data())).isPresent();
            published = Optional.of(next);
            membership.tell(next);
            // The action that is under way tells it itself, at the right moment and with what it has measured.
            if (view.settings().citusWorker()
                    && !served
                    && serves(next.data())
                    && view.operation().isEmpty()) {
                // Repeats what the action itself has told: a lost message must not hold writes until the deadline
                // (citus.md 7).
                new CoordinatorCall(ports, view, coordinator)
                        .tell(new Step.TellCoordinator(Step.TellCoordinator.Event.AFTER_PROMOTE, false), Findings.NONE);
            }
        }
    }

    private static boolean serves(MemberData data) {
        return data.running() && data.primary();
    }

    /** Moments at which a decision can change although nothing is seen. */
    private void armTimers(View view) {
        Optional<Duration> stopAt = view.lease()
                .protectedUntil()
                .map(until -> until.minus(Limits.stopBefore(view.dynamic().ttl())));
        Duration next = Limits.EVIDENCE_REFRESH;
        boolean undecided = view.cluster().filter(ClusterView::unlocked).isPresent()
                || view.memory()
                        .failure()
                        .filter(failure ->
                                view.now().minus(failure.at()).compareTo(Limits.AFTER_FAILURE.multipliedBy(2)) < 0)
                        .isPresent();
        if (stopAt.isPresent()) {
            Duration left = stopAt.get().minus(view.now());
            timers.startSingleTimer("lease", Decide.NOW, left.isPositive() ? left : Limits.EVIDENCE_REFRESH);
        }
        if (undecided && !timers.isTimerActive(Decide.NOW)) {
            timers.startSingleTimer(Decide.NOW, Decide.NOW, next);
        }
    }

    /** Fences first and reports second. In maintenance mode PostgreSQL is the operator's. */
    private void fence(String why) {
        if (halted) {
            return;
        }
        View view = situation.view();
        boolean writable = view.postgres()
                        .map(PostgresSeen::mayBeWritable)
                        .orElse(view.memory().healthyOnce())
                || view.lease().protectedUntil().isPresent();
        halted = true;
        timers.cancelAll();
        context.getLog().error("leaving with exit code 1: {}", why);
        if (writable && !view.paused()) {
            ports.postgres().cancel();
            ports.postgres()
                    .stop(LocalPostgres.StopMode.IMMEDIATE, Optional.empty(), true)
                    .whenComplete((stopped, failure) -> ports.exit().now(1, why));
        } else {
            ports.exit().now(1, why);
        }
    }

    private void halt(int code, String why) {
        halted = true;
        timers.cancelAll();
        if (code == 0) {
            context.getLog().info("leaving: {}", why);
        } else {
            context.getLog().error("leaving with exit code {}: {}", code, why);
        }
        ports.exit().now(code, why);
    }
}
