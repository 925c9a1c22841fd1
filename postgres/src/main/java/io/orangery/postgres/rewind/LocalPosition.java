package io.orangery.postgres.rewind;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.postgres.ControlData;
import java.util.Optional;

/**
 * Where this node's WAL ends.
 *
 * @param inRecovery false: it was a primary, and {@code position} is its shutdown checkpoint
 */
record LocalPosition(int timeline, Lsn position, boolean inRecovery) {

    /** Of a stopped server; empty when its state says nothing certain (ha-behaviour 25.4 (1)). */
    static Optional<LocalPosition> of(ControlData control) {
        var shutdownCheckpoint = new LocalPosition(control.checkpointTimeline(), control.checkpoint(), false);
        return switch (control.state()) {
            case "shut down" -> Optional.of(shutdownCheckpoint);
            case "shut down in recovery", "in archive recovery" -> {
                boolean crashedAsPrimary =
                        control.minimumRecoveryEnd().equals(Lsn.ZERO) && control.minimumRecoveryEndTimeline() == 0;
                yield Optional.of(
                        crashedAsPrimary
                                ? shutdownCheckpoint
                                : new LocalPosition(
                                        control.minimumRecoveryEndTimeline(), control.minimumRecoveryEnd(), true));
            }
            default -> Optional.empty();
        };
    }
}
