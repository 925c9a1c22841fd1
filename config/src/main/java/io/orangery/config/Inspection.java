package io.orangery.config;

import io.orangery.config.InvalidConfiguration.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Goes once through a document and holds it against the known keys: wrong values, unknown keys, keys without effect. Collects everything, throws
 * nothing. One thread.
 */
final class Inspection {
    private final Function<String, String> origin;
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final SortedSet<String> notYet = new TreeSet<>();

    /** @param origin of a key: what to name in messages */
    Inspection(UnaryOperator<String> origin) {
        this.origin = origin;
    }

    List<Problem> problems() {
        return problems;
    }

    List<String> warnings() {
        return warnings;
    }

    /** Keys that are known and have no effect in this release. */
    SortedSet<String> notYet() {
        return notYet;
    }

    void problem(String key, String message) {
        problems.add(new Problem(origin.apply(key), key, message));
    }

    void missing(String key, String expected) {
        problem(key, "is missing, expected " + expected);
    }

    void wrong(String key, Object value, String expected) {
        problem(key, "is " + shown(value) + ", expected " + expected);
    }

    void warn(String key, String message) {
        warnings.add(new Problem(origin.apply(key), key, message).toString());
    }

    /**
     * A copy of the section without what is wrong in it.
     *
     * @param path of the section; empty: the whole document
     */
    Map<String, Object> section(String path, Shape.Section shape, Map<String, Object> values) {
        var result = new LinkedHashMap<String, Object>();
        Set<String> introduced = shape.named().apply(values);
        values.forEach((name, value) -> {
            String key = path.isEmpty() ? name : path + "." + name;
            Shape.Key known = shape.keys().get(name);
            if (known == null && introduced.contains(name)) {
                known = new Shape.Key(shape.namedShape(), Shape.Effect.IN_EFFECT, "");
            }
            if (known == null) {
                if (!shape.open()) {
                    warn(
                            key,
                            "is unknown and has no effect"
                                    + nearest(name, shape.keys().keySet()));
                    return;
                }
                result.put(name, value);
            } else if (known.effect() == Shape.Effect.ELSEWHERE) {
                warn(key, "has no effect here: " + known.note());
            } else {
                known(result, name, key, known, value);
            }
        });
        return result;
    }

    private void known(Map<String, Object> result, String name, String key, Shape.Key known, Object value) {
        boolean off = value == null || value.equals(false) || value instanceof Map<?, ?> map && map.isEmpty();
        if (known.effect() == Shape.Effect.NOT_YET && !off) {
            notYet.add(key);
        }
        value(key, known.shape(), value).ifPresent(checked -> result.put(name, checked));
    }

    private Optional<Object> value(String key, Shape shape, Object value) {
        if (value == null) {
            return Optional.empty();
        }
        return switch (shape) {
            case Shape.Leaf leaf when leaf.accepts().test(value) -> Optional.of(value);
            case Shape.Leaf leaf -> {
                wrong(key, leaf.secret() ? new Hidden() : value, leaf.expected());
                yield Optional.empty();
            }
            case Shape.Section section
            when value instanceof Map<?, ?> map -> Optional.of(section(key, section, DynamicDocument.mapping(map)));
            case Shape.Entries entries
            when value instanceof Map<?, ?> map -> Optional.of(entries(key, entries, DynamicDocument.mapping(map)));
            case Shape.Section section -> notAMapping(key, value);
            case Shape.Entries entries -> notAMapping(key, value);
        };
    }

    private Map<String, Object> entries(String key, Shape.Entries entries, Map<String, Object> values) {
        var result = new LinkedHashMap<String, Object>();
        values.forEach((name, value) -> {
            if (value == null) {
                result.put(name, null);
            } else {
                value(key + "." + name, entries.value(), value).ifPresent(checked -> result.put(name, checked));
            }
        });
        return result;
    }

    private Optional<Object> notAMapping(String key, Object value) {
        wrong(key, value, "a mapping");
        return Optional.empty();
    }

    /** A value that must not be shown. */
    private record Hidden() {}

    private static String shown(Object value) {
        return switch (value) {
            case Hidden hidden -> "of the wrong type (not shown)";
            case Map<?, ?> map -> "a mapping";
            case List<?> list -> list.isEmpty() ? "an empty list" : "a list";
            case String text -> "'" + text + "'";
            case null -> "empty";
            default -> value.toString();
        };
    }

    private static String nearest(String name, Set<String> known) {
        return known.stream()
                .min(Comparator.comparingInt((String other) -> distance(name, other))
                        .thenComparing(Comparator.naturalOrder()))
                .map(other -> "; the nearest known name is " + other)
                .orElse("");
    }

    /** Edit distance: how many letters to add, remove or replace. */
    static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.length()];
    }
}
