package io.orangery.postgres.rewind;

import io.orangery.core.cluster.Lsn;
import io.orangery.postgres.sql.ReplicationProtocol.HistoryLine;
import java.util.List;
import java.util.Optional;

/** Is a position part of the leader's history? (ha-behaviour 25.4 (3)). Pure. */
final class HistoryWalk {
    private HistoryWalk() {}

    /** Asked only for a former primary below the switch point; empty: unknown, which counts as another end. */
    interface EndOfCheckpoint {
        Optional<Lsn> find() throws InterruptedException;
    }

    /**
     * @param history of the leader's timeline; not looked at when the timelines are equal
     * @return why the histories differ; empty when they do not
     */
    static Optional<String> divergence(
            LocalPosition local, int leaderTimeline, List<HistoryLine> history, EndOfCheckpoint endOfCheckpoint)
            throws InterruptedException {
        if (local.timeline() > leaderTimeline) {
            return Optional.of(
                    "local timeline %d is above the leader's %d".formatted(local.timeline(), leaderTimeline));
        }
        if (local.timeline() == leaderTimeline) {
            return Optional.empty();
        }
        for (var line : history) {
            if (line.timeline() == local.timeline()) {
                return beyond(local, line.end(), endOfCheckpoint);
            }
            if (line.timeline() > local.timeline()) {
                break;
            }
        }
        return Optional.of("timeline %d is not in the history of the leader's timeline %d"
                .formatted(local.timeline(), leaderTimeline));
    }

    private static Optional<String> beyond(LocalPosition local, Lsn switchPoint, EndOfCheckpoint endOfCheckpoint)
            throws InterruptedException {
        if (local.inRecovery()) {
            return local.position().isAfter(switchPoint)
                    ? Optional.of("local position %s is after the end %s of timeline %d"
                            .formatted(local.position(), switchPoint, local.timeline()))
                    : Optional.empty();
        }
        if (local.position().atLeast(switchPoint)) {
            return Optional.of("local checkpoint %s is not before the end %s of timeline %d"
                    .formatted(local.position(), switchPoint, local.timeline()));
        }
        // A former primary may have written more than its checkpoint; only when that is the last record, everything was
        // taken over.
        var end = endOfCheckpoint.find();
        return end.equals(Optional.of(switchPoint))
                ? Optional.empty()
                : Optional.of("local checkpoint %s ends at %s, not at the end %s of timeline %d"
                        .formatted(
                                local.position(),
                                end.map(Lsn::toString).orElse("an unknown position"),
                                switchPoint,
                                local.timeline()));
    }
}
