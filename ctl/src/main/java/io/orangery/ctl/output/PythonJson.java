package io.orangery.ctl.output;

import io.orangery.protocol.Json;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** JSON on one line as Python writes it: blanks after comma and colon, non-ASCII escaped. */
public final class PythonJson {
    private PythonJson() {}

    /** @param value maps, lists, text, numbers, booleans, null */
    public static String write(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(entry -> text(String.valueOf(entry.getKey())) + ": " + write(entry.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            case List<?> list -> list.stream().map(PythonJson::write).collect(Collectors.joining(", ", "[", "]"));
            case String text -> text(text);
            case null, default -> Json.write(value);
        };
    }

    private static String text(String text) {
        var escaped = new StringBuilder();
        Json.write(text).chars().forEach(unit -> {
            if (unit < 0x7f) {
                escaped.append((char) unit);
            } else {
                escaped.append("\\u%04x".formatted(unit));
            }
        });
        return escaped.toString();
    }
}
