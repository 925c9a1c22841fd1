package io.orangery.actors.mesh;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Change;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.Entry;
import io.orangery.dcs.HandOver;
import io.orangery.dcs.HandedOver;
import io.orangery.dcs.Lease;
import io.orangery.dcs.Timing;
import io.orangery.dcs.Tree;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.StoredKey;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The keys of a formation, for what the mesh does with them; everything else fails. Thread-safe. */
final class RecordStore implements Dcs {
    private final SortedMap<String, Entry> keys = new TreeMap<>();
    private long revision;

    synchronized void put(String key, String value) {
        keys.put(key, new Entry(value, ++revision, revision, ""));
    }

    synchronized void remove(String key) {
        keys.remove(key);
    }

    synchronized Optional<String> get(String key) {
        return Optional.ofNullable(keys.get(key)).map(Entry::value);
    }

    synchronized ClusterView view(Optional<GroupId> group) {
        SortedMap<String, StoredKey> stored = new TreeMap<>();
        keys.forEach((path, entry) ->
                stored.put(path, new StoredKey(entry.value(), entry.version(), entry.modifyVersion(), "")));
        return ClusterKeys.view(stored, group);
    }

    @Override
    public synchronized CompletionStage<Answer<Tree>> readLinearizable() {
        return CompletableFuture.completedFuture(Answer.done(new Tree(keys)));
    }

    @Override
    public synchronized CompletionStage<Answer<Tree>> readGroup(int group) {
        return CompletableFuture.completedFuture(Answer.done(new Tree(keys.subMap(group + "/", group + "0"))));
    }

    @Override
    public synchronized CompletionStage<Answer<Long>> write(String key, String value, Condition condition) {
        Entry present = keys.get(key);
        boolean holds = switch (condition) {
            case Condition.Always always -> true;
            case Condition.Absent absent -> present == null;
            case Condition.Version(long version) -> present != null && present.version() == version;
        };
        if (!holds) {
            return CompletableFuture.completedFuture(Answer.refused("the key is another"));
        }
        put(key, value);
        return CompletableFuture.completedFuture(Answer.done(revision));
    }

    private static UnsupportedOperationException unexpected() {
        return new UnsupportedOperationException("the mesh has no business with this");
    }

    @Override
    public CompletionStage<Answer<Tree>> read() {
        throw unexpected();
    }

    @Override
    public CompletionStage<Answer<Optional<Entry>>> readLeader(Optional<Integer> group) {
        throw unexpected();
    }

    @Override
    public CompletionStage<Answer<Lease>> acquireLeader() {
        throw unexpected();
    }

    @Override
    public CompletionStage<Answer<Lease>> renewLeader() {
        throw unexpected();
    }

    @Override
    public CompletionStage<Answer<Lease>> takeLeader() {
        throw unexpected();
    }

    @Override
    public CompletionStage<Answer<Void>> releaseLeader() {
        throw unexpected();
    }

    @Override
    public CompletionStage<Answer<HandedOver>> handOver(HandOver handOver) {
        throw unexpected();
    }

    @Override
    public CompletionStage<Answer<Void>> touchMember(String json) {
        throw unexpected();
    }

    @Override
    public CompletionStage<Answer<Void>> delete(String key, Condition condition) {
        throw unexpected();
    }

    @Override
    public CompletionStage<Answer<Void>> deleteCluster() {
        throw unexpected();
    }

    @Override
    public void onChange(Consumer<Change> listener) {
        throw unexpected();
    }

    @Override
    public void retime(Timing timing) {
        throw unexpected();
    }

    @Override
    public Duration grantedTtl() {
        throw unexpected();
    }

    @Override
    public void close() {}
}
