package io.orangery.formation.bench;

import java.time.Duration;
import java.util.List;

/**
 * What many durations have in common.
 *
 * @param count how many there were
 * @param median the middle one, or the mean of the two in the middle; zero when there were none
 * @param longest zero when there were none
 * @param underOneSecond the share that was shorter than a second, 0 to 1; zero when there were none
 */
record Statistics(int count, Duration median, Duration longest, double underOneSecond) {

    private static final Duration ONE_SECOND = Duration.ofSeconds(1);

    static Statistics of(List<Duration> durations) {
        if (durations.isEmpty()) {
            return new Statistics(0, Duration.ZERO, Duration.ZERO, 0);
        }
        List<Duration> sorted = durations.stream().sorted().toList();
        int count = sorted.size();
        Duration median =
                sorted.get((count - 1) / 2).plus(sorted.get(count / 2)).dividedBy(2);
        long under = sorted.stream()
                .filter(duration -> duration.compareTo(ONE_SECOND) < 0)
                .count();
        return new Statistics(count, median, sorted.getLast(), (double) under / count);
    }

    /** How many times the other's median this one's is; 0 when one of them is not known. */
    double timesThatOf(Statistics other) {
        return count == 0 || other.median.isZero() ? 0 : (double) median.toNanos() / other.median.toNanos();
    }
}
