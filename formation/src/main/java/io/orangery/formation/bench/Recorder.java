package io.orangery.formation.bench;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** The waits of one client, one by one, since the window was opened. Times are those of {@code System.nanoTime}. Thread-safe. */
final class Recorder {

    private static final int ROOM = 1024;
    private static final long NOTHING = Long.MIN_VALUE;

    private final Kind kind;
    private final int group;
    private final Map<String, Integer> failures = new TreeMap<>();
    private long[] begins = new long[ROOM];
    private long[] waits = new long[ROOM];
    private int completed;
    private long waitingSince = NOTHING;

    Recorder(Kind kind, int group) {
        this.kind = kind;
        this.group = group;
    }

    /** Forgets everything but the operation that is under way. */
    synchronized void open() {
        completed = 0;
        failures.clear();
    }

    synchronized void began(long now) {
        waitingSince = now;
    }

    synchronized void failed(SQLException failure) {
        String text = failure.getMessage().lines().findFirst().orElse("no message");
        failures.merge(withoutNumbers(text), 1, Integer::sum);
    }

    synchronized void succeeded(long now) {
        if (completed == waits.length) {
            begins = Arrays.copyOf(begins, 2 * completed);
            waits = Arrays.copyOf(waits, 2 * completed);
        }
        begins[completed] = waitingSince;
        waits[completed] = now - waitingSince;
        completed++;
        waitingSince = NOTHING;
    }

    /** The operation under way was given up: the load is being stopped. */
    synchronized void abandoned() {
        waitingSince = NOTHING;
    }

    /** What happened from the opening of the window until now. */
    synchronized Waits waits(long opened, long now) {
        long longest = 0;
        long longestBegan = opened;
        for (int i = 0; i < completed; i++) {
            if (waits[i] > longest) {
                longest = waits[i];
                longestBegan = begins[i];
            }
        }
        if (waitingSince != NOTHING && now - waitingSince > longest) {
            longest = now - waitingSince;
            longestBegan = waitingSince;
        }
        return new Waits(
                kind,
                group,
                completed,
                Duration.ofNanos(medianNanos()),
                Duration.ofNanos(longest),
                Duration.ofNanos(longestBegan - opened),
                Map.copyOf(failures));
    }

    private long medianNanos() {
        if (completed == 0) {
            return 0;
        }
        long[] sorted = Arrays.copyOf(waits, completed);
        Arrays.sort(sorted);
        return sorted[completed / 2];
    }

    /** Ports and process ids change from round to round; the same error is to be counted as the same. */
    private static String withoutNumbers(String text) {
        return text.replaceAll("\\b\\d{4,}\\b", "N");
    }
}
