package io.orangery.dcs.keyvalue;

import io.orangery.dcs.Entry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;

/**
 * One connection to a store with the model of etcd v3. Keys are absolute paths. Every request is tried <b>once</b>: repeating is the
 * business of {@link LeasedDcs}. Any thread; never blocks; stages complete normally, not later than {@code timeout}.
 */
public interface KeyValueStore extends AutoCloseable {
    /** One key, linearizable. */
    CompletionStage<Reply<Range>> get(String key, Duration timeout);

    /** All keys that start with the prefix, linearizable. */
    CompletionStage<Reply<Range>> list(String prefix, Duration timeout);

    CompletionStage<Reply<Transaction.Outcome>> transact(Transaction transaction, Duration timeout);

    CompletionStage<Reply<Grant>> grant(Duration ttl, Duration timeout);

    /**
     * Extends the lease once.
     *
     * @return its life from now on; {@link Reply.LeaseGone} when there is no such lease
     */
    CompletionStage<Reply<Duration>> keepAlive(long lease, Duration timeout);

    /**
     * Follows all keys that start with the prefix, from this revision on (inclusive), until closed or broken. The observer is called in the
     * order of revisions, never twice at a time, and not before this method has returned.
     */
    Watch watch(String prefix, long fromRevision, Observer observer);

    /** Drops the connection; revokes nothing. Requests under way fail. May take up to two seconds. */
    @Override
    void close();

    /** @param revision of the store when the keys were read */
    record Range(long revision, SortedMap<String, Entry> entries) {}

    record Grant(long lease, Duration ttl) {}

    /** @param entry empty: deleted */
    record Event(String key, long revision, Optional<Entry> entry) {}

    interface Observer {
        void changed(List<Event> events);

        /** Nothing more will come: lost connection, compacted revision, changed endpoint. Called at most once. */
        void broken(String why);
    }

    /** Stops the observer's calls, except one that is under way. */
    interface Watch {
        void close();
    }
}
