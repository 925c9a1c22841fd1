package io.orangery.ctl;

import io.orangery.ctl.Syntax.Option;
import io.orangery.ctl.output.Format;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.ParseResult;

/** What was typed behind the name of a command. Values are checked when they are asked for. */
final class Arguments {
    private static final List<String> ROLES =
            List.of("leader", "primary", "standby-leader", "replica", "standby", "any");
    private static final List<String> FORMATS = List.of("pretty", "tsv", "json", "yaml", "yml");

    private final CommandLineReader reader;
    private final Syntax syntax;
    private final ParseResult result;

    Arguments(CommandLineReader reader, Syntax syntax, ParseResult result) {
        this.reader = reader;
        this.syntax = syntax;
        this.result = result;
    }

    boolean helpWanted() {
        return result.isUsageHelpRequested();
    }

    /** Options that hold text or numbers of the wrong kind. @throws WrongUsage */
    void check() {
        for (Option option : syntax.options()) {
            switch (option.id()) {
                case "--group" -> group();
                case "--watch" -> watchSeconds();
                case "--role" -> role();
                case "--format" -> format();
                default -> {}
            }
        }
    }

    boolean flag(Option option) {
        return flag(option.id());
    }

    boolean flag(String name) {
        return result.matchedOptionValue(name, false);
    }

    boolean force() {
        return flag(Syntax.FORCE);
    }

    Optional<String> text(Option option) {
        return text(option.id());
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(result.matchedOptionValue(name, null));
    }

    List<String> texts(String name) {
        return result.matchedOptionValue(name, List.of());
    }

    /** All words for the position with this name. */
    List<String> words(Syntax.Positional positional) {
        int index = syntax.positionals().indexOf(positional);
        if (index < 0 || !result.hasMatchedPositional(index)) {
            return List.of();
        }
        return positional.several()
                ? result.matchedPositionalValue(index, List.of())
                : List.of(result.<String>matchedPositionalValue(index, null));
    }

    OptionalInt group() {
        Optional<String> text = text(Syntax.GROUP);
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            int group = Integer.parseInt(text.get().strip());
            if (group >= 0) {
                return OptionalInt.of(group);
            }
        } catch (NumberFormatException notANumber) {
            throw invalid(Syntax.GROUP, "'" + text.get() + "' is not a valid integer.");
        }
        throw invalid(Syntax.GROUP, "'" + text.get() + "' is negative, expected 0 or more.");
    }

    /** Empty: once. */
    Optional<Double> watchSeconds() {
        Optional<String> text = text(Syntax.WATCH);
        if (text.isEmpty()) {
            return flag(Syntax.WATCH_TWO) ? Optional.of(2.0) : Optional.empty();
        }
        try {
            double seconds = Double.parseDouble(text.get().strip());
            if (seconds >= 0 && seconds < 1e9) {
                return Optional.of(seconds);
            }
        } catch (NumberFormatException notANumber) {
            throw invalid(Syntax.WATCH, "'" + text.get() + "' is not a valid float.");
        }
        throw invalid(Syntax.WATCH, "'" + text.get() + "' is not a span of time.");
    }

    String role() {
        return choice(Syntax.ROLE, ROLES).orElse("any");
    }

    Format format() {
        Option option = syntax.options().stream()
                .filter(each -> each.id().equals("--format"))
                .findFirst()
                .orElseThrow();
        return switch (choice(option, FORMATS).orElse("pretty")) {
            case "tsv" -> Format.TSV;
            case "json" -> Format.JSON;
            case "yaml", "yml" -> Format.YAML;
            default -> Format.PRETTY;
        };
    }

    private Optional<String> choice(Option option, List<String> allowed) {
        Optional<String> text = text(option);
        text.filter(value -> !allowed.contains(value)).ifPresent(value -> {
            throw invalid(
                    option,
                    "'" + value + "' is not one of "
                            + String.join(
                                    ", ",
                                    allowed.stream()
                                            .map(each -> "'" + each + "'")
                                            .toList()) + ".");
        });
        return text;
    }

    private WrongUsage invalid(Option option, String why) {
        return reader.wrong("Invalid value for " + option.quoted() + ": " + why);
    }
}
