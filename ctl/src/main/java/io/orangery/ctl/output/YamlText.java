package io.orangery.ctl.output;

import io.orangery.config.Yaml11;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * YAML as the original tool prints it: keys sorted, scalars quoted only where they would otherwise be read as something else. Values are maps,
 * lists, text, numbers, booleans and null.
 */
public final class YamlText {
    private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \\t].*)?");
    private static final String FIRST_INDICATORS = "#,[]{}&*!|>'\"%@`";

    private YamlText() {}

    /** Block style, with a line end after each line; lists and maps that are empty in flow style. */
    public static String block(Object value) {
        return lines(value).stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    /** Flow style on one line. */
    public static String flow(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                sorted(map).entrySet().stream()
                        .map(entry -> scalar(entry.getKey(), true) + ": " + flow(entry.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            case List<?> list -> list.stream().map(YamlText::flow).collect(Collectors.joining(", ", "[", "]"));
            case null, default -> scalar(value, true);
        };
    }

    private static List<String> lines(Object value) {
        return switch (value) {
            case Map<?, ?> map
            when !map.isEmpty() ->
                sorted(map).entrySet().stream()
                        .flatMap(entry -> entry(entry.getKey(), entry.getValue()))
                        .toList();
            case List<?> list
            when !list.isEmpty() -> list.stream().flatMap(YamlText::item).toList();
            case Map<?, ?> empty -> List.of("{}");
            case List<?> empty -> List.of("[]");
            case null, default -> List.of(scalar(value, false));
        };
    }

    private static Stream<String> entry(String key, Object value) {
        String name = scalar(key, false) + ":";
        boolean nested = value instanceof Map<?, ?> map && !map.isEmpty();
        boolean listed = value instanceof List<?> list && !list.isEmpty();
        if (!nested && !listed) {
            return Stream.of(name + " " + lines(value).getFirst());
        }
        // Items of a list stand below the first letter of their key.
        String indent = nested ? "  " : "";
        return Stream.concat(Stream.of(name), lines(value).stream().map(line -> indent + line));
    }

    private static Stream<String> item(Object value) {
        List<String> lines = lines(value);
        var result = new ArrayList<String>();
        result.add("- " + lines.getFirst());
        lines.stream().skip(1).forEach(line -> result.add("  " + line));
        return result.stream();
    }

    private static TreeMap<String, Object> sorted(Map<?, ?> map) {
        var sorted = new TreeMap<String, Object>();
        map.forEach((key, value) -> sorted.put(String.valueOf(key), value));
        return sorted;
    }

    private static String scalar(Object value, boolean flow) {
        return switch (value) {
            case null -> "null";
            case Boolean flag -> flag.toString();
            case Double number -> real(number);
            case Float number -> real(number.doubleValue());
            case Number number -> number.toString();
            default -> text(value.toString(), flow);
        };
    }

    private static String real(double number) {
        String text = Double.toString(number);
        return text.contains("E-") ? text.replace("E-", "e-") : text.replace("E", "e+");
    }

    private static String text(String text, boolean flow) {
        if (text.chars().anyMatch(unit -> unit < 0x20 || unit == 0x7f)) {
            // JSON's escapes are a subset of those of a double-quoted scalar.
            return io.orangery.protocol.Json.write(text);
        }
        return plain(text, flow) ? text : "'" + text.replace("'", "''") + "'";
    }

    private static boolean plain(String text, boolean flow) {
        if (text.isBlank() || !text.equals(text.strip()) || text.startsWith("---") || text.startsWith("...")) {
            return false;
        }
        char first = text.charAt(0);
        boolean indicator = FIRST_INDICATORS.indexOf(first) >= 0
                || "?:-".indexOf(first) >= 0 && (text.length() == 1 || text.charAt(1) == ' ')
                || text.contains(": ")
                || text.endsWith(":")
                || text.contains(" #")
                || flow && text.chars().anyMatch(unit -> ",?[]{}:".indexOf(unit) >= 0);
        return !indicator && !DATE.matcher(text).matches() && !text.equals("=") && staysText(text);
    }

    private static boolean staysText(String text) {
        try {
            return text.equals(Yaml11.parse(text));
        } catch (Yaml11.Malformed notPlain) {
            return false;
        }
    }
}
