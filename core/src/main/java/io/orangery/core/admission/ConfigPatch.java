package io.orangery.core.admission;

import io.orangery.core.settings.ValueSyntax;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a patch makes of the dynamic configuration (rest-api 10.4, 10.5).
 *
 * @param result the whole document afterwards
 * @param changed false: nothing needs to be written
 */
public record ConfigPatch(Map<String, Object> result, boolean changed) {

    /** Objects are merged, null removes, everything else replaces; arrays as a whole. Arguments are not changed. */
    public static ConfigPatch apply(Map<String, Object> document, Map<String, Object> patch) {
        Map<String, Object> result = new LinkedHashMap<>(document);
        boolean changed = false;
        for (Map.Entry<String, Object> entry : patch.entrySet()) {
            changed |= put(result, entry.getKey(), entry.getValue());
        }
        return new ConfigPatch(result, changed);
    }

    private static boolean put(Map<String, Object> target, String name, Object value) {
        Object present = target.get(name);
        if (value == null) {
            return target.remove(name) != null;
        }
        if (value instanceof Map<?, ?> patch && present instanceof Map<?, ?> document) {
            ConfigPatch inner = apply(named(document), named(patch));
            target.put(name, inner.result());
            return inner.changed();
        }
        if (target.containsKey(name) && text(present).equals(text(value))) {
            return false;
        }
        target.put(name, value);
        return true;
    }

    /** Same keys, recursively, and leaves with the same text. */
    public static boolean same(Object one, Object other) {
        if (one instanceof Map<?, ?> left && other instanceof Map<?, ?> right) {
            return left.keySet().equals(right.keySet())
                    && left.keySet().stream().allMatch(key -> same(left.get(key), right.get(key)));
        }
        return !(one instanceof Map) && !(other instanceof Map) && text(one).equals(text(other));
    }

    /** An object never has the text of a scalar. */
    private static String text(Object value) {
        return value instanceof Map ? "{" + value + "}" : ValueSyntax.text(value);
    }

    private static Map<String, Object> named(Map<?, ?> map) {
        Map<String, Object> named = new LinkedHashMap<>();
        map.forEach((key, value) -> named.put(String.valueOf(key), value));
        return named;
    }
}
