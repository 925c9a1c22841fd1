package io.orangery.formation.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.orangery.formation.Await;
import java.time.Duration;

/** How long each step of a change by hand took. */
final class Stopwatch {

    /** The name of the sum among the steps. */
    static final String TOTAL = "total";

    private final ObjectNode steps = JsonNodeFactory.instance.objectNode();
    private final long start = Await.now();
    private long last = start;

    /** The step that began when the one before it ended has ended. */
    void lap(String step) {
        long now = Await.now();
        steps.put(step, milliseconds(Duration.ofNanos(now - last)));
        last = now;
    }

    /** All steps in milliseconds, and their sum. */
    ObjectNode steps() {
        return steps.put(TOTAL, milliseconds(Duration.ofNanos(last - start)));
    }

    /** With one decimal. */
    static double milliseconds(Duration time) {
        return Math.round(time.toNanos() / 1e5) / 10.0;
    }
}
