package io.orangery.postgres.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Text of {@code synchronous_standby_names} (ha-behaviour 20.2, 20.4; {@code syncrep_scanner.l}).
 *
 * @param number how many must confirm
 * @param names in the order of the text, without quotes; {@code *} for any
 */
public record SynchronousNames(Kind kind, int number, List<String> names) {
    public static final SynchronousNames NONE = new SynchronousNames(Kind.OFF, 0, List.of());

    private static final Pattern TOKEN =
            Pattern.compile("\\s*(?:(\"(?:[^\"]|\"\")+\")|(\\*)|([A-Za-z_0-9$\\x{80}-\\x{10FFFF}]+)|([(),]))");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z_0-9$]*");
    private static final Set<String> WORDS = Set.of("first", "any");

    /** How the server chooses among the names. */
    public enum Kind {
        PRIORITY,
        QUORUM,
        OFF
    }

    public SynchronousNames {
        names = List.copyOf(names);
    }

    /** Reads {@code a, b}, {@code N (...)}, {@code FIRST N (...)}, {@code ANY N (...)}. What cannot be read counts as none. */
    public static SynchronousNames parse(String text) {
        var tokens = tokens(text);
        if (tokens.isEmpty()) {
            return NONE;
        }
        int open = tokens.indexOf("(");
        if (open < 0) {
            return list(Kind.PRIORITY, "1", tokens);
        }
        if (!tokens.getLast().equals(")") || open > 2 || open == 0) {
            return NONE;
        }
        var inside = tokens.subList(open + 1, tokens.size() - 1);
        if (open == 1) {
            return list(Kind.PRIORITY, tokens.getFirst(), inside);
        }
        return switch (tokens.getFirst().toLowerCase(Locale.ROOT)) {
            case "first" -> list(Kind.PRIORITY, tokens.get(1), inside);
            case "any" -> list(Kind.QUORUM, tokens.get(1), inside);
            default -> NONE;
        };
    }

    /** Names keep their quotes here, so that a quoted bracket is no bracket. Empty when something is no token. */
    private static List<String> tokens(String text) {
        var tokens = new ArrayList<String>();
        var stripped = text.strip();
        var matcher = TOKEN.matcher(stripped);
        int at = 0;
        while (at < stripped.length()) {
            if (!matcher.find(at) || matcher.start() != at) {
                return List.of();
            }
            tokens.add(matcher.group().strip());
            at = matcher.end();
        }
        return tokens;
    }

    private static SynchronousNames list(Kind kind, String number, List<String> tokens) {
        var names = new ArrayList<String>();
        for (int i = 0; i < tokens.size(); i++) {
            boolean comma = tokens.get(i).equals(",");
            if (comma != (i % 2 == 1) || tokens.get(i).matches("[()]")) {
                return NONE;
            }
            if (!comma) {
                names.add(unquote(tokens.get(i)));
            }
        }
        return names.isEmpty() || tokens.size() % 2 == 0 || !number.matches("[1-9]\\d{0,8}")
                ? NONE
                : new SynchronousNames(kind, Integer.parseInt(number), names);
    }

    private static String unquote(String token) {
        return token.startsWith("\"") ? token.substring(1, token.length() - 1).replace("\"\"", "\"") : token;
    }

    /** Text for the parameter; names sorted, as every implementation does. Empty text when off. */
    public String render() {
        if (kind == Kind.OFF || names.isEmpty()) {
            return "";
        }
        var list = names.stream().sorted().map(SynchronousNames::quote).collect(Collectors.joining(","));
        if (kind == Kind.QUORUM) {
            return "ANY " + number + " (" + list + ")";
        }
        return names.size() == 1 && number == 1 ? list : number + " (" + list + ")";
    }

    private static String quote(String name) {
        boolean plain =
                name.equals("*") || PLAIN.matcher(name).matches() && !WORDS.contains(name.toLowerCase(Locale.ROOT));
        return plain ? name : "\"" + name.replace("\"", "\"\"") + "\"";
    }
}
