package io.orangery.core.sync;

import java.util.Optional;

/** No synchronous mode: the key goes, and the list becomes what the user configured (ha-behaviour 20.7). */
final class SyncSwitchedOff {
    private SyncSwitchedOff() {}

    static Optional<SyncStep> next(SyncSituation now) {
        if (now.key().active()) {
            return Optional.of(new SyncStep.DeleteKey("Disabled synchronous replication"));
        }
        String configured = now.configuredText().orElse("");
        return now.serverText().equals(configured)
                ? Optional.empty()
                : Optional.of(new SyncStep.UseConfiguredNames(
                        "Setting synchronous_standby_names to the configured \"" + configured + "\""));
    }
}
