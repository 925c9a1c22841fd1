package io.orangery.ctl;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Where results go, questions are asked and time is read (ctl.md 5). One thread. */
final class Terminal {
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
    private static final DateTimeFormatter FRACTION = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSS");
    private static final DateTimeFormatter LOG = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss,SSS");

    private final PrintStream out;
    private final PrintStream err;
    private final BufferedReader in;
    private final boolean warnings;
    private boolean failureReported;

    Terminal(PrintStream out, PrintStream err, InputStream in, Map<String, String> environment) {
        this.out = out;
        this.err = err;
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        String level = Stream.of("PATRONI_LOG_LEVEL", "PATRONI_LOGLEVEL", "LOGLEVEL")
                .map(name -> environment.getOrDefault(name, ""))
                .filter(text -> !text.isBlank())
                .findFirst()
                .orElse("WARNING");
        this.warnings = !level.equalsIgnoreCase("ERROR") && !level.equalsIgnoreCase("CRITICAL");
    }

    PrintStream out() {
        return out;
    }

    void line(String text) {
        out.println(text);
    }

    /** A result that says something failed: on standard output, where scripts look for it. */
    void failure(String text) {
        out.println(text);
        failureReported = true;
    }

    /** Something failed and has been said already. */
    void failed() {
        failureReported = true;
    }

    boolean failureReported() {
        return failureReported;
    }

    void error(String text) {
        err.println(text);
    }

    void warn(String message) {
        if (warnings) {
            err.println(LOG.format(now()) + " - WARNING - " + message);
        }
    }

    // --- questions

    /** Asks until there is an answer. */
    String ask(String question) {
        String answer;
        do {
            answer = read(question + ": ");
        } while (answer.isEmpty());
        return answer;
    }

    /** An empty answer means {@code otherwise}, which may be empty. */
    String ask(String question, String otherwise) {
        String answer = read(question + " [" + otherwise + "]: ");
        return answer.isEmpty() ? otherwise : answer;
    }

    int askInteger(String question) {
        while (true) {
            String answer = ask(question);
            try {
                return Integer.parseInt(answer.strip());
            } catch (NumberFormatException notANumber) {
                out.println("Error: '" + answer + "' is not a valid integer.");
            }
        }
    }

    boolean confirm(String question) {
        while (true) {
            switch (read(question + " [y/N]: ").strip().toLowerCase(Locale.ROOT)) {
                case "y", "yes" -> {
                    return true;
                }
                case "n", "no", "" -> {
                    return false;
                }
                default -> out.println("Error: invalid input");
            }
        }
    }

    /** Everything that is left of the input. */
    String rest() {
        return String.join("\n", in.lines().toList());
    }

    private String read(String prompt) {
        out.print(prompt);
        out.flush();
        try {
            return Optional.ofNullable(in.readLine()).orElseThrow(Aborted::new);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    // --- time

    ZonedDateTime now() {
        return ZonedDateTime.now();
    }

    /** For {@code list -t}. */
    String timestamp() {
        return SECONDS.format(now());
    }

    /** In front of results. */
    String exactTimestamp() {
        return FRACTION.format(now());
    }

    // --- the window itself

    /** Whether a person sits at it. */
    boolean interactive() {
        Console console = out == System.out ? System.console() : null;
        return console != null && console.isTerminal();
    }

    void clear() {
        if (interactive()) {
            out.print("\033[2J\033[H");
        }
    }
}
