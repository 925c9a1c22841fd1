package io.orangery.simulation;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.postgres.ControlData;
import io.orangery.core.postgres.DataDirectory;
import java.util.Map;

/** A data directory with a cluster in it: control file, WAL, signal file, and the part of the configuration that the model knows. */
final class ModelDirectory {
    private static final int MAJOR_VERSION = 15;

    private final String systemIdentifier;
    private final Wal wal;
    private String state;
    private Lsn checkpoint;
    private int checkpointTimeline;
    private Lsn minimumRecoveryEnd = Lsn.ZERO;
    private boolean standbySignal;
    private String configuredNames = "";

    private ModelDirectory(String systemIdentifier, Wal wal, String state) {
        this.systemIdentifier = systemIdentifier;
        this.wal = wal;
        this.state = state;
        this.checkpoint = wal.end();
        this.checkpointTimeline = wal.timeline();
    }

    static ModelDirectory initdb(String systemIdentifier) {
        return new ModelDirectory(systemIdentifier, Wal.fresh(), "shut down");
    }

    /**
     * A copy made by pg_basebackup or pg_rewind.
     *
     * @param consistentAt what was written while it was made: it is of use only from there on
     */
    static ModelDirectory copy(String systemIdentifier, Wal wal, Lsn consistentAt) {
        ModelDirectory copy = new ModelDirectory(systemIdentifier, wal, "in archive recovery");
        copy.minimumRecoveryEnd = consistentAt;
        copy.standbySignal = true;
        return copy;
    }

    DataDirectory seen() {
        return new DataDirectory.Present(
                MAJOR_VERSION,
                java.util.Optional.of(new ControlData(
                        systemIdentifier,
                        state,
                        checkpoint,
                        checkpointTimeline,
                        minimumRecoveryEnd,
                        minimumRecoveryEnd.bytes() > 0 ? wal.timeline() : 0,
                        true,
                        0,
                        Map.of())),
                standbySignal,
                false);
    }

    String systemIdentifier() {
        return systemIdentifier;
    }

    Wal wal() {
        return wal;
    }

    String state() {
        return state;
    }

    void state(String next) {
        state = next;
    }

    void shutDown(boolean primary) {
        state = primary ? "shut down" : "shut down in recovery";
    }

    /** It was not stopped in order, so the next start has WAL to replay. */
    boolean crashed() {
        return !state.startsWith("shut down");
    }

    Lsn checkpoint() {
        return checkpoint;
    }

    void checkpoint(Lsn position) {
        checkpoint = position;
    }

    int checkpointTimeline() {
        return checkpointTimeline;
    }

    void checkpointTimeline(int timeline) {
        checkpointTimeline = timeline;
    }

    Lsn minimumRecoveryEnd() {
        return minimumRecoveryEnd;
    }

    void standbySignal(boolean present) {
        standbySignal = present;
    }

    String configuredNames() {
        return configuredNames;
    }

    void configuredNames(String text) {
        configuredNames = text;
    }
}
