package io.orangery.config;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Smallest values of {@code ttl}, {@code loop_wait} and {@code retry_timeout}, and what is done when they contradict each other
 * (configuration.md 3.1, deviations.md 4). All in seconds. Pure.
 *
 * @param ttl smallest {@code ttl}
 */
public record TimingLimits(int ttl) {
    /** While nothing stops PostgreSQL when its agent is killed or frozen, a short lease only makes two writers likelier. */
    public static final TimingLimits WITHOUT_FENCE = new TimingLimits(20);

    public static final TimingLimits WITH_FENCE = new TimingLimits(5);

    private static final int LOOP_WAIT = 1;
    private static final int DEFAULT_TTL = 30;
    private static final int DEFAULT_WAIT = 10;

    /** @param adjustments one sentence for each number that was changed */
    record Adjusted(int ttl, int loopWait, int retryTimeout, List<String> adjustments) {}

    /** Below 3 s only with a {@code ttl} that the original could not have. */
    int retryTimeout(int configuredTtl) {
        return configuredTtl < 20 ? 2 : 3;
    }

    /** What is in force for the numbers of the {@code config} key: any tool may write it and nobody can refuse it. */
    Adjusted adjust(Values document) {
        var adjustments = new ArrayList<String>();
        int ttl = raised("ttl", document, DEFAULT_TTL, this.ttl, adjustments);
        int loopWait = raised("loop_wait", document, DEFAULT_WAIT, LOOP_WAIT, adjustments);
        int retryTimeout = raised("retry_timeout", document, DEFAULT_WAIT, retryTimeout(ttl), adjustments);
        if (1 + 2L * retryTimeout > ttl) {
            adjustments.add(
                    "loop_wait + 2 * retry_timeout (%d + 2 * %d) is more than ttl (%d): loop_wait is %d and retry_timeout %d"
                            .formatted(loopWait, retryTimeout, ttl, 1, (ttl - 1) / 2));
            return new Adjusted(ttl, 1, (ttl - 1) / 2, adjustments);
        }
        if (loopWait + 2L * retryTimeout > ttl) {
            adjustments.add("loop_wait + 2 * retry_timeout (%d + 2 * %d) is more than ttl (%d): loop_wait is %d"
                    .formatted(loopWait, retryTimeout, ttl, ttl - 2 * retryTimeout));
            loopWait = ttl - 2 * retryTimeout;
        }
        return new Adjusted(ttl, loopWait, retryTimeout, adjustments);
    }

    /**
     * Numbers in the local file must not contradict each other. Only what is written counts: a number that is missing is adjusted to the
     * others, it does not contradict them.
     *
     * @param path of the section, with a dot at the end
     */
    void check(String path, Values document, Inspection inspection) {
        OptionalInt writtenTtl = document.whole("ttl");
        OptionalInt writtenLoop = document.whole("loop_wait");
        OptionalInt writtenRetry = document.whole("retry_timeout");
        atLeast(
                path + "ttl",
                writtenTtl,
                ttl,
                ttl == 20 ? " (a shorter one needs the fence, which this release does not have)" : "",
                inspection);
        atLeast(path + "loop_wait", writtenLoop, LOOP_WAIT, "", inspection);
        int smallestRetry = retryTimeout(writtenTtl.orElse(DEFAULT_TTL));
        atLeast(path + "retry_timeout", writtenRetry, smallestRetry, "", inspection);
        long needed = writtenLoop.orElse(LOOP_WAIT) + 2L * writtenRetry.orElse(smallestRetry);
        if (writtenTtl.isPresent() && writtenTtl.getAsInt() >= ttl && needed > writtenTtl.getAsInt()) {
            inspection.wrong(
                    path + "ttl",
                    writtenTtl.getAsInt(),
                    "at least loop_wait + 2 * retry_timeout (%d + 2 * %d = %d)"
                            .formatted(writtenLoop.orElse(LOOP_WAIT), writtenRetry.orElse(smallestRetry), needed));
        }
    }

    private static void atLeast(String key, OptionalInt number, int minimum, String why, Inspection inspection) {
        if (number.isPresent() && number.getAsInt() < minimum) {
            inspection.wrong(key, number.getAsInt(), "an integer of " + minimum + " or more" + why);
        }
    }

    private static int raised(String key, Values document, int standard, int minimum, List<String> adjustments) {
        int number = document.whole(key).orElse(standard);
        if (number < minimum) {
            adjustments.add("%s is %d, %d is used, the smallest value".formatted(key, number, minimum));
        }
        return Math.max(number, minimum);
    }
}
