package io.orangery.postgres.configuration;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The parameters that came from {@code recovery.conf} (configuration.md 8.2): they are written for standbys only. */
public final class RecoveryParameters {
    /** Name to last major version that has it. */
    private static final Map<String, Integer> KNOWN = Map.ofEntries(
            Map.entry("archive_cleanup_command", Integer.MAX_VALUE),
            Map.entry("recovery_end_command", Integer.MAX_VALUE),
            Map.entry("restore_command", Integer.MAX_VALUE),
            Map.entry("primary_conninfo", Integer.MAX_VALUE),
            Map.entry("primary_slot_name", Integer.MAX_VALUE),
            Map.entry("recovery_target", Integer.MAX_VALUE),
            Map.entry("recovery_target_name", Integer.MAX_VALUE),
            Map.entry("recovery_target_time", Integer.MAX_VALUE),
            Map.entry("recovery_target_timeline", Integer.MAX_VALUE),
            Map.entry("recovery_target_xid", Integer.MAX_VALUE),
            Map.entry("recovery_target_lsn", Integer.MAX_VALUE),
            Map.entry("recovery_target_action", Integer.MAX_VALUE),
            Map.entry("recovery_target_inclusive", Integer.MAX_VALUE),
            Map.entry("recovery_min_apply_delay", Integer.MAX_VALUE),
            Map.entry("promote_trigger_file", 15));

    /** Of {@code recovery.conf} times; the server does not know them any more, but they must not reach its files. */
    private static final Set<String> OBSOLETE = Set.of("standby_mode", "trigger_file", "pause_at_recovery_target");

    /** The five that choose a target; they are emptied for standbys because at most one may be set. */
    static final List<String> TARGETS = List.of(
            "recovery_target",
            "recovery_target_name",
            "recovery_target_time",
            "recovery_target_xid",
            "recovery_target_lsn");

    private RecoveryParameters() {}

    /** In whatever version. */
    public static boolean contains(String name) {
        return KNOWN.containsKey(name) || OBSOLETE.contains(name);
    }

    static boolean contains(String name, ServerVersion version) {
        return KNOWN.getOrDefault(name, 0) >= version.major();
    }

    static Set<String> names() {
        return KNOWN.keySet();
    }

    /** When the server cannot be asked for the context of a parameter. */
    static boolean needsRestart(String name, ServerVersion version) {
        return switch (name) {
            case "primary_conninfo", "primary_slot_name" -> !version.atLeast(13);
            case "restore_command" -> !version.atLeast(14);
            case "archive_cleanup_command",
                    "recovery_end_command",
                    "recovery_min_apply_delay",
                    "promote_trigger_file" -> false;
            default -> true;
        };
    }
}
