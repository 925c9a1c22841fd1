package io.orangery.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** What may stand at one place of the configuration. */
sealed interface Shape {
    /**
     * A value without known structure below it.
     *
     * @param expected completes "expected ..."
     * @param secret true: never shown in a message
     */
    record Leaf(String expected, Predicate<Object> accepts, boolean secret) implements Shape {}

    /** A mapping whose keys are chosen by the user, all values of one shape. */
    record Entries(Shape value) implements Shape {}

    /**
     * A mapping with known keys.
     *
     * @param named names that the section itself introduces, such as those of replica creation methods
     * @param namedShape shape of what stands under them
     * @param open true: other keys are welcome, as among tags
     */
    record Section(
            Map<String, Key> keys, Function<Map<String, Object>, Set<String>> named, Shape namedShape, boolean open)
            implements Shape {}

    /** What comes of a key that is present. */
    enum Effect {
        IN_EFFECT,
        /** Known, checked, named once at start, and without effect in this release. */
        NOT_YET,
        /** Known, but without effect at this place. */
        ELSEWHERE
    }

    /** @param note where {@link Effect#ELSEWHERE}: why, and where it belongs */
    record Key(Shape shape, Effect effect, String note) {}

    static Builder section() {
        return new Builder();
    }

    /** Collects the keys of a section. */
    final class Builder {
        private final Map<String, Key> keys = new LinkedHashMap<>();
        private Function<Map<String, Object>, Set<String>> named = section -> Set.of();
        private Shape namedShape = new Entries(Leaves.anything());
        private boolean open;

        private Builder() {}

        Builder with(Shape shape, String... names) {
            return add(shape, Effect.IN_EFFECT, "", names);
        }

        Builder notYet(Shape shape, String... names) {
            return add(shape, Effect.NOT_YET, "", names);
        }

        Builder elsewhere(String note, Shape shape, String... names) {
            return add(shape, Effect.ELSEWHERE, note, names);
        }

        Builder all(Section other) {
            keys.putAll(other.keys());
            return this;
        }

        Builder named(Function<Map<String, Object>, Set<String>> names, Shape shape) {
            named = names;
            namedShape = shape;
            return this;
        }

        Builder open() {
            open = true;
            return this;
        }

        Section build() {
            return new Section(Map.copyOf(keys), named, namedShape, open);
        }

        private Builder add(Shape shape, Effect effect, String note, String... names) {
            for (String name : names) {
                keys.put(name, new Key(shape, effect, note));
            }
            return this;
        }
    }
}
