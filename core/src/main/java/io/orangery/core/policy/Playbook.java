package io.orangery.core.policy;

import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.Operation.Kind;
import io.orangery.core.postgres.PostgresSeen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which steps, in which order, carry a decision out. Pure; the order is the specification's and matters. */
public final class Playbook {
    private Playbook() {}

    /** Empty: the decision is carried out by one message, not by a long action. */
    public static Optional<Operation> operation(Decision decision, View view) {
        boolean running = view.postgres().filter(PostgresSeen::postmasterAlive).isPresent();
        return switch (decision) {
            case Decision.Bootstrap d -> one(Kind.BOOTSTRAP, d, bootstrap());
            case Decision.Clone d ->
                one(
                        d.reinitialize() ? Kind.REINITIALIZE : Kind.CLONE,
                        d,
                        List.of(
                                new Step.StopPostgres(
                                        false, Optional.of(view.dynamic().retryTimeout())),
                                new Step.ClonePostgres(d.source(), d.onlyBasebackup()),
                                new Step.FollowUpstream(Optional.of(d.source()), Optional.empty()),
                                new Step.Publish()));
            case Decision.Promote d -> one(Kind.PROMOTE, d, promote(d, view));
            case Decision.Demote d ->
                one(d.mode() == DemoteMode.GRACEFUL ? Kind.SWITCHOVER_DEMOTE : Kind.DEMOTE, d, demote(d, view));
            case Decision.StartPrimary d -> one(Kind.START_PRIMARY, d, startPrimary(d, view));
            case Decision.Follow d ->
                one(
                        running ? Kind.FOLLOW : Kind.START_STANDBY,
                        d,
                        List.of(new Step.FollowUpstream(d.upstream(), Optional.empty()), new Step.Publish()));
            case Decision.CheckDivergence d ->
                one(Kind.CHECK_DIVERGENCE, d, List.of(new Step.CheckDivergence(d.leader())));
            case Decision.Rewind d ->
                one(
                        Kind.REWIND,
                        d,
                        List.of(
                                new Step.StopPostgres(true, Optional.empty()),
                                new Step.RunRewind(d.leader()),
                                new Step.FollowUpstream(Optional.of(d.leader()), Optional.empty()),
                                new Step.Publish()));
            case Decision.SingleUserRecovery d ->
                one(Kind.SINGLE_USER_RECOVERY, d, List.of(new Step.RunSingleUserRecovery()));
            case Decision.Restart d -> one(Kind.RESTART, d, restart(d, view));
            case Decision.Shutdown d -> d.stopPostgres() ? one(Kind.SHUTDOWN, d, shutdown(view)) : Optional.empty();
            case Decision.Stay d -> Optional.empty();
            case Decision.ReadAgain d -> Optional.empty();
            case Decision.GatherEvidence d -> Optional.empty();
            case Decision.Race d -> Optional.empty();
            case Decision.Reclaim d -> Optional.empty();
            case Decision.ReleaseLease d -> Optional.empty();
            case Decision.Abandon d -> Optional.empty();
            case Decision.ClearFailover d -> Optional.empty();
            case Decision.ClearCandidate d -> Optional.empty();
            case Decision.Halt d -> Optional.empty();
        };
    }

    private static Optional<Operation> one(Kind kind, Decision decision, List<Step> steps) {
        return Optional.of(new Operation(kind, steps, decision.why()));
    }

    private static List<Step> bootstrap() {
        return List.of(
                new Step.ClaimBootstrap(),
                new Step.RunInitdb(),
                new Step.RunPostBootstrap(),
                new Step.FoundCluster(),
                new Step.Callback("on_start"),
                new Step.Publish());
    }

