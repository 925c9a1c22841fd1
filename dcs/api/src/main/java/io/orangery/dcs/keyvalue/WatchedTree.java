package io.orangery.dcs.keyvalue;

import io.orangery.dcs.Change;
import io.orangery.dcs.Entry;
import io.orangery.dcs.Tree;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Copy of all keys below a prefix, fed by a watch and by the own writes (dcs-layout 10.3, 10.4). Rebuilds itself, with pauses, whenever the
 * watch breaks; in between it has no view. Any thread.
 */
final class WatchedTree {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final KeyValueStore store;
    private final Scheduler scheduler;
    private final String base;
    private final String prefix;

    private final SortedMap<String, Entry> entries = new TreeMap<>();
    /** Path to the revision of an own delete, so that an older event that is still on its way does not bring the key back. */
    private final Map<String, Long> deletedAt = new HashMap<>();

    private Consumer<Change> listener = change -> {};
    private Optional<KeyValueStore.Watch> watch = Optional.empty();
    private boolean started;
    private boolean ready;
    private boolean closed;
    /** Number of the present attempt at following; what belongs to an earlier one is ignored. */
    private long generation;

    private Duration pause = FIRST_PAUSE;

    /** @param base paths are relative to it; a prefix of {@code prefix} */
    WatchedTree(KeyValueStore store, Scheduler scheduler, String base, String prefix) {
        this.store = store;
        this.scheduler = scheduler;
        this.base = base;
        this.prefix = prefix;
    }

    synchronized void listener(Consumer<Change> newListener) {
        listener = newListener;
    }

    void start(Duration timeout) {
        synchronized (this) {
            if (started || closed) {
                return;
            }
            started = true;
        }
        follow(timeout);
    }

    /** Empty while the watch is not established. */
    synchronized Optional<Tree> view() {
        return ready ? Optional.of(new Tree(entries)) : Optional.empty();
    }

    /** The own write, known from its reply: later views contain it even when the event is still on its way. */
    synchronized void wrote(String key, Entry entry) {
        if (key.startsWith(prefix)) {
            put(key.substring(base.length()), entry);
        }
    }

    synchronized void deleted(String key, long revision) {
        if (key.startsWith(prefix)) {
            remove(key.substring(base.length()), revision);
        }
    }

    synchronized void deletedAll(String from, long revision) {
        entries.keySet().stream()
                .filter(path -> (base + path).startsWith(from))
                .toList()
                .forEach(path -> remove(path, revision));
    }

    /** Drops the view and builds it anew: something suggests that the watch no longer tells the truth. */
    void rebuild(Duration timeout) {
        long suspect;
        synchronized (this) {
            if (!ready) {
                return;
            }
            suspect = generation;
        }
        broken(suspect, timeout);
    }

    synchronized void close() {
        closed = true;
        ready = false;
        generation++;
        watch.ifPresent(KeyValueStore.Watch::close);
        watch = Optional.empty();
    }

    private void follow(Duration timeout) {
        long mine;
        synchronized (this) {
            if (closed) {
                return;
            }
            mine = ++generation;
        }
        store.list(prefix, timeout).thenAccept(reply -> {
            if (reply instanceof Reply.Success<KeyValueStore.Range>(KeyValueStore.Range range)) {
                fill(mine, range, timeout);
            } else {
                broken(mine, timeout);
            }
        });
    }

    private void fill(long mine, KeyValueStore.Range range, Duration timeout) {
        Consumer<Change> informed;
        synchronized (this) {
            if (closed || mine != generation) {
                return;
            }
            reset(range);
            ready = true;
            pause = FIRST_PAUSE;
            informed = listener;
            watch = Optional.of(store.watch(prefix, range.revision(), new Following(mine, timeout)));
        }
        informed.accept(Change.EVERYTHING);
    }

    /** Own writes may be newer than the range: they stay. Everything else in the map is from before and was dropped by {@link #broken}. */
    private void reset(KeyValueStore.Range range) {
        entries.values().removeIf(entry -> entry.modifyVersion() <= range.revision());
        deletedAt.values().removeIf(revision -> revision <= range.revision());
        range.entries().forEach((key, entry) -> put(key.substring(base.length()), entry));
    }

    private void put(String path, Entry entry) {
        Entry known = entries.get(path);
        long deleted = deletedAt.getOrDefault(path, 0L);
        // Equal: the event of an own write; it carries the complete record.
        if (entry.modifyVersion() > deleted && (known == null || entry.modifyVersion() >= known.modifyVersion())) {
            entries.put(path, entry);
            deletedAt.remove(path);
        }
    }

    private void remove(String path, long revision) {
        Entry known = entries.get(path);
        if (known == null || known.modifyVersion() < revision) {
            entries.remove(path);
            deletedAt.merge(path, revision, Math::max);
        }
    }

    private void broken(long which, Duration timeout) {
        Consumer<Change> informed;
        Duration delay;
        boolean news;
        synchronized (this) {
            if (closed || which != generation) {
                return;
            }
            generation++;
            news = ready;
            ready = false;
            watch.ifPresent(KeyValueStore.Watch::close);
            watch = Optional.empty();
            // A store restored from a backup may go on at a lower revision: nothing old may outlive the new range.
            entries.clear();
            deletedAt.clear();
            delay = pause;
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            informed = listener;
        }
        if (news) {
            informed.accept(Change.EVERYTHING);
        }
        scheduler.after(delay, () -> follow(timeout));
    }

    private final class Following implements KeyValueStore.Observer {
        private final long mine;
        private final Duration timeout;

        Following(long mine, Duration timeout) {
            this.mine = mine;
            this.timeout = timeout;
        }

        @Override
        public void changed(List<KeyValueStore.Event> events) {
            Consumer<Change> informed;
            synchronized (WatchedTree.this) {
                if (closed || mine != generation) {
                    return;
                }
                events.forEach(this::apply);
                informed = listener;
            }
            events.stream()
                    .map(event -> new Change(event.key().substring(base.length())))
                    .distinct()
                    .forEach(informed);
        }

        private void apply(KeyValueStore.Event event) {
            String path = event.key().substring(base.length());
            event.entry().ifPresentOrElse(entry -> put(path, entry), () -> remove(path, event.revision()));
            // Events come in the order of revisions: what is older than this one cannot come any more.
            deletedAt.values().removeIf(revision -> revision < event.revision());
        }

        @Override
        public void broken(String why) {
            WatchedTree.this.broken(mine, timeout);
        }
    }
}
