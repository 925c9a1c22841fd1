package io.orangery.dcs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** One member's connection as a test sees it: answers are awaited, with a bound, and hints are kept. */
final class Connection {
    /** Bound of every wait in calls of {@link StoreUnderTest#letTimePass()}: far more than two {@code ttl}. */
    private static final int PATIENCE = 2_000;

    private final StoreUnderTest store;
    private final Dcs dcs;
    private final Queue<Change> hints = new ConcurrentLinkedQueue<>();

    Connection(StoreUnderTest store, DcsSettings settings) {
        this.store = store;
        this.dcs = store.open(settings);
        dcs.onChange(hints::add);
    }

    Dcs dcs() {
        return dcs;
    }

    Queue<Change> hints() {
        return hints;
    }

    <T> Answer<T> ask(CompletionStage<Answer<T>> stage) {
        var future = stage.toCompletableFuture();
        await("an answer, whatever it is", future::isDone);
        return future.join();
    }

    /** The value of a success; anything else fails the test. */
    <T> T done(CompletionStage<Answer<T>> stage) {
        Answer<T> answer = ask(stage);
        assertThat(answer).isInstanceOf(Answer.Done.class);
        return ((Answer.Done<T>) answer).value();
    }

    void refused(CompletionStage<? extends Answer<?>> stage) {
        assertThat(anyAnswer(stage)).isInstanceOf(Answer.Refused.class);
    }

    void unreachable(CompletionStage<? extends Answer<?>> stage) {
        assertThat(anyAnswer(stage)).isInstanceOf(Answer.Unreachable.class);
    }

    Answer<?> anyAnswer(CompletionStage<? extends Answer<?>> stage) {
        var future = stage.toCompletableFuture();
        await("an answer, whatever it is", future::isDone);
        return future.join();
    }

    Tree linearizable() {
        return done(dcs.readLinearizable());
    }

    Optional<Entry> leader(Optional<Integer> group) {
        return done(dcs.readLeader(group));
    }

    long write(String key, String value, Condition condition) {
        return done(dcs.write(key, value, condition));
    }

    void awaitDone(String what, Supplier<? extends CompletionStage<? extends Answer<?>>> request) {
        await(what, () -> anyAnswer(request.get()).succeeded());
    }

    void awaitHint(String path) {
        await(
                "a hint for " + path,
                () -> hints.stream()
                        .anyMatch(change -> change.path().equals(path) || change.equals(Change.EVERYTHING)));
    }

    void awaitEverything() {
        await("the hint that hints may have been lost", () -> hints.contains(Change.EVERYTHING));
    }

    void await(String what, BooleanSupplier condition) {
        for (int tries = 0; tries < PATIENCE; tries++) {
            if (condition.getAsBoolean()) {
                return;
            }
            store.letTimePass();
        }
        throw new AssertionError("waited in vain for " + what);
    }
}
