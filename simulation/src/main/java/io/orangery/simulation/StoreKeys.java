package io.orangery.simulation;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.SyncKey;
import io.orangery.dcs.Entry;
import io.orangery.dcs.keyvalue.Scheduler;
import io.orangery.dcs.memory.InMemoryStore;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.StoredKey;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the store holds at this moment, for invariants and the trace; read anew only after an event of the store or of a connection to it. */
final class StoreKeys {
    private static final String BASE = "/" + ModelSettings.NAMESPACE + "/" + ModelSettings.SCOPE + "/";

    private final VirtualClock clock;
    private final Trace trace;
    private final InMemoryStore store;
    private boolean mayHaveChanged;
    private SortedMap<String, Entry> keys = new TreeMap<>();
    private Optional<String> leader = Optional.empty();
    private SyncKey sync = SyncKey.ABSENT;

    StoreKeys(VirtualClock clock, Trace trace) {
        this.clock = clock;
        this.trace = trace;
        this.store = new InMemoryStore(clock, scheduler());
    }

    InMemoryStore store() {
        return store;
    }

    /** For the store and everything that talks to it: its tasks are the only ones that can change a key. */
    Scheduler scheduler() {
        return (delay, task) -> clock.after(delay, () -> {
            mayHaveChanged = true;
            task.run();
        });
    }

    Optional<String> leader() {
        refresh();
        return leader;
    }

    SyncKey sync() {
        refresh();
        return sync;
    }

    void refresh() {
        if (!mayHaveChanged) {
            return;
        }
        mayHaveChanged = false;
        SortedMap<String, Entry> before = keys;
        keys = store.snapshot();
        if (!keys.equals(before)) {
            traceChanges(before);
            leader = Optional.ofNullable(keys.get(BASE + "leader")).map(Entry::value);
            sync = readSync();
        }
    }

    private void traceChanges(Map<String, Entry> before) {
        keys.forEach((key, entry) -> {
            if (!entry.equals(before.get(key)) && !key.endsWith("status") && !key.contains("/members/")) {
                trace.add("store", key.substring(BASE.length()) + " = " + entry.value());
            }
        });
        before.keySet().stream()
                .filter(key -> !keys.containsKey(key))
                .forEach(key -> trace.add("store", key.substring(BASE.length()) + " is gone"));
    }

    private SyncKey readSync() {
        SortedMap<String, StoredKey> own = new TreeMap<>();
        Entry entry = keys.get(BASE + "sync");
        if (entry != null) {
            own.put("sync", new StoredKey(entry.value(), entry.version(), entry.modifyVersion(), entry.session()));
        }
        return ClusterKeys.view(own, Optional.<GroupId>empty()).sync();
    }
}
