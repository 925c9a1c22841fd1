package io.orangery.core.postgres;

import io.orangery.core.cluster.Lsn;
import java.util.Map;

/**
 * The control file (ha-behaviour 30.3).
 *
 * @param systemIdentifier decimal digits
 * @param state {@code in production}, {@code shut down}, {@code shut down in recovery}, {@code shutting down},
 *     {@code in crash recovery}, {@code in archive recovery}, {@code starting up}
 * @param checkpoint latest checkpoint location
 * @param checkpointTimeline timeline of it
 * @param minimumRecoveryEnd zero when none
 * @param minimumRecoveryEndTimeline 0 when none
 * @param settings {@code max_connections} and the other "setting" lines, name to value
 */
public record ControlData(
        String systemIdentifier,
        String state,
        Lsn checkpoint,
        int checkpointTimeline,
        Lsn minimumRecoveryEnd,
        int minimumRecoveryEndTimeline,
        boolean walLogHints,
        int checksumVersion,
        Map<String, String> settings) {

    public boolean shutDown() {
        return state.equals("shut down");
    }

    /** It ran as a primary when it stopped or crashed. */
    public boolean wasPrimary() {
        return switch (state) {
            case "in production", "shut down", "shutting down", "in crash recovery" -> true;
            default -> false;
        };
    }
}
