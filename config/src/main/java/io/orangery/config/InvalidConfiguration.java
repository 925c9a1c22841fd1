package io.orangery.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used: everything that is wrong with it, at once. The message has one line per problem. */
public final class InvalidConfiguration extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    InvalidConfiguration(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    static InvalidConfiguration because(String source, String message) {
        return new InvalidConfiguration(List.of(new Problem(source, "", message)));
    }

    /** In the very words of the original tool. */
    static InvalidConfiguration saying(String message) {
        return because("", message);
    }

    /** Never empty. */
    public List<Problem> problems() {
        return problems;
    }

    /**
     * One thing that is wrong.
     *
     * @param source file, or environment variable; empty: the message stands alone
     * @param key dotted path; empty: the source as a whole
     * @param message what was found and what was expected
     */
    public record Problem(String source, String key, String message) {
        @Override
        public String toString() {
            return (source.isEmpty() ? "" : source + ": ") + (key.isEmpty() ? "" : key + " ") + message;
        }
    }
}
