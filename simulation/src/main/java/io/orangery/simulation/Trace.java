package io.orangery.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What happened in a world, for people and to compare two runs: time in milliseconds, who, what. */
public final class Trace {
    private final VirtualClock clock;
    private final List<String> lines = new ArrayList<>();

    Trace(VirtualClock clock) {
        this.clock = clock;
    }

    void add(String who, String what) {
        Duration at = clock.elapsed();
        lines.add("%7d.%03d %-8s %s".formatted(at.toMillis(), at.toNanosPart() / 1000 % 1000, who, what));
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }

    /** The last lines, oldest first. */
    public String tail(int count) {
        return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
    }
}
