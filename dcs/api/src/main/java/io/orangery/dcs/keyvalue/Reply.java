package io.orangery.dcs.keyvalue;

import io.orangery.dcs.Answer;
import java.util.function.Function;

/** What came of one try of one request to a {@link KeyValueStore}. */
public sealed interface Reply<T> {
    record Success<T>(T value) implements Reply<T> {}

    /** The store answered with an error that another try will not mend; nothing was changed. */
    record Rejected<T>(String why) implements Reply<T> {}

    /** The store does not know the lease (any more); nothing was changed. */
    record LeaseGone<T>(String why) implements Reply<T> {}

    /** No usable answer in time. A write may have taken effect, or may still do so. */
    record Failed<T>(String why) implements Reply<T> {}

    /** The same failure as a reply of another type. Not for {@link Success}. */
    default <U> Reply<U> failure() {
        return switch (this) {
            case Success<T> success -> throw new IllegalStateException("not a failure: " + success);
            case Rejected<T>(String why) -> new Rejected<>(why);
            case LeaseGone<T>(String why) -> new LeaseGone<>(why);
            case Failed<T>(String why) -> new Failed<>(why);
        };
    }

    /** As the port's answer, a success being judged by {@code success}. */
    default <U> Answer<U> answer(Function<T, Answer<U>> success) {
        return switch (this) {
            case Success<T>(T value) -> success.apply(value);
            case Rejected<T>(String why) -> Answer.refused(why);
            case LeaseGone<T>(String why) -> Answer.refused(why);
            case Failed<T>(String why) -> Answer.unreachable(why);
        };
    }
}
