package io.orangery.ctl;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Shows a difference in colour, one screen at a time, to whoever sits at a terminal (ctl.md 20.4). */
final class Pager {
    private final Map<String, String> environment;

    Pager(Map<String, String> environment) {
        this.environment = environment;
    }

    void show(List<String> difference) {
        List<String> command = Programs.find(environment, "PAGER", List.of("less", "more"))
                .orElseThrow(() -> new CommandFailed(
                        "No pager could be found. Either set PAGER environment variable with your pager or install either"
                                + " \"less\" or \"more\" in the host."));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        // Colours as they are, and no screen of its own for what fits on one.
        builder.environment().putIfAbsent("LESS", "FRX");
        try {
            Process pager = builder.start();
            try (PrintStream input = new PrintStream(pager.getOutputStream(), false, StandardCharsets.UTF_8)) {
                difference.forEach(line -> input.println(coloured(line)));
            }
            pager.waitFor();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Aborted();
        }
    }

    private static String coloured(String line) {
        return switch (line.charAt(0)) {
            case '+' -> "\033[32m" + line + "\033[0m";
            case '-' -> "\033[31m" + line + "\033[0m";
            case '@' -> "\033[36m" + line + "\033[0m";
            default -> line;
        };
    }
}
