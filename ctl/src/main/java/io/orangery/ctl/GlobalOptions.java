package io.orangery.ctl;

import java.util.List;
import java.util.Optional;

/**
 * What stands before the name of the command. Read by hand: behind the command the same letters mean something else.
 *
 * @param command empty: none was given
 * @param rest words behind the command
 */
record GlobalOptions(
        Optional<String> configFile,
        Optional<String> dcsUrl,
        boolean insecure,
        boolean strictExit,
        boolean helpWanted,
        Optional<String> command,
        List<String> rest) {

    /** @throws WrongUsage an option that does not exist, or one without its value */
    static GlobalOptions read(String program, List<String> words) {
        var reader = new Reading(program, words);
        while (reader.beforeCommand()) {
            reader.option();
        }
        return reader.result();
    }

    static WrongUsage wrong(String program, String message) {
        return new WrongUsage("Usage: " + program + " [OPTIONS] COMMAND [ARGS]...", program, message);
    }

    private static final class Reading {
        private final String program;
        private final List<String> words;
        private int next;
        private Optional<String> configFile = Optional.empty();
        private Optional<String> dcsUrl = Optional.empty();
        private boolean insecure;
        private boolean strictExit;
        private boolean helpWanted;

        Reading(String program, List<String> words) {
            this.program = program;
            this.words = words;
        }

        boolean beforeCommand() {
            return next < words.size()
                    && words.get(next).startsWith("-")
                    && words.get(next).length() > 1;
        }

        void option() {
            String word = words.get(next++);
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            String name = equals < 0 ? word : word.substring(0, equals);
            Optional<String> attached = equals < 0 ? Optional.empty() : Optional.of(word.substring(equals + 1));
            if (!word.startsWith("--") && word.length() > 2 && "cd".indexOf(word.charAt(1)) >= 0) {
                name = word.substring(0, 2);
                attached = Optional.of(word.substring(2));
            }
            String option = name;
            switch (option) {
                case "-c", "--config-file" -> configFile = Optional.of(attached.orElseGet(() -> value(option)));
                case "-d", "--dcs-url", "--dcs" -> dcsUrl = Optional.of(attached.orElseGet(() -> value(option)));
                case "-k", "--insecure" -> insecure = true;
                case "--strict-exit" -> strictExit = true;
                case "--help" -> helpWanted = true;
                default -> throw wrong(program, "No such option: " + option);
            }
        }

        GlobalOptions result() {
            return new GlobalOptions(
                    configFile,
                    dcsUrl,
                    insecure,
                    strictExit,
                    helpWanted,
                    next < words.size() ? Optional.of(words.get(next)) : Optional.empty(),
                    next < words.size() ? words.subList(next + 1, words.size()) : List.of());
        }

        private String value(String option) {
            if (next == words.size()) {
                throw wrong(program, "Option '" + option + "' requires an argument.");
            }
            return words.get(next++);
        }
    }
}
