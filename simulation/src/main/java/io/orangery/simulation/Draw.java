package io.orangery.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Everything that is left to chance, from one seed. */
public final class Draw {
    private final Random random;

    Draw(long seed) {
        this.random = new Random(seed);
    }

    /** Evenly between the two. */
    public Duration millis(double least, double most) {
        return Duration.ofNanos(Math.round((least + (most - least) * random.nextDouble()) * 1_000_000));
    }

    /** Evenly between the two, but one in fifty takes up to ten times as long. */
    public Duration usuallyMillis(double least, double most) {
        return chance(0.02) ? millis(most, most * 10) : millis(least, most);
    }

    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    public int below(int bound) {
        return random.nextInt(bound);
    }

    public <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    double fraction() {
        return random.nextDouble();
    }
}
