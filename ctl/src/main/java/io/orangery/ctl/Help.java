package io.orangery.ctl;

import io.orangery.ctl.Syntax.Option;
import java.util.ArrayList;
import java.util.List;

/** The texts of {@code --help}. */
final class Help {
    private Help() {}

    static List<String> ofProgram(String program) {
        var lines = new ArrayList<String>();
        lines.add("Usage: " + program + " [OPTIONS] COMMAND [ARGS]...");
        lines.add("");
        lines.add("  Command-line interface for interacting with Orangery and Patroni.");
        lines.add("");
        lines.add("Options:");
        lines.addAll(columns(List.of(
                List.of("-c, --config-file TEXT", "Configuration file"),
                List.of("-d, --dcs-url, --dcs TEXT", "The DCS connect url"),
                List.of("-k, --insecure", "Allow connections to SSL sites without certs"),
                List.of("--strict-exit", "Exit with 3 when a node reports a failure, instead of 0"),
                List.of("--help", "Show this message and exit."))));
        lines.add("");
        lines.add("Commands:");
        var commands = new ArrayList<List<String>>();
        for (Commands command : Commands.values()) {
            String later = command.work().isPresent() ? "" : " (not in this release)";
            commands.add(List.of(command.syntax().name(), command.syntax().help() + later));
        }
        lines.addAll(columns(commands));
        return lines;
    }

    static List<String> of(String program, Syntax syntax) {
        var lines = new ArrayList<String>();
        lines.add(syntax.usage(program));
        lines.add("");
        lines.add("  " + syntax.help());
        lines.add("");
        lines.add("Options:");
        var options = new ArrayList<List<String>>();
        for (Option option : syntax.options()) {
            options.add(List.of((String.join(", ", option.names()) + " " + option.metavar()).strip(), option.help()));
        }
        options.add(List.of("--help", "Show this message and exit."));
        lines.addAll(columns(options));
        return lines;
    }

    private static List<String> columns(List<List<String>> rows) {
        int width = rows.stream()
                .mapToInt(row -> row.getFirst().length())
                .filter(length -> length <= 30)
                .max()
                .orElse(0);
        var lines = new ArrayList<String>();
        for (List<String> row : rows) {
            if (row.getFirst().length() <= width) {
                lines.add("  " + row.getFirst()
                        + " ".repeat(width + 2 - row.getFirst().length()) + row.getLast());
            } else {
                lines.add("  " + row.getFirst());
                lines.add(" ".repeat(width + 4) + row.getLast());
            }
        }
        return lines;
    }
}
