package io.orangery.dcs.memory;

import io.orangery.core.time.Ticker;
import io.orangery.dcs.Entry;
import io.orangery.dcs.keyvalue.KeyValueStore.Event;
import io.orangery.dcs.keyvalue.KeyValueStore.Grant;
import io.orangery.dcs.keyvalue.KeyValueStore.Range;
import io.orangery.dcs.keyvalue.Scheduler;
import io.orangery.dcs.keyvalue.Transaction;
import io.orangery.dcs.keyvalue.Transaction.Branch;
import io.orangery.dcs.keyvalue.Transaction.Change;
import io.orangery.dcs.keyvalue.Transaction.Comparison;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The state that all connections share: a linearizable map with revisions, leases that end, and the log of changes. Each call is atomic and
 * takes effect when it is made; delays, losses and refusals of service are added by {@link InMemoryDcs}, per connection.
 *
 * <p>Any thread; never blocks for long; no thread and no clock of its own. A lease is ended by a task of the scheduler, so followers hear of it
 * when virtual time gets there.
 */
public final class InMemoryStore {
    /** Longer logs are compacted, as in a real store: who follows from further back must read everything again. */
    private static final int LOG_LENGTH = 10_000;

    /** Told of changes while the store is locked: only schedules what follows from them. */
    interface Follower {
        void changed(List<Event> events);

        void end(String why);
    }

    private record LiveLease(Duration ttl, Duration endsAt) {}

    private final Ticker ticker;
    private final Scheduler scheduler;
    private final SortedMap<String, Entry> entries = new TreeMap<>();
    private final Map<Long, LiveLease> leases = new HashMap<>();
    private final Deque<Event> log = new ArrayDeque<>();
    private final List<Follower> followers = new ArrayList<>();
    private long revision = 1;
    private long compactedTo;
    private long lastLease;
    private boolean serving = true;

    public InMemoryStore(Ticker ticker, Scheduler scheduler) {
        this.ticker = ticker;
        this.scheduler = scheduler;
    }

    /** All servers down: no request of any connection arrives, no lease ends. */
    public synchronized void stop() {
        serving = false;
        List.copyOf(followers).forEach(follower -> follower.end("the store has stopped"));
    }

    /** Up again, with all data; every lease starts its life anew, as it does under a new leader of etcd. */
    public synchronized void start() {
        serving = true;
        extendAllLeases();
    }

    /** What a change of the store's own leader does to leases: each may live longer than its holder thinks, never shorter. */
    public synchronized void extendAllLeases() {
        leases.replaceAll((id, lease) -> new LiveLease(lease.ttl(), ticker.now().plus(lease.ttl())));
    }

    public synchronized boolean isServing() {
        return serving;
    }

    /** Everything, for invariants and assertions; not a request of any connection. */
    public synchronized SortedMap<String, Entry> snapshot() {
        return new TreeMap<>(entries);
    }

    synchronized Range get(String key) {
        TreeMap<String, Entry> found = new TreeMap<>();
        Optional.ofNullable(entries.get(key)).ifPresent(entry -> found.put(key, entry));
        return new Range(revision, found);
    }

    synchronized Range list(String prefix) {
        TreeMap<String, Entry> found = new TreeMap<>();
        entries.tailMap(prefix).entrySet().stream()
                .takeWhile(each -> each.getKey().startsWith(prefix))
                .forEach(each -> found.put(each.getKey(), each.getValue()));
        return new Range(revision, found);
    }

    /** Empty: a put names a lease that does not exist. */
    synchronized Optional<Transaction.Outcome> transact(Transaction transaction) {
        for (int index = 0; index < transaction.branches().size(); index++) {
            Branch branch = transaction.branches().get(index);
            if (branch.when().stream().allMatch(this::holds)) {
                if (!branch.then().stream().allMatch(this::leaseExists)) {
                    return Optional.empty();
                }
                apply(branch.then());
                return Optional.of(new Transaction.Outcome(Optional.of(index), revision, Optional.empty()));
            }
        }
        return Optional.of(new Transaction.Outcome(
                Optional.empty(), revision, Optional.ofNullable(entries.get(transaction.readBack()))));
    }

