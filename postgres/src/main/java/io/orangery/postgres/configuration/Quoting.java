package io.orangery.postgres.configuration;

import java.util.Locale;
import java.util.Optional;

/** Values in {@code postgresql.conf} (manual, section 20.1.2; {@code guc-file.l}). */
final class Quoting {
    private Quoting() {}

    /** The value in quotes. Line breaks are written as escapes, as a quoted value must not have any. */
    static String quote(String value) {
        return "'"
                + value.replace("\\", "\\\\")
                        .replace("'", "''")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                + "'";
    }

    /** One setting in a line of a configuration file. */
    record Line(String name, String value) {}

    /** Empty for comments, blank lines, and what is no setting. */
    static Optional<Line> parse(String line) {
        var stripped = line.strip();
        int end = 0;
        while (end < stripped.length() && nameLetter(stripped.charAt(end))) {
            end++;
        }
        if (end == 0) {
            return Optional.empty();
        }
        var rest = stripped.substring(end).stripLeading();
        if (rest.startsWith("=")) {
            rest = rest.substring(1).stripLeading();
        }
        var name = stripped.substring(0, end).toLowerCase(Locale.ROOT);
        return Optional.of(new Line(name, rest.startsWith("'") ? unquote(rest) : rest.replaceFirst("[\\s#].*", "")));
    }

    private static boolean nameLetter(char letter) {
        return Character.isLetterOrDigit(letter) || letter == '_' || letter == '.' || letter == '$';
    }

    /** From the opening quote to the closing one; what follows is a comment. */
    private static String unquote(String text) {
        var value = new StringBuilder();
        for (int i = 1; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter == '\'') {
                if (i + 1 == text.length() || text.charAt(i + 1) != '\'') {
                    break;
                }
                i++;
            } else if (letter == '\\' && i + 1 < text.length()) {
                letter = escaped(text.charAt(++i));
            }
            value.append(letter);
        }
        return value.toString();
    }

    private static char escaped(char letter) {
        return switch (letter) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'f' -> '\f';
            default -> letter;
        };
    }
}
