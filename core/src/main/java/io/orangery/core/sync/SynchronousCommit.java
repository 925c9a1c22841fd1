package io.orangery.core.sync;

import io.orangery.core.cluster.Lsn;
import java.util.Optional;

/** Parameter {@code synchronous_commit} of the server: which position of a standby acknowledges a commit. */
public enum SynchronousCommit {
    REMOTE_WRITE,
    /** {@code on}, and {@code off} and {@code local} as well: sessions may ask for more than the server's setting. */
    FLUSH,
    REMOTE_APPLY;

    /** Reads the server's text. */
    public static SynchronousCommit of(String text) {
        return switch (text) {
            case "remote_apply" -> REMOTE_APPLY;
            case "remote_write" -> REMOTE_WRITE;
            default -> FLUSH;
        };
    }

    Optional<Lsn> position(StandbyRow row) {
        return switch (this) {
            case REMOTE_WRITE -> row.write();
            case FLUSH -> row.flush();
            case REMOTE_APPLY -> row.replay();
        };
    }
}
