package io.orangery.core.postgres;

import java.util.Optional;

/** What is known of the data directory without asking the server. */
public sealed interface DataDirectory {
    /** Missing, or nothing in it that counts (configuration.md 7.1). */
    record Empty() implements DataDirectory {}

    /** It cannot be listed. Not the same as empty: nothing may be concluded from it. */
    record Inaccessible(String why) implements DataDirectory {}

    /**
     * There is a cluster in it.
     *
     * @param control empty when {@code pg_controldata} failed: the directory may be damaged or half made
     * @param standbySignal a recovery file or signal is present: it would start as a standby
     * @param backupLabel {@code backup_label} exists
     */
    record Present(int majorVersion, Optional<ControlData> control, boolean standbySignal, boolean backupLabel)
            implements DataDirectory {}

    default Optional<ControlData> controlData() {
        return this instanceof Present present ? present.control() : Optional.empty();
    }
}
