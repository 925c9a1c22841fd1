package io.orangery.config;

import io.orangery.core.settings.ControlledParameter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Server parameters in force: defaults, then the dynamic configuration, then the local file, which has no say in the controlled ones
 * (configuration.md 2.2, 4). Names in lower case. One thread.
 */
final class ServerParameters {
    /** What PostgreSQL up to 11 keeps in {@code recovery.conf}: never a server parameter here. */
    private static final Set<String> RECOVERY = Set.of(
            "archive_cleanup_command",
            "pause_at_recovery_target",
            "primary_conninfo",
            "primary_slot_name",
            "promote_trigger_file",
            "recovery_end_command",
            "recovery_min_apply_delay",
            "recovery_target",
            "recovery_target_action",
            "recovery_target_inclusive",
            "recovery_target_lsn",
            "recovery_target_name",
            "recovery_target_time",
            "recovery_target_timeline",
            "recovery_target_xid",
            "restore_command",
            "standby_mode",
            "trigger_file");

    private final Map<String, String> parameters = new TreeMap<>();
    private final Map<String, String> recovery = new TreeMap<>();

    ServerParameters() {
        for (var controlled : ControlledParameter.values()) {
            controlled.defaultValue().ifPresent(value -> parameters.put(controlled.parameter(), value));
        }
    }

    /** An unacceptable value of a controlled parameter leaves the default in force. */
    void dynamic(Map<String, Object> configured, Consumer<String> warnings) {
        configured.forEach((name, value) -> {
            Optional<ControlledParameter> controlled = ControlledParameter.named(name);
            if (controlled.isEmpty()) {
                put(name, value);
                return;
            }
            Optional<String> accepted =
                    value == null ? Optional.empty() : controlled.get().accept(value);
            accepted.ifPresent(text -> parameters.put(controlled.get().parameter(), text));
            if (accepted.isEmpty() && value != null) {
                warnings.accept(
                        "postgresql.parameters." + name + " of the dynamic configuration is '" + Values.plain(value)
                                + "', expected " + controlled.get().expected() + ": "
                                + controlled
                                        .get()
                                        .defaultValue()
                                        .map(text -> text + " is used")
                                        .orElse("it is ignored"));
            }
        });
    }

    void local(Map<String, Object> configured) {
        configured.forEach((name, value) -> {
            if (ControlledParameter.named(name).isEmpty()) {
                put(name, value);
            }
        });
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    /** citus.md 2: applied last, over everything configured. */
    void prepareForCitus(String localHost) {
        var libraries = new ArrayList<String>();
        libraries.add("citus");
        for (String library : get("shared_preload_libraries").orElse("").split(",")) {
            if (!library.isBlank() && !library.strip().equals("citus")) {
                libraries.add(library.strip());
            }
        }
        parameters.put("shared_preload_libraries", String.join(",", libraries));
        if (Long.parseLong(parameters.get("max_prepared_transactions")) == 0) {
            parameters.put(
                    "max_prepared_transactions", Long.toString(2L * Long.parseLong(parameters.get("max_connections"))));
        }
        parameters.put("wal_level", "logical");
        parameters.put("citus.local_hostname", localHost);
    }

    Map<String, String> effective() {
        return Collections.unmodifiableMap(parameters);
    }

    /** Recovery settings: those that stood among the parameters, then the section of their own; what the agent decides itself left out. */
    Map<String, String> recovery(Map<String, String> section) {
        var result = new TreeMap<>(recovery);
        section.forEach((name, value) -> result.put(name.toLowerCase(Locale.ROOT), value));
        result.keySet()
                .removeIf(name -> name.equals("primary_conninfo")
                        || name.equals("primary_slot_name")
                        || name.startsWith("recovery_target"));
        return Collections.unmodifiableMap(result);
    }

    private void put(String name, Object value) {
        String lower = name.toLowerCase(Locale.ROOT);
        Map<String, String> target = RECOVERY.contains(lower) ? recovery : parameters;
        if (value == null) {
            target.remove(lower);
        } else {
            target.put(lower, Values.plain(value));
        }
    }
}
