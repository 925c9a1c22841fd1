package io.orangery.ctl;

import java.util.List;

/**
 * What one command accepts (ctl.md 10).
 *
 * @param help one sentence
 */
record Syntax(String name, String help, List<Option> options, List<Positional> positionals) {
    enum Kind {
        FLAG,
        TEXT,
        /** A text that may be given several times. */
        TEXTS
    }

    /** @param names the first one is the one the command asks for */
    record Option(List<String> names, Kind kind, String metavar, String help) {
        static Option flag(String help, String... names) {
            return new Option(List.of(names), Kind.FLAG, "", help);
        }

        static Option text(String metavar, String help, String... names) {
            return new Option(List.of(names), Kind.TEXT, metavar, help);
        }

        static Option texts(String help, String... names) {
            return new Option(List.of(names), Kind.TEXTS, "TEXT", help);
        }

        String id() {
            return names.getFirst();
        }

        /** As messages name it: {@code '--format' / '-f'}. */
        String quoted() {
            return String.join(
                    " / ", names.stream().map(name -> "'" + name + "'").toList());
        }
    }

    /** @param several may be given any number of times, and is the last one */
    record Positional(String name, boolean required, boolean several) {
        String usage() {
            String word = required ? name : "[" + name + "]";
            return several ? word + "..." : word;
        }
    }

    static final Positional CLUSTER = new Positional("CLUSTER_NAME", true, false);
    static final Positional OPTIONAL_CLUSTER = new Positional("CLUSTER_NAME", false, false);
    static final Positional CLUSTERS = new Positional("CLUSTER_NAMES", false, true);
    static final Positional MEMBERS = new Positional("MEMBER_NAMES", false, true);

    static final Option GROUP = Option.text("INTEGER", "Citus group", "--group");
    static final Option FORCE = Option.flag("Do not ask for confirmation at any point", "--force");
    static final Option WATCH = Option.text("FLOAT", "Auto update the screen every X seconds", "--watch", "-w");
    static final Option WATCH_TWO = Option.flag("Auto update the screen every 2 seconds", "-W");
    static final Option ROLE = Option.text(
            "[leader|primary|standby-leader|replica|standby|any]", "Select members by role", "--role", "-r");
    static final Option SCHEDULED = Option.text(
            "TEXT", "Timestamp of the scheduled action in unambiguous format (e.g. ISO 8601)", "--scheduled");
    static final Option CANDIDATE = Option.text("TEXT", "The name of the candidate", "--candidate");
    static final Option WAIT = Option.flag("Wait until the change is recognized by all nodes", "--wait");

    /** The line that begins with {@code Usage:}. */
    String usage(String program) {
        StringBuilder line = new StringBuilder("Usage: " + program + " " + name + " [OPTIONS]");
        positionals.forEach(positional -> line.append(' ').append(positional.usage()));
        return line.toString();
    }
}
