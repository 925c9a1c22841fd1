package io.orangery.core.settings;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Server parameters that only the dynamic configuration may set, because standbys fail, or failover behaves differently, when nodes disagree
 * about them (configuration.md 4).
 */
public enum ControlledParameter {
    MAX_CONNECTIONS("100", 25),
    MAX_LOCKS_PER_TRANSACTION("64", 32),
    MAX_WORKER_PROCESSES("8", 2),
    MAX_PREPARED_TRANSACTIONS("0", 0),
    WAL_LEVEL("replica", Kind.WAL_LEVEL, 0),
    TRACK_COMMIT_TIMESTAMP("off", Kind.FLAG, 0),
    MAX_WAL_SENDERS("10", 3),
    MAX_REPLICATION_SLOTS("10", 4),
    /** Before PostgreSQL 13. */
    WAL_KEEP_SEGMENTS(null, 1),
    /** From PostgreSQL 13 on. */
    WAL_KEEP_SIZE(null, Kind.MEGABYTES, 16),
    WAL_LOG_HINTS("on", Kind.FLAG, 0),
    HOT_STANDBY("on", Kind.ALWAYS_ON, 0),
    LISTEN_ADDRESSES(null, Kind.DERIVED, 0),
    PORT(null, Kind.DERIVED, 0),
    CLUSTER_NAME(null, Kind.DERIVED, 0);

    private enum Kind {
        WHOLE,
        MEGABYTES,
        FLAG,
        ALWAYS_ON,
        WAL_LEVEL,
        DERIVED
    }

    private static final int SEGMENT_MEGABYTES = 16;
    private static final int DEFAULT_SEGMENTS = 8;

    private final Optional<String> defaultValue;
    private final Kind kind;
    private final int minimum;

    ControlledParameter(String defaultValue, int minimum) {
        this(defaultValue, Kind.WHOLE, minimum);
    }

    ControlledParameter(String defaultValue, Kind kind, int minimum) {
        this.defaultValue = Optional.ofNullable(defaultValue);
        this.kind = kind;
        this.minimum = minimum;
    }

    /** Found by name, in any case. */
    public static Optional<ControlledParameter> named(String parameter) {
        return Arrays.stream(values())
                .filter(controlled -> controlled.parameter().equals(parameter.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /** Name as PostgreSQL spells it. */
    public String parameter() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** In force when nothing acceptable is configured. Empty for derived ones and for {@code wal_keep_*}, see {@link #forServer}. */
    public Optional<String> defaultValue() {
        return defaultValue;
    }

    /** From {@code postgresql.listen} or {@code scope}; a configured value is always refused. */
    public boolean derived() {
        return kind == Kind.DERIVED;
    }

    /** Passed on the postmaster's command line, so that {@code ALTER SYSTEM} cannot change it. */
    public boolean onCommandLine() {
        return this != WAL_KEEP_SEGMENTS && this != WAL_KEEP_SIZE;
    }

    /** What a value must be, for messages. */
    public String expected() {
        return switch (kind) {
            case WHOLE -> "an integer of " + minimum + " or more";
            case MEGABYTES -> "a size of " + minimum + "MB or more";
            case FLAG -> "on or off";
            case ALWAYS_ON -> "on (it cannot be switched off)";
            case WAL_LEVEL -> "replica or logical";
            case DERIVED -> "nothing (it is derived from postgresql.listen or scope)";
        };
    }

    /** The value as it goes to the server; empty: not acceptable. */
    public Optional<String> accept(Object value) {
        return switch (kind) {
            case WHOLE -> number(value, "").map(Object::toString);
            case MEGABYTES ->
                number(value, "MB").map(ignored -> value.toString().strip());
            case FLAG -> ValueSyntax.bool(value).map(ControlledParameter::onOrOff);
            case ALWAYS_ON -> ValueSyntax.bool(value).filter(on -> on).map(ControlledParameter::onOrOff);
            case WAL_LEVEL ->
                switch (String.valueOf(value).strip().toLowerCase(Locale.ROOT)) {
                    case "hot_standby", "replica" -> Optional.of("replica");
                    case "logical" -> Optional.of("logical");
                    default -> Optional.empty();
                };
            case DERIVED -> Optional.empty();
        };
    }

    /**
     * What a server of this version gets: exactly one of {@code wal_keep_segments} and {@code wal_keep_size}, converted when only the other
     * is configured.
     *
     * @param parameters effective parameters, names in lower case; not changed
     * @param majorVersion such as 12 or 17
     */
    public static Map<String, String> forServer(Map<String, String> parameters, int majorVersion) {
        var result = new TreeMap<>(parameters);
        String segments = result.remove("wal_keep_segments");
        String size = result.remove("wal_keep_size");
        if (majorVersion >= 13) {
            int wanted = segments == null ? DEFAULT_SEGMENTS : Integer.parseInt(segments);
            result.put("wal_keep_size", size == null ? wanted * SEGMENT_MEGABYTES + "MB" : size);
        } else if (segments != null || size == null) {
            result.put("wal_keep_segments", segments == null ? Integer.toString(DEFAULT_SEGMENTS) : segments);
        } else {
            long megabytes = ValueSyntax.integer(size, "MB").orElse((long) DEFAULT_SEGMENTS * SEGMENT_MEGABYTES);
            result.put("wal_keep_segments", Long.toString((megabytes + SEGMENT_MEGABYTES / 2) / SEGMENT_MEGABYTES));
        }
        return result;
    }

    private Optional<Long> number(Object value, String unit) {
        OptionalLong number = ValueSyntax.integer(value, unit);
        return number.isPresent() && number.getAsLong() >= minimum ? Optional.of(number.getAsLong()) : Optional.empty();
    }

    private static String onOrOff(boolean flag) {
        return flag ? "on" : "off";
    }
}
