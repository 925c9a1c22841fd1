package io.orangery.core.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rest-api 10.4 and 10.5, row by row. */
class ConfigPatchTest {
    private static Map<String, Object> map(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    private static void patch(
            Map<String, Object> document, Map<String, Object> patch, Map<String, Object> result, boolean changed) {
        Map<String, Object> before = new HashMap<>(document);
        assertThat(ConfigPatch.apply(document, patch)).isEqualTo(new ConfigPatch(result, changed));
        assertThat(document).isEqualTo(before);
    }

    @Test
    void nullRemoves() {
        patch(map("a", 1, "b", 2), map("a", null), map("b", 2), true);
        patch(map("b", 2), map("a", null), map("b", 2), false);
        patch(map("a", null), map("a", null), map(), false);
    }

    @Test
    void objectsMerge() {
        patch(map("p", map("a", 1, "b", 2)), map("p", map("a", null, "c", 3)), map("p", map("b", 2, "c", 3)), true);
        patch(map("p", map("a", 1)), map("p", map("a", 1)), map("p", map("a", 1)), false);
        patch(map("p", 7), map("p", map("a", 1)), map("p", map("a", 1)), true);
    }

    @Test
    void whatIsNewIsTakenAsItIs() {
        patch(map(), map("p", map("a", null)), map("p", map("a", null)), true);
    }

    @Test
    void textDecides() {
        patch(map("ttl", 20), map("ttl", "20"), map("ttl", 20), false);
        patch(map("pause", true), map("pause", "true"), map("pause", "true"), true);
        patch(map("l", List.of("a", "b")), map("l", List.of("a")), map("l", List.of("a")), true);
        patch(map("l", List.of("a")), map("l", List.of("a")), map("l", List.of("a")), false);
        patch(map("p", map("a", 1)), map("p", "{a=1}"), map("p", "{a=1}"), true);
    }

    @Test
    void equalityIsByKeysAndText() {
        assertThat(ConfigPatch.same(map("a", 1, "p", map("b", "x")), map("p", map("b", "x"), "a", "1")))
                .isTrue();
        assertThat(ConfigPatch.same(map("a", 1), map("a", 1, "b", 2))).isFalse();
        assertThat(ConfigPatch.same(map("a", map()), map("a", "{}"))).isFalse();
        assertThat(ConfigPatch.same(map("a", true), map("a", "true"))).isFalse();
    }
}
