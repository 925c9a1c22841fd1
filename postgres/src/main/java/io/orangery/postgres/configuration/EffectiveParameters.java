package io.orangery.postgres.configuration;

import io.orangery.core.cluster.MemberData.ChangedParameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Configured parameters made fit for one start (configuration.md 4.2, 4.3): names of this version, the managed value of
 * {@code synchronous_standby_names}, and on standbys nothing smaller than the control file demands. Not yet checked for type and range.
 */
public final class EffectiveParameters {
    /** What goes to the command line, in this order. */
    static final List<String> ON_COMMAND_LINE = List.of(
            "listen_addresses",
            "port",
            "cluster_name",
            "wal_level",
            "hot_standby",
            "max_connections",
            "max_wal_senders",
            "max_prepared_transactions",
            "max_locks_per_transaction",
            "track_commit_timestamp",
            "max_replication_slots",
            "max_worker_processes",
            "wal_log_hints");

    /** Parameters that must not be smaller than on the primary, with their names in the output of pg_controldata. */
    private static final Map<String, String> AT_LEAST_CONTROL_FILE = Map.of(
            "max_connections", "max_connections",
            "max_prepared_transactions", "max_prepared_xacts",
            "max_locks_per_transaction", "max_locks_per_xact",
            "max_worker_processes", "max_worker_processes",
            "max_wal_senders", "max_wal_senders");

    private static final int SEGMENT_MB = 16;

    /**
     * How long a standby pauses between two attempts to stream. With the default of 5 s commits that need this standby wait for half of it, on
     * the average, after every restart of the primary. An archive must not be asked that often.
     */
    private static final String RECONNECTING = "500ms";

    private final TreeMap<String, String> parameters = new TreeMap<>();
    private final Map<String, ChangedParameter> raised = new LinkedHashMap<>();

    private EffectiveParameters() {}

    public static EffectiveParameters of(Wanted wanted) {
        var effective = new EffectiveParameters();
        effective.fill(wanted);
        return effective;
    }

    /** Name to value, sorted. */
    public Map<String, String> all() {
        return parameters;
    }

    /** Those that start with more than was configured: reason for a pending restart (old = control file, new = configured). */
    public Map<String, ChangedParameter> raised() {
        return raised;
    }

    private void fill(Wanted wanted) {
        var settings = wanted.settings();
        settings.parameters().forEach((name, value) -> {
            if (!RecoveryParameters.contains(name)) {
                parameters.put(name, value);
            }
        });
        parameters.put("listen_addresses", settings.listenAddresses());
        parameters.put("port", Integer.toString(settings.port()));
        parameters.put("cluster_name", settings.scope());
        parameters.computeIfPresent(
                "wal_level", (name, value) -> value.equalsIgnoreCase("hot_standby") ? "replica" : value);
        keepWal(wanted.version());
        if (wanted.syncManaged()) {
            parameters.remove("synchronous_standby_names");
            wanted.synchronousStandbyNames().ifPresent(names -> parameters.put("synchronous_standby_names", names));
        }
        if (wanted.standby() && !wanted.recovery().containsKey("restore_command")) {
            parameters.putIfAbsent("wal_retrieve_retry_interval", RECONNECTING);
        }
        parameters.putAll(wanted.bounds());
        AT_LEAST_CONTROL_FILE.forEach(
                (name, controlName) -> control(wanted, name, controlName).ifPresent(least -> raise(name, least)));
    }

    /** The two names for the same thing: number of segments before 13, size from then on. */
    private void keepWal(ServerVersion version) {
        var segments =
                Optional.ofNullable(parameters.get("wal_keep_segments")).flatMap(value -> Quantity.integer(value, ""));
        var megabytes =
                Optional.ofNullable(parameters.get("wal_keep_size")).flatMap(value -> Quantity.integer(value, "MB"));
        if (version.atLeast(13)) {
            parameters.remove("wal_keep_segments");
            segments.ifPresent(count -> parameters.putIfAbsent("wal_keep_size", count.longValue() * SEGMENT_MB + "MB"));
        } else {
            parameters.remove("wal_keep_size");
            megabytes.ifPresent(size -> parameters.putIfAbsent(
                    "wal_keep_segments", Long.toString((size.longValue() + SEGMENT_MB / 2) / SEGMENT_MB)));
        }
    }

    private static Optional<Long> control(Wanted wanted, String name, String controlName) {
        var settings = wanted.controlSettings();
        for (var key : List.of(name, controlName, controlName + " setting")) {
            if (settings.containsKey(key)) {
                return Quantity.integer(settings.get(key), "").map(Number::longValue);
            }
        }
        return Optional.empty();
    }

    private void raise(String name, long least) {
        var configured = Optional.ofNullable(parameters.get(name)).flatMap(value -> Quantity.integer(value, ""));
        if (configured.isEmpty()) {
            parameters.put(name, Long.toString(least));
        } else if (configured.get().longValue() < least) {
            raised.put(name, new ChangedParameter(Long.toString(least), parameters.get(name)));
            parameters.put(name, Long.toString(least));
        }
    }
}
