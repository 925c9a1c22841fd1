package io.orangery.core.cluster;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tags of a member, its own or read from its key.
 *
 * @param values tag to value: Boolean, Number or String; order of the configuration kept; never null
 */
public record Tags(Map<String, Object> values) {
    public static final Tags NONE = new Tags(Map.of());

    public Tags {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** The boolean wins over {@code failover_priority} (ha-behaviour 1.4). */
    public boolean noFailover() {
        return excluded("nofailover", "failover_priority");
    }

    /** 0 = never a leader; larger wins among equals; 1 when nothing is configured. */
    public int failoverPriority() {
        return priority("nofailover", "failover_priority");
    }

    public boolean noSync() {
        return excluded("nosync", "sync_priority");
    }

    public int syncPriority() {
        return priority("nosync", "sync_priority");
    }

    public boolean noStream() {
        return flag("nostream").orElse(false);
    }

    public boolean noLoadBalance() {
        return flag("noloadbalance").orElse(false);
    }

    public boolean cloneFrom() {
        return flag("clonefrom").orElse(false);
    }

    public Optional<NodeId> replicateFrom() {
        Object value = values.get("replicatefrom");
        return value instanceof String name && !name.isBlank() ? Optional.of(new NodeId(name)) : Optional.empty();
    }

    private boolean excluded(String flag, String priority) {
        return flag(flag).orElseGet(() -> number(priority).map(n -> n <= 0).orElse(false));
    }

    private int priority(String flag, String priority) {
        return excluded(flag, priority) ? 0 : number(priority).orElse(1);
    }

    private Optional<Boolean> flag(String tag) {
        return switch (values.get(tag)) {
            case Boolean value -> Optional.of(value);
            case Number value -> Optional.of(value.doubleValue() != 0);
            case String value ->
                switch (value.toLowerCase(java.util.Locale.ROOT)) {
                    case "on", "true", "yes", "1" -> Optional.of(true);
                    default -> Optional.of(false);
                };
            case null, default -> Optional.empty();
        };
    }

    private Optional<Integer> number(String tag) {
        return switch (values.get(tag)) {
            case Number value -> Optional.of(value.intValue());
            case String value -> {
                try {
                    yield Optional.of(Integer.parseInt(value.strip()));
                } catch (NumberFormatException notANumber) {
                    yield Optional.empty();
                }
            }
            case null, default -> Optional.empty();
        };
    }
}
