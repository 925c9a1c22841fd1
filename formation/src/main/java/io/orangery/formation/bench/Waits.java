package io.orangery.formation.bench;

import java.time.Duration;
import java.util.Map;

/**
 * What one client went through in a window of time. An operation that fails is tried again until it succeeds; its wait is the time from
 * the start of the first attempt to the end of the one that succeeded, or to the end of the window.
 *
 * @param group the worker group that its rows lie in
 * @param completed operations that ended in the window
 * @param median wait
 * @param longest wait
 * @param longestBegan when the longest wait began, counted from the start of the window; negative when before it
 * @param failures failed attempts by the error's text
 */
record Waits(
        Kind kind,
        int group,
        int completed,
        Duration median,
        Duration longest,
        Duration longestBegan,
        Map<String, Integer> failures) {

    int failed() {
        return failures.values().stream().mapToInt(Integer::intValue).sum();
    }
}
