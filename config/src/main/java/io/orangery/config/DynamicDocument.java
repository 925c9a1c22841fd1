package io.orangery.config;

import io.orangery.core.settings.ValueSyntax;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A document of nested maps, such as the content of the {@code config} key, and the rules by which it is changed and compared
 * (configuration.md 14.4, 14.5). Immutable; any thread.
 *
 * @param values text keys; values are maps, lists, text, numbers, booleans or null
 */
public record DynamicDocument(Map<String, Object> values) {
    private static final String PARAMETERS = "postgresql.parameters.";

    public DynamicDocument {
        values = frozen(values);
    }

    /**
     * @param changed false: nothing needs to be written
     */
    public record Patched(DynamicDocument document, boolean changed) {}

    /** Maps are merged, null removes, everything else replaces what stood there, lists as a whole. */
    public Patched patch(Map<String, Object> patch) {
        var result = new LinkedHashMap<>(values);
        boolean changed = merge(result, patch);
        return new Patched(new DynamicDocument(result), changed);
    }

    /** Same keys and same values, scalars and lists compared by their text: {@code 1} equals {@code "1"}, true does not equal {@code on}. */
    public boolean sameAs(DynamicDocument other) {
        return same(values, other.values);
    }

    /**
     * Sets one value; null removes it. A parent that becomes empty is removed too, a scalar in the way is replaced by a map.
     *
     * @param path dotted; everything behind {@code postgresql.parameters.} is one name, since server parameters may contain dots
     */
    public DynamicDocument with(String path, Object value) {
        List<String> names = path.startsWith(PARAMETERS)
                ? List.of("postgresql", "parameters", path.substring(PARAMETERS.length()))
                : List.of(path.split("\\.", -1));
        return new DynamicDocument(with(values, names, value));
    }

    private static Map<String, Object> with(Map<String, Object> map, List<String> names, Object value) {
        var result = new LinkedHashMap<>(map);
        String name = names.getFirst();
        Object item = names.size() == 1 ? value : with(mapping(map.get(name)), names.subList(1, names.size()), value);
        if (item == null || names.size() > 1 && ((Map<?, ?>) item).isEmpty()) {
            result.remove(name);
        } else {
            result.put(name, item);
        }
        return result;
    }

    private static boolean merge(Map<String, Object> target, Map<String, Object> patch) {
        boolean changed = false;
        for (var entry : patch.entrySet()) {
            String name = entry.getKey();
            Object current = target.get(name);
            if (entry.getValue() == null) {
                changed |= target.remove(name) != null;
            } else if (entry.getValue() instanceof Map<?, ?> inner && current instanceof Map<?, ?> outer) {
                var merged = new LinkedHashMap<>(mapping(outer));
                changed |= merge(merged, mapping(inner));
                target.put(name, merged);
            } else if (current == null || !ValueSyntax.text(current).equals(ValueSyntax.text(entry.getValue()))) {
                target.put(name, entry.getValue());
                changed = true;
            }
        }
        return changed;
    }

    private static boolean same(Object one, Object other) {
        if (one instanceof Map<?, ?> left && other instanceof Map<?, ?> right) {
            return left.keySet().equals(right.keySet())
                    && left.keySet().stream().allMatch(key -> same(left.get(key), right.get(key)));
        }
        return !(one instanceof Map)
                && !(other instanceof Map)
                && ValueSyntax.text(one).equals(ValueSyntax.text(other));
    }

    /** The value at a dotted path; null: there is none. */
    static Object at(Map<String, Object> values, String path) {
        int dot = path.indexOf('.');
        return dot < 0 ? values.get(path) : at(mapping(values.get(path.substring(0, dot))), path.substring(dot + 1));
    }

    /** The value as a map with text keys; anything but a map reads as an empty one. */
    static Map<String, Object> mapping(Object value) {
        var result = new LinkedHashMap<String, Object>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, item) -> result.put(String.valueOf(key), item));
        }
        return result;
    }

    /** A copy that nobody can change, order kept. */
    static Map<String, Object> frozen(Map<String, Object> values) {
        var result = new LinkedHashMap<String, Object>();
        values.forEach((key, value) -> result.put(key, frozen(value)));
        return Collections.unmodifiableMap(result);
    }

    private static Object frozen(Object value) {
        return switch (value) {
            case Map<?, ?> map -> frozen(mapping(map));
            case List<?> list ->
                Collections.unmodifiableList(
                        list.stream().map(DynamicDocument::frozen).toList());
            case null, default -> value;
        };
    }
}
