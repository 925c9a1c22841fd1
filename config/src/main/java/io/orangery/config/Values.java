package io.orangery.config;

import io.orangery.core.settings.ValueSyntax;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A section that was checked already, read by type. What is missing or empty is absent. */
record Values(Map<String, Object> map) {
    boolean has(String key) {
        return map.get(key) != null;
    }

    Values section(String key) {
        return new Values(DynamicDocument.mapping(map.get(key)));
    }

    Optional<String> text(String key) {
        return Optional.ofNullable(map.get(key)).map(Object::toString).filter(text -> !text.isBlank());
    }

    Optional<Path> path(String key) {
        return text(key).map(Path::of);
    }

    Optional<Boolean> flag(String key) {
        return ValueSyntax.bool(map.get(key));
    }

    boolean isOn(String key) {
        return flag(key).orElse(false);
    }

    OptionalLong whole(String key, String unit) {
        return ValueSyntax.integer(map.get(key), unit);
    }

    OptionalInt whole(String key) {
        OptionalLong number = whole(key, "");
        return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
    }

    List<String> texts(String key) {
        return map.get(key) instanceof List<?> list
                ? list.stream().map(Object::toString).toList()
                : List.of();
    }

    /** A mapping of names to what the server or a header takes; entries without value are left out. */
    Map<String, String> entries(String key) {
        var result = new LinkedHashMap<String, String>();
        section(key).map().forEach((name, value) -> {
            if (value != null) {
                result.put(name, plain(value));
            }
        });
        return result;
    }

    /** As PostgreSQL spells it: booleans are {@code on} and {@code off}. */
    static String plain(Object value) {
        return value instanceof Boolean flag ? flag ? "on" : "off" : String.valueOf(value);
    }
}
