package io.orangery.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Options for initdb, pg_basebackup and pg_rewind (configuration.md 14.7), each as one argument; no shell is involved.
 *
 * @param arguments ready, in the order of the configuration
 * @param refused what is wrong with the others, one sentence each
 */
record ToolOptions(List<String> arguments, List<String> refused) {
    static final Set<String> REFUSED_BY_INITDB = Set.of("pgdata", "nosync", "pwfile", "sync-only", "version");
    static final Set<String> REFUSED_BY_BASEBACKUP = Set.of(
            "pgdata",
            "format",
            "wal-method",
            "xlog-method",
            "gzip",
            "version",
            "dbname",
            "host",
            "port",
            "username",
            "password");
    static final Set<String> REFUSED_BY_REWIND = Set.of(
            "target-pgdata",
            "source-pgdata",
            "source-server",
            "write-recovery-conf",
            "dry-run",
            "restore-target-wal",
            "config-file",
            "no-ensure-shutdown",
            "version",
            "help");

    private static final Pattern QUOTED = Pattern.compile("'([^']*)'|\"([^\"\\\\]*)\"");

    /**
     * @param configured list or mapping; null: none
     * @param refused names that the agent sets itself
     */
    static ToolOptions parse(Object configured, Set<String> refused) {
        var arguments = new ArrayList<String>();
        var problems = new ArrayList<String>();
        if (configured instanceof Map<?, ?> map) {
            map.forEach((name, value) -> {
                if (value != null && !value.toString().isEmpty()) {
                    add(String.valueOf(name), value, refused, arguments, problems);
                }
            });
        } else if (configured instanceof List<?> list) {
            list.forEach(item -> item(item, refused, arguments, problems));
        }
        return new ToolOptions(List.copyOf(arguments), List.copyOf(problems));
    }

    private static void item(Object item, Set<String> refused, List<String> arguments, List<String> problems) {
        if (item instanceof Map<?, ?> map && map.size() == 1) {
            map.forEach((name, value) -> add(String.valueOf(name), value, refused, arguments, problems));
        } else if (Leaves.isText(item)) {
            add(item.toString(), null, refused, arguments, problems);
        } else {
            problems.add("an entry is neither a text nor a mapping of one option to its value");
        }
    }

    private static void add(
            String name, Object value, Set<String> refused, List<String> arguments, List<String> problems) {
        if (refused.contains(name)) {
            problems.add("the option " + name + " is set by the agent itself");
        } else if (value instanceof Map<?, ?> || value instanceof List<?>) {
            problems.add("the value of the option " + name + " is not a text, a number or a boolean");
        } else {
            arguments.add(value == null ? "--" + name : "--" + name + "=" + unquoted(Values.plain(value)));
        }
    }

    /** A value that is one fully quoted word stands for its content. */
    private static String unquoted(String value) {
        var matcher = QUOTED.matcher(value);
        if (!matcher.matches()) {
            return value;
        }
        return matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    }
}
