package io.orangery.config;

import io.orangery.core.settings.DynamicSettings;
import io.orangery.core.settings.SynchronousMode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Makes the dynamic settings in force out of a dynamic configuration (configuration.md 3). Pure. */
final class DynamicReader {
    private static final List<String> STANDBY_KEYS = List.of(
            "host",
            "port",
            "primary_slot_name",
            "restore_command",
            "archive_cleanup_command",
            "recovery_min_apply_delay",
            "create_replica_methods");

    private final Values document;
    private final Map<String, Object> raw;

    /**
     * @param checked without what is wrong in it
     * @param raw as it was read
     */
    DynamicReader(Map<String, Object> checked, Map<String, Object> raw) {
        this.document = new Values(checked);
        this.raw = raw;
    }

    DynamicSettings settings(TimingLimits.Adjusted timing) {
        boolean strict = document.isOn("synchronous_mode_strict");
        Map<String, Object> standby = standbyCluster();
        return new DynamicSettings(
                Duration.ofSeconds(timing.ttl()),
                Duration.ofSeconds(timing.loopWait()),
                Duration.ofSeconds(timing.retryTimeout()),
                document.whole("maximum_lag_on_failover", "").orElse(1_048_576),
                document.whole("maximum_lag_on_syncnode", "").orElse(-1),
                document.whole("max_timelines_history").orElse(0),
                document.isOn("check_timeline"),
                seconds("primary_start_timeout", "master_start_timeout", 300),
                seconds("primary_stop_timeout", "master_stop_timeout", 0),
                seconds("primary_race_backoff", "primary_race_backoff", 0),
                standby.isEmpty() ? synchronousMode() : SynchronousMode.OFF,
                strict,
                Math.max(document.whole("synchronous_node_count").orElse(1), strict ? 1 : 0),
                Duration.ofSeconds(document.whole("member_slots_ttl", "s").orElse(1800)),
                document.isOn("failsafe_mode"),
                document.isOn("pause"),
                document.section("postgresql").flag("use_slots").orElse(true),
                slots(),
                ignoredSlots(),
                standby,
                DynamicDocument.frozen(raw));
    }

    private Duration seconds(String key, String oldKey, long standard) {
        OptionalLong number = document.whole(document.has(key) ? key : oldKey, "");
        return Duration.ofSeconds(number.orElse(standard));
    }

    private SynchronousMode synchronousMode() {
        if (document.text("synchronous_mode").filter("quorum"::equalsIgnoreCase).isPresent()) {
            return SynchronousMode.QUORUM;
        }
        return document.isOn("synchronous_mode") ? SynchronousMode.PRIORITY : SynchronousMode.OFF;
    }

    /** The first name that has content is used alone. */
    private Map<String, Object> slots() {
        return Stream.of("permanent_replication_slots", "permanent_slots", "slots")
                .map(key -> document.section(key).map())
                .filter(slots -> !slots.isEmpty())
                .findFirst()
                .map(DynamicDocument::frozen)
                .orElse(Map.of());
    }

    private List<Map<String, Object>> ignoredSlots() {
        return document.map().get("ignore_slots") instanceof List<?> list
                ? list.stream()
                        .map(DynamicDocument::mapping)
                        .map(DynamicDocument::frozen)
                        .toList()
                : List.of();
    }

    private Map<String, Object> standbyCluster() {
        Values section = document.section("standby_cluster");
        boolean active =
                Stream.of("host", "port", "restore_command").map(section::text).anyMatch(Optional::isPresent);
        Map<String, Object> known = section.map();
        known.keySet().retainAll(STANDBY_KEYS);
        return active ? DynamicDocument.frozen(known) : Map.of();
    }
}
