package io.orangery.dcs;

import java.util.function.Function;

/**
 * What came of an operation on the store. High availability depends on the difference between the last two (dcs-layout 8.1).
 *
 * @param <T> what a success carries
 */
public sealed interface Answer<T> {
    /** The store did it. */
    record Done<T>(T value) implements Answer<T> {}

    /** The store answered and the condition did not hold, or it rejected the request: nothing was changed. */
    record Refused<T>(String why) implements Answer<T> {}

    /** The store could not be reached or did not answer in time. <b>A write may have taken effect, or may still do so.</b> */
    record Unreachable<T>(String why) implements Answer<T> {}

    static <T> Answer<T> done(T value) {
        return new Done<>(value);
    }

    static <T> Answer<T> refused(String why) {
        return new Refused<>(why);
    }

    static <T> Answer<T> unreachable(String why) {
        return new Unreachable<>(why);
    }

    default boolean succeeded() {
        return this instanceof Done<T>;
    }

    default <U> Answer<U> map(Function<T, U> change) {
        return switch (this) {
            case Done<T>(T value) -> new Done<>(change.apply(value));
            case Refused<T>(String why) -> new Refused<>(why);
            case Unreachable<T>(String why) -> new Unreachable<>(why);
        };
    }
}
