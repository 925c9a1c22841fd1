package io.orangery.ctl;

import io.orangery.ctl.Syntax.Option;
import io.orangery.ctl.Syntax.Positional;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reads the options and positional arguments of one command; complains in the words of the original tool (ctl.md 5.3). */
final class CommandLineReader {
    private final String program;
    private final Syntax syntax;

    CommandLineReader(String program, Syntax syntax) {
        this.program = program;
        this.syntax = syntax;
    }

    /** @throws WrongUsage the words do not fit the syntax */
    Arguments read(List<String> words) {
        CommandLine reader = new CommandLine(spec())
                .setExpandAtFiles(false)
                .setOverwrittenOptionsAllowed(true)
                .setAllowOptionsAsOptionParameters(true);
        try {
            ParseResult result = reader.parseArgs(words.toArray(String[]::new));
            return new Arguments(this, syntax, result);
        } catch (MissingParameterException missing) {
            throw wrong(missing(missing));
        } catch (UnmatchedArgumentException unmatched) {
            throw wrong(unmatched(unmatched.getUnmatched()));
        } catch (ParameterException other) {
            throw wrong(other.getMessage());
        }
    }

    WrongUsage wrong(String message) {
        return new WrongUsage(syntax.usage(program), program + " " + syntax.name(), message);
    }

    private CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name(syntax.name());
        spec.addOption(OptionSpec.builder("--help").usageHelp(true).build());
        syntax.options().forEach(option -> spec.addOption(option(option)));
        for (int index = 0; index < syntax.positionals().size(); index++) {
            spec.addPositional(positional(syntax.positionals().get(index), index));
        }
        return spec;
    }

    private static OptionSpec option(Option option) {
        OptionSpec.Builder builder = OptionSpec.builder(option.names().toArray(String[]::new));
        return switch (option.kind()) {
            case FLAG -> builder.arity("0").type(boolean.class).build();
            case TEXT -> builder.arity("1").type(String.class).build();
            case TEXTS ->
                builder.arity("1").type(List.class).auxiliaryTypes(String.class).build();
        };
    }

    private static PositionalParamSpec positional(Positional positional, int index) {
        PositionalParamSpec.Builder builder =
                PositionalParamSpec.builder().paramLabel(positional.name()).required(positional.required());
        return positional.several()
                ? builder.index(index + "..*")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .build()
                : builder.index(String.valueOf(index))
                        .arity(positional.required() ? "1" : "0..1")
                        .type(String.class)
                        .build();
    }

    private static String missing(MissingParameterException missing) {
        if (missing.getMissing().isEmpty()) {
            return missing.getMessage();
        }
        return switch (missing.getMissing().getFirst()) {
            case OptionSpec option -> "Option '" + option.names()[0] + "' requires an argument.";
            default -> "Missing argument '" + missing.getMissing().getFirst().paramLabel() + "'.";
        };
    }

    private static String unmatched(List<String> words) {
        return words.getFirst().startsWith("-")
                ? "No such option: " + words.getFirst()
                : "Got unexpected extra argument" + (words.size() == 1 ? "" : "s") + " (" + String.join(" ", words)
                        + ")";
    }
}
