package io.orangery.simulation;

import io.orangery.core.cluster.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The write-ahead log of one data directory as far as it is flushed, with its timelines. */
final class Wal {
    /** @param row of a client; 0: none */
    record Entry(Lsn start, Lsn end, int timeline, long row) {}

    /** A timeline that this history has left, as a line of a history file. */
    record Fork(int timeline, Lsn end) {}

    private static final Lsn FIRST = new Lsn(0x3000000);

    private final List<Entry> entries;
    private final List<Fork> forks;
    private int timeline;
    private Lsn replayed;

    private Wal(List<Entry> entries, List<Fork> forks, int timeline) {
        this.entries = new ArrayList<>(entries);
        this.forks = new ArrayList<>(forks);
        this.timeline = timeline;
        this.replayed = end();
    }

    static Wal fresh() {
        return new Wal(List.of(), List.of(), 1);
    }

    Wal copy() {
        return new Wal(entries, forks, timeline);
    }

    /** What is common with {@code other}: up to the point where the two histories part. */
    Wal commonWith(Wal other) {
        int same = 0;
        while (same < entries.size()
                && same < other.entries.size()
                && entries.get(same).equals(other.entries.get(same))) {
            same++;
        }
        Wal common = new Wal(entries.subList(0, same), List.of(), 1);
        other.forks.stream().filter(fork -> common.end().atLeast(fork.end())).forEach(common.forks::add);
        common.timeline = other.timelineAt(common.end());
        return common;
    }

    /** Timeline on which the record after this position stands. */
    private int timelineAt(Lsn position) {
        return forks.stream()
                .filter(fork -> fork.end().isAfter(position))
                .map(Fork::timeline)
                .findFirst()
                .orElse(timeline);
    }

    Lsn end() {
        return entries.isEmpty() ? FIRST : entries.getLast().end();
    }

    int timeline() {
        return timeline;
    }

    List<Fork> forks() {
        return List.copyOf(forks);
    }

    Lsn append(int bytes, long row) {
        Lsn end = new Lsn(end().bytes() + bytes);
        entries.add(new Entry(end(), end, timeline, row));
        return end;
    }

    List<Entry> after(Lsn position) {
        int from = entries.size();
        while (from > 0 && entries.get(from - 1).end().isAfter(position)) {
            from--;
        }
        return List.copyOf(entries.subList(from, entries.size()));
    }

    /** @param senders history of the sender, which the receiver takes over with the records */
    void receive(List<Entry> records, Wal senders) {
        for (Entry entry : records) {
            if (entry.end().isAfter(end())) {
                if (!entry.start().equals(end())) {
                    throw new IllegalStateException("WAL with a gap: " + entry + " after " + end());
                }
                entries.add(entry);
            }
        }
        if (senders.timeline >= timeline) {
            forks.clear();
            senders.forks.stream().filter(fork -> end().atLeast(fork.end())).forEach(forks::add);
            timeline = senders.timelineAt(end());
        }
    }

    Lsn replayed() {
        return replayed;
    }

    void replay(Lsn position) {
        replayed = Lsn.max(replayed, position.compareTo(end()) > 0 ? end() : position);
    }

    void replayAll() {
        replayed = end();
    }

    /** Ends the timeline here and begins the next. */
    void fork() {
        forks.add(new Fork(timeline, end()));
        timeline++;
    }

    /** Where a server that stands at {@code position} of {@code itsTimeline} left this history; empty: it did not. */
    Optional<String> leftBy(int itsTimeline, Lsn position) {
        if (itsTimeline > timeline) {
            return Optional.of("timeline " + itsTimeline + " is not in the history of timeline " + timeline);
        }
        return forks.stream()
                .filter(fork -> fork.timeline() == itsTimeline && position.isAfter(fork.end()))
                .findFirst()
                .map(fork -> "timeline " + itsTimeline + " was left at " + fork.end() + ", before " + position);
    }

    Set<Long> rows() {
        Set<Long> rows = new TreeSet<>();
        entries.stream().map(Entry::row).filter(row -> row > 0).forEach(rows::add);
        return rows;
    }
}
