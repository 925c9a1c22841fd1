package io.orangery.actors;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.policy.DcsSeen;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.SynchronousMode;
import io.orangery.core.sync.QuorumViolation;
import io.orangery.core.sync.ReplicationObservation;
import io.orangery.core.sync.ReplicationState;
import io.orangery.core.sync.StandbyRow;
import io.orangery.core.sync.SyncDriver;
import io.orangery.core.sync.SyncMemory;
import io.orangery.core.sync.SyncSituation;
import io.orangery.core.sync.SyncState;
import io.orangery.core.sync.SyncStep;
import io.orangery.core.sync.SynchronousCommit;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Condition;
import io.orangery.postgres.LocalPostgres;
import io.orangery.protocol.KeyJson;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Carries out one step of synchronous replication at a time, each from a fresh observation, so that the rules S6 to S8 hold after every one.
 * What to do next is {@link SyncDriver}'s; this only observes and acts. Used by one actor.
 */
final class SynchronousReplication {
    /** WAL senders need a moment to read a changed list; its next observation must come after it (ha-behaviour 20.4). */
    private static final Duration AFTER_NEW_NAMES = Duration.ofMillis(100);

    private static final Duration AFTER_RESTART = Duration.ofSeconds(1);

    /**
     * What came of one look.
     *
     * @param moved something was changed
     * @param lookAgainAfter when the next step may be due; empty: when something changes
     */
    record Progress(boolean moved, Optional<String> sentence, Optional<Duration> lookAgainAfter) {
        static Progress failed(String why) {
            return new Progress(false, Optional.of(why), Optional.of(AFTER_RESTART));
        }
    }

    private final NodePorts ports;
    private SyncMemory memory = SyncMemory.NOTHING;
    /** Read where a step is carried out, on threads of the adapters. */
    private volatile boolean mayAct = true;
    /** A view that was read earlier does not show the own last write, and a compare-and-set on it would only be refused. */
    private volatile Duration wroteAt = Duration.ofSeconds(-1);

    SynchronousReplication(NodePorts ports) {
        this.ports = ports;
    }

    CompletionStage<Progress> step(View view) {
        return ports.postgres().look(true).thenCompose(seen -> observe(view, seen));
    }

    /** Another primary may have changed the list meanwhile: nothing remembered counts after a term has ended. */
    void forget() {
        memory = SyncMemory.NOTHING;
    }

    private CompletionStage<Progress> observe(View view, PostgresSeen seen) {
        Optional<ClusterView> cluster = view.cluster();
        Optional<MonitoringRow> row = seen.row().filter(answer -> !answer.inRecovery());
        boolean outdated =
                view.dcs() instanceof DcsSeen.Fresh fresh && fresh.readAt().compareTo(wroteAt) <= 0;
        if (cluster.isEmpty() || row.isEmpty() || outdated) {
            return CompletableFuture.completedFuture(new Progress(false, Optional.empty(), Optional.empty()));
        }
        ReplicationState state = ReplicationState.observe(observation(view, cluster.get(), row.get()), memory);
        memory = state.memory();
        SyncSituation situation = new SyncSituation(
                view.self(),
                cluster.get().sync(),
                state,
                row.get().synchronousStandbyNames(),
                view.dynamic().standby() ? SynchronousMode.OFF : view.dynamic().synchronousMode(),
                view.dynamic().synchronousNodeCount(),
                view.dynamic().synchronousModeStrict(),
                Optional.ofNullable(view.settings().postgres().parameters().get("synchronous_standby_names")));
        Optional<SyncStep> next;
        try {
            next = SyncDriver.next(situation);
        } catch (QuorumViolation violation) {
            return CompletableFuture.completedFuture(Progress.failed(violation.getMessage()));
        }
        return generateWal(state)
                .thenCompose(done -> next.map(step -> act(view, cluster.get(), step))
                        .orElseGet(() -> CompletableFuture.completedFuture(new Progress(
                                false,
                                Optional.empty(),
                                state.listChanged() ? Optional.of(AFTER_NEW_NAMES) : Optional.empty()))));
    }

    private CompletionStage<?> generateWal(ReplicationState state) {
        return state.listChanged() ? ports.postgres().generateWal() : CompletableFuture.completedFuture(null);
    }

    private static ReplicationObservation observation(View view, ClusterView cluster, MonitoringRow row) {
        List<StandbyRow> rows = row.standbys().stream()
                .map(standby -> new StandbyRow(
                        standby.applicationName(),
                        SyncState.of(standby.syncState()),
                        standby.writeLsn(),
                        standby.flushLsn(),
                        standby.replayLsn()))
                .toList();
        return new ReplicationObservation(
                view.self(),
                cluster.members(),
                rows,
                row.synchronousStandbyNames(),
                SynchronousCommit.of(row.synchronousCommit()),
                row.walPosition(),
                cluster.sync(),
                view.dynamic().synchronousMode(),
                view.dynamic().synchronousNodeCount(),
                view.dynamic().maximumLagOnSyncnode());
    }

    /** @param now false while a long action may end the term: an observation of before it must not change anything any more */
    void mayAct(boolean now) {
        mayAct = now;
    }

    private CompletionStage<Progress> act(View view, ClusterView cluster, SyncStep step) {
        if (!mayAct) {
            return CompletableFuture.completedFuture(new Progress(false, Optional.empty(), Optional.empty()));
        }
        return switch (step) {
            case SyncStep.WriteKey write ->
                key(
                        view,
                        cluster,
                        KeyJson.writeSync(
                                Optional.of(write.leader()), write.voters().sorted(), write.quorum()),
                        step);
            case SyncStep.DeleteKey delete ->
                ports.dcs()
                        .delete(path(view), Condition.version(cluster.sync().version()))
                        .thenApply(
                                answer -> new Progress(answer.succeeded(), Optional.of(step.why()), Optional.empty()));
            case SyncStep.SetNames set -> names(set.names().render(), step);
            case SyncStep.UseConfiguredNames configured -> names(Optional.empty(), step);
            case SyncStep.Restart restart ->
                CompletableFuture.completedFuture(new Progress(false, Optional.empty(), Optional.of(AFTER_RESTART)));
        };
    }

    private CompletionStage<Progress> key(View view, ClusterView cluster, String json, SyncStep step) {
        Condition condition = cluster.sync().version() == 0
                ? Condition.absent()
                : Condition.version(cluster.sync().version());
        return ports.dcs().write(path(view), json, condition).thenApply(answer -> switch (answer) {
            case Answer.Done<Long> done -> {
                wroteAt = ports.ticker().now();
                yield new Progress(true, Optional.of(step.why()), Optional.empty());
            }
            case Answer.Refused<Long> refused ->
                new Progress(
                        true, Optional.of("Synchronous replication key updated by someone else."), Optional.empty());
            case Answer.Unreachable<Long>(String why) -> Progress.failed(why);
        });
    }

    private CompletionStage<Progress> names(Optional<String> value, SyncStep step) {
        return ports.postgres()
                .setSynchronousStandbyNames(value)
                .thenApply(outcome -> outcome instanceof LocalPostgres.Outcome.Failed(String why)
                        ? Progress.failed(why)
                        : new Progress(true, Optional.of(step.why()), Optional.of(AFTER_NEW_NAMES)));
    }

    private static String path(View view) {
        return view.settings().group().map(group -> group + "/sync").orElse("sync");
    }
}
