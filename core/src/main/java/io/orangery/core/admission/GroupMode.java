package io.orangery.core.admission;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.settings.DynamicSettings;
import io.orangery.core.settings.SynchronousMode;
import io.orangery.core.settings.ValueSyntax;
import java.util.Map;
import java.util.Optional;

/** What the {@code config} key says about the modes that admission and the answers depend on: of a fresh read, not of the settings in force. */
public record GroupMode(boolean paused, SynchronousMode synchronousMode, boolean standbyCluster) {

    /** @param lastKnown counts where the key is absent or unreadable */
    public static GroupMode of(ClusterView cluster, DynamicSettings lastKnown) {
        return cluster.config()
                .map(key -> of(key.values()))
                .orElseGet(() -> new GroupMode(
                        lastKnown.pause(),
                        lastKnown.standby() ? SynchronousMode.OFF : lastKnown.synchronousMode(),
                        lastKnown.standby()));
    }

    private static GroupMode of(Map<String, Object> config) {
        boolean standby = standby(config.get("standby_cluster"));
        return new GroupMode(
                on(config.get("pause")),
                standby ? SynchronousMode.OFF : synchronousMode(config.get("synchronous_mode")),
                standby);
    }

    private static SynchronousMode synchronousMode(Object value) {
        if (value instanceof String text && text.equalsIgnoreCase("quorum")) {
            return SynchronousMode.QUORUM;
        }
        return on(value) ? SynchronousMode.PRIORITY : SynchronousMode.OFF;
    }

    private static boolean on(Object value) {
        return value != null && ValueSyntax.bool(value).orElse(false);
    }

    private static boolean standby(Object section) {
        return section instanceof Map<?, ?> keys
                && (present(keys.get("host")) || present(keys.get("port")) || present(keys.get("restore_command")));
    }

    private static boolean present(Object value) {
        return Optional.ofNullable(value)
                .filter(given -> !given.equals("") && !given.equals(Boolean.FALSE) && !given.equals(0))
                .isPresent();
    }
}
