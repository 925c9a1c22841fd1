package io.orangery.postgres.configuration;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.settings.PostgresSettings;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.TreeMap;

/** Recovery settings of a standby (ha-behaviour 31.3), in the order in which they are written. */
public final class RecoverySettings {
    private RecoverySettings() {}

    /**
     * @param upstream whom to stream from; empty: follow nobody
     * @param ownSlot true when the upstream keeps a slot for this member: it belongs to this cluster
     */
    public static LinkedHashMap<String, String> of(
            PostgresSettings settings, ServerVersion version, Optional<HostPort> upstream, boolean ownSlot) {
        var recovery = new LinkedHashMap<String, String>();
        // Sorted: the order of a mapping may change from one run to the next, and the file would look changed.
        new TreeMap<>(settings.recoveryConf()).forEach((name, value) -> {
            var current = name.equals("trigger_file") ? "promote_trigger_file" : name;
            if (configurable(current, version)) {
                recovery.put(current, value);
            }
        });
        recovery.put("recovery_target_timeline", "latest");
        RecoveryParameters.TARGETS.forEach(target -> recovery.put(target, ""));
        upstream.ifPresent(server -> {
            recovery.put("primary_conninfo", ConnInfo.primary(settings, version, server));
            if (settings.useSlots() && ownSlot) {
                recovery.put("primary_slot_name", new NodeId(settings.memberName()).slotName());
            }
        });
        return recovery;
    }

    private static boolean configurable(String name, ServerVersion version) {
        return RecoveryParameters.contains(name, version)
                && !name.startsWith("recovery_target")
                && !name.equals("primary_conninfo")
                && !name.equals("primary_slot_name");
    }
}
