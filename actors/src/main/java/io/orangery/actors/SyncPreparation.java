package io.orangery.actors;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.SyncKey;
import io.orangery.core.policy.View;
import io.orangery.core.settings.SynchronousMode;
import io.orangery.core.sync.BeforePromotion;
import io.orangery.core.sync.SyncStep;
import io.orangery.core.sync.SynchronousStandbyNames;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Condition;
import io.orangery.protocol.KeyJson;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * {@code /sync} and {@code synchronous_standby_names} as they must be before a promotion, so that no commit is acknowledged that could be lost
 * (ha-behaviour 20.5, 21.5).
 */
final class SyncPreparation {
    private final NodePorts ports;
    private final View view;
    private final Optional<NodeId> stopped;

    /** @param stopped the former leader, when it has stopped and handed over */
    SyncPreparation(NodePorts ports, View view, Optional<NodeId> stopped) {
        this.ports = ports;
        this.view = view;
        this.stopped = stopped;
    }

    CompletionStage<StepPerformer.Result> run() {
        Optional<ClusterView> cluster = view.cluster();
        if (cluster.isEmpty()) {
            return StepPerformer.failed("the DCS is not accessible");
        }
        SyncKey key = cluster.get().sync();
        SynchronousMode mode = view.dynamic().synchronousMode();
        if (mode == SynchronousMode.QUORUM && !key.active()) {
            mode = SynchronousMode.OFF;
        }
        BeforePromotion wanted =
                BeforePromotion.of(key, view.self(), mode, view.dynamic().synchronousModeStrict(), stopped);
        return wanted.key()
                .map(
                        step -> write(step, key)
                                .thenCompose(
                                        answer -> answer.succeeded()
                                                ? setNames(wanted.names())
                                                : StepPerformer.failed(
                                                        "Postponing promotion because synchronous replication state was updated by somebody else")))
                .orElseGet(() -> setNames(wanted.names()));
    }

    private CompletionStage<Answer<Long>> write(SyncStep.WriteKey step, SyncKey key) {
        String path = view.settings().group().map(group -> group + "/sync").orElse("sync");
        Condition condition = key.version() == 0 ? Condition.absent() : Condition.version(key.version());
        return ports.dcs()
                .write(
                        path,
                        KeyJson.writeSync(
                                Optional.of(step.leader()), step.voters().sorted(), step.quorum()),
                        condition);
    }

    private CompletionStage<StepPerformer.Result> setNames(Optional<SynchronousStandbyNames> names) {
        return ports.postgres()
                .setSynchronousStandbyNames(names.flatMap(SynchronousStandbyNames::render))
                .thenApply(outcome -> outcome.ok()
                        ? new StepPerformer.Result.Ok()
                        : new StepPerformer.Result.Failed(
                                "synchronous_standby_names could not be set before promotion: " + outcome));
    }
}