    private boolean holds(Comparison comparison) {
        return switch (comparison) {
            case Comparison.VersionIs(String key, long version) ->
                Optional.ofNullable(entries.get(key)).map(Entry::version).orElse(0L) == version;
            case Comparison.ValueIs(String key, String value) ->
                entries.containsKey(key) && entries.get(key).value().equals(value);
        };
    }

    private boolean leaseExists(Change change) {
        return !(change instanceof Change.Put put) || put.lease() == 0 || leases.containsKey(put.lease());
    }

    private void apply(List<Change> changes) {
        long next = revision + 1;
        List<Event> events = new ArrayList<>();
        for (Change change : changes) {
            switch (change) {
                case Change.Put(String key, String value, long lease) -> {
                    Entry entry = new Entry(value, next, next, lease == 0 ? "" : Long.toString(lease));
                    entries.put(key, entry);
                    events.add(new Event(key, next, Optional.of(entry)));
                }
                case Change.Delete(String key) -> remove(key, next, events);
                case Change.DeleteAll(String prefix) ->
                    List.copyOf(list(prefix).entries().keySet()).forEach(key -> remove(key, next, events));
            }
        }
        publish(next, events);
    }

    private void remove(String key, long at, List<Event> events) {
        if (entries.remove(key) != null) {
            events.add(new Event(key, at, Optional.empty()));
        }
    }

    private void publish(long next, List<Event> events) {
        if (events.isEmpty()) {
            return;
        }
        revision = next;
        log.addAll(events);
        while (log.size() > LOG_LENGTH) {
            compactedTo = log.removeFirst().revision();
        }
        List.copyOf(followers).forEach(follower -> follower.changed(List.copyOf(events)));
    }

    synchronized Grant grant(Duration ttl) {
        long id = ++lastLease;
        leases.put(id, new LiveLease(ttl, ticker.now().plus(ttl)));
        expireAfter(id, ttl);
        return new Grant(id, ttl);
    }

    /** Empty: no such lease. */
    synchronized Optional<Duration> keepAlive(long id) {
        return Optional.ofNullable(leases.computeIfPresent(
                        id,
                        (same, lease) -> new LiveLease(lease.ttl(), ticker.now().plus(lease.ttl()))))
                .map(LiveLease::ttl);
    }

    private void expireAfter(long id, Duration delay) {
        scheduler.after(delay, () -> expire(id));
    }

    /** Ends the lease if it is due; else comes back when it will be. One task per lease, however often it is extended. */
    private synchronized void expire(long id) {
        LiveLease lease = leases.get(id);
        if (lease == null) {
            return;
        }
        Duration left = serving ? lease.endsAt().minus(ticker.now()) : lease.ttl();
        if (left.isPositive()) {
            expireAfter(id, left);
            return;
        }
        leases.remove(id);
        long next = revision + 1;
        List<Event> events = new ArrayList<>();
        entries.entrySet().stream()
                .filter(each -> each.getValue().session().equals(Long.toString(id)))
                .map(Map.Entry::getKey)
                .toList()
                .forEach(key -> remove(key, next, events));
        publish(next, events);
    }

    /** Events of this revision and later, now and from now on; empty: they are compacted, or nobody serves. */
    synchronized Optional<List<Event>> follow(long fromRevision, Follower follower) {
        if (fromRevision <= compactedTo || !serving) {
            return Optional.empty();
        }
        followers.add(follower);
        return Optional.of(
                log.stream().filter(event -> event.revision() >= fromRevision).toList());
    }

    synchronized void unfollow(Follower follower) {
        followers.remove(follower);
    }
}
