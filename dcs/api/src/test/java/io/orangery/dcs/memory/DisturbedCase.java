package io.orangery.dcs.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.dcs.Answer;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;

/** Two members of a plain cluster, one store and virtual time. */
abstract class DisturbedCase {
    static final Duration TTL = Duration.ofSeconds(20);
    static final Duration RETRY_TIMEOUT = Duration.ofSeconds(6);

    final VirtualTime time = new VirtualTime();
    final InMemoryStore store = new InMemoryStore(time, time);
    final InMemoryDcs a = open("a");
    final InMemoryDcs b = open("b");

    InMemoryDcs open(String name) {
        DcsSettings settings = new DcsSettings(
                Map.of(),
                "memory",
                "service",
                "batman",
                Optional.empty(),
                false,
                Optional.of(name),
                TTL,
                Duration.ofSeconds(5),
                RETRY_TIMEOUT);
        return InMemoryDcs.open(store, settings, time, time, () -> 0.5);
    }

    @BeforeEach
    void establishTheWatches() {
        time.advance(Duration.ofSeconds(1));
    }

    <T> Answer<T> ask(CompletionStage<Answer<T>> stage) {
        Duration limit = time.now().plus(RETRY_TIMEOUT);
        while (!stage.toCompletableFuture().isDone()) {
            assertThat(time.now()).as("answers come within retryTimeout").isLessThanOrEqualTo(limit);
            time.step(Duration.ofMillis(10));
        }
        return stage.toCompletableFuture().join();
    }

    <T> T done(CompletionStage<Answer<T>> stage) {
        return ((Answer.Done<T>) ask(stage)).value();
    }

    Optional<String> stored(String key) {
        return Optional.ofNullable(store.snapshot().get("/service/batman/" + key))
                .map(Entry::value);
    }

    /** The request before it has to pass: the keepalive, or the read. */
    void loseReplyOfTransaction(InMemoryDcs connection) {
        List<Duration> delays = new ArrayList<>(List.of(Duration.ZERO, Duration.ofHours(1)));
        connection.disturbance().delayReplies(() -> delays.isEmpty() ? Duration.ZERO : delays.removeFirst());
    }
}
