package io.orangery.core.sync;

/** Column {@code sync_state} of {@code pg_stat_replication}, from the weakest to the strongest. */
public enum SyncState {
    ASYNC,
    POTENTIAL,
    QUORUM,
    SYNC;

    /** Reads the column; what no version of PostgreSQL writes counts as asynchronous. */
    public static SyncState of(String text) {
        return switch (text) {
            case "sync" -> SYNC;
            case "quorum" -> QUORUM;
            case "potential" -> POTENTIAL;
            default -> ASYNC;
        };
    }
}