    /** The request that made this node the leader is answered before the promotion, so that nobody acts on it twice. */
    private static List<Step> promote(Decision.Promote promote, View view) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.RunPrePromote());
        steps.add(new Step.PrepareSynchronousReplication(promote.stopped()));
        if (view.settings().citusWorker()) {
            steps.add(new Step.TellCoordinator(Step.TellCoordinator.Event.BEFORE_PROMOTE, false));
        }
        steps.add(new Step.PromotePostgres(max(view.dynamic().loopWait(), Duration.ofSeconds(10))));
        if (view.settings().citusWorker()) {
            // At once: writes wait for it. It needs no published key, because the coordinator asks key and server
            // itself
            // (citus 20.2 #11), and once the key is published it is told again.
            steps.add(new Step.TellCoordinator(Step.TellCoordinator.Event.AFTER_PROMOTE, true));
        }
        steps.add(new Step.Publish());
        steps.add(new Step.ClearFailover());
        return List.copyOf(steps);
    }

    private static List<Step> demote(Decision.Demote demote, View view) {
        List<Step> steps = new ArrayList<>();
        switch (demote.mode()) {
            case GRACEFUL -> graceful(demote.successor(), view, steps);
            case OFFLINE -> {
                Duration left = view.lease()
                        .protectedUntil()
                        .map(until -> until.minus(view.now()).minus(Limits.SAFETY_MARGIN))
                        .filter(rest -> rest.isPositive())
                        .orElse(Duration.ofMillis(1));
                steps.add(new Step.StopPostgres(true, Optional.of(left)));
                steps.add(new Step.ForgetLease());
                steps.add(new Step.FollowUpstream(Optional.empty(), Optional.empty()));
            }
            case IMMEDIATE -> {
                steps.add(new Step.StopPostgres(false, Optional.of(Limits.IMMEDIATE_STOP)));
                steps.add(new Step.ReleaseLease());
            }
            case IMMEDIATE_NOLOCK -> {
                steps.add(new Step.StopPostgres(false, Optional.of(Limits.IMMEDIATE_STOP)));
                steps.add(new Step.ForgetLease());
            }
        }
        steps.add(new Step.Publish());
        return List.copyOf(steps);
    }

    /** Everything that can be done before writes are held comes first (design.md 6). */
    private static void graceful(Optional<NodeId> successor, View view, List<Step> steps) {
        boolean worker = view.settings().citusWorker();
        successor.map(Step.NameSuccessor::new).ifPresent(steps::add);
        steps.add(new Step.Checkpoint(2));
        steps.add(new Step.RunBeforeStop());
        successor.map(Step.AwaitPrepared::new).ifPresent(steps::add);
        if (worker) {
            steps.add(new Step.TellCoordinator(Step.TellCoordinator.Event.BEFORE_DEMOTE, true, successor));
            steps.add(new Step.AwaitQuiet());
        }
        steps.add(new Step.StopPostgres(true, stopTimeout(view)));
        steps.add(new Step.AwaitSuccessor(successor));
        steps.add(successor.<Step>map(Step.HandOverLease::new).orElseGet(Step.ReleaseLease::new));
    }

    private static List<Step> startPrimary(Decision.StartPrimary start, View view) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.StartPrimary(start.timeout()));
        if (view.settings().citusWorker()) {
            // Its writes may be held since the crash was seen.
            steps.add(new Step.TellCoordinator(Step.TellCoordinator.Event.AFTER_PROMOTE, true));
        }
        steps.add(new Step.Publish());
        return List.copyOf(steps);
    }

    private static List<Step> restart(Decision.Restart restart, View view) {
        boolean leads = view.holdsLease();
        boolean tells = leads && view.settings().citusWorker();
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.Checkpoint(leads ? 2 : 1));
        steps.add(new Step.RunBeforeStop());
        if (tells) {
            steps.add(new Step.TellCoordinator(Step.TellCoordinator.Event.BEFORE_DEMOTE, true));
            steps.add(new Step.AwaitQuiet());
        }
        steps.add(new Step.RestartPostgres(restart.timeout()));
        if (tells) {
            steps.add(new Step.TellCoordinator(Step.TellCoordinator.Event.AFTER_PROMOTE, true));
        }
        steps.add(new Step.Publish());
        return List.copyOf(steps);
    }

    private static List<Step> shutdown(View view) {
        boolean leads = view.holdsLease()
                && view.postgres().filter(PostgresSeen::primary).isPresent();
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.RunBeforeStop());
        if (leads && view.settings().citusWorker()) {
            steps.add(new Step.TellCoordinator(Step.TellCoordinator.Event.BEFORE_DEMOTE, true));
        }
        steps.add(new Step.StopPostgres(true, stopTimeout(view)));
        if (leads) {
            steps.add(new Step.AwaitSuccessor(Optional.<NodeId>empty()));
        }
        steps.add(new Step.ReleaseLease());
        steps.add(new Step.Publish());
        return List.copyOf(steps);
    }

    /** {@code primary_stop_timeout} counts only with a synchronous mode (ha-behaviour 1.3). */
    private static Optional<Duration> stopTimeout(View view) {
        Duration configured = view.dynamic().primaryStopTimeout();
        return view.dynamic().synchronousMode().on() && configured.isPositive()
                ? Optional.of(configured)
                : Optional.empty();
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
