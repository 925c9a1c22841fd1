package io.orangery.formation.bench;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the clients of the load went through in a stretch of time. */
record Window(Duration length, List<Waits> clients) {

    /** The longest wait of an operation on a group; zero when nobody does this there. */
    Duration longest(Kind kind, int group) {
        return of(kind, group)
                .map(Waits::longest)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /** When the longest wait of an operation on a group began, counted from the start of the window. */
    Duration longestBegan(Kind kind, int group) {
        return of(kind, group)
                .max(Comparator.comparing(Waits::longest))
                .map(Waits::longestBegan)
                .orElse(Duration.ZERO);
    }

    int completed(Kind kind) {
        return of(kind).mapToInt(Waits::completed).sum();
    }

    int failed(Kind kind) {
        return of(kind).mapToInt(Waits::failed).sum();
    }

    /** Failed attempts of one kind on all groups, by the error's text. */
    Map<String, Integer> failures(Kind kind) {
        Map<String, Integer> failures = new TreeMap<>();
        of(kind).forEach(waits -> waits.failures().forEach((text, count) -> failures.merge(text, count, Integer::sum)));
        return failures;
    }

    private Stream<Waits> of(Kind kind) {
        return clients.stream().filter(waits -> waits.kind() == kind);
    }

    private Stream<Waits> of(Kind kind, int group) {
        return of(kind).filter(waits -> waits.group() == group);
    }
}
