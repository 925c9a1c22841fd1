package io.orangery.http;

import io.orangery.core.admission.Reinitialization;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.ClusterView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A node that is what it was told to be, and remembers what it was asked to do. */
final class FakeAgent implements Agent {
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    volatile Seen seen;
    volatile boolean storeReachable = true;
    volatile Written written = Written.DONE;
    volatile Done done = new Done.Succeeded();
    volatile CompletableFuture<EventReply> topology = CompletableFuture.completedFuture(EventReply.HEARD);
    /** What reads of the keys give, one after the other; the last one stays. */
    final Deque<ClusterView> reads = new ArrayDeque<>();

    FakeAgent(NodeBuilder node) {
        be(node);
    }

    FakeAgent be(NodeBuilder node) {
        seen = node.seen();
        synchronized (reads) {
            reads.clear();
            reads.add(node.cluster());
        }
        return this;
    }

    /** The keys as they will be read after what is read first. */
    void thenRead(NodeBuilder node) {
        synchronized (reads) {
            reads.add(node.cluster());
        }
    }

    @Override
    public Optional<Seen> last() {
        return Optional.of(seen);
    }

    @Override
    public CompletionStage<Optional<Seen>> fresh() {
        asked.add("look");
        return CompletableFuture.completedFuture(Optional.of(seen));
    }

    @Override
    public CompletionStage<ClusterRead> readCluster() {
        if (!storeReachable) {
            return CompletableFuture.completedFuture(new ClusterRead.Unreachable("no endpoint answers"));
        }
        synchronized (reads) {
            ClusterView next = reads.size() > 1 ? reads.removeFirst() : reads.getFirst();
            return CompletableFuture.completedFuture(new ClusterRead.Read(next));
        }
    }

    @Override
    public CompletionStage<Written> write(Key key, String json, OptionalLong expectedVersion) {
        asked.add(key + " " + json + (expectedVersion.isPresent() ? " if " + expectedVersion.getAsLong() : ""));
        return CompletableFuture.completedFuture(written);
    }

    @Override
    public void wake() {
        asked.add("wake");
    }

    @Override
    public CompletionStage<Done> restart(Optional<Duration> timeout) {
        asked.add("restart " + timeout.map(Duration::toString).orElse("-"));
        return CompletableFuture.completedFuture(done);
    }

    @Override
    public CompletionStage<Done> reinitialize(Reinitialization request) {
        asked.add(request.toString());
        return CompletableFuture.completedFuture(done);
    }

    @Override
    public void reload() {
        asked.add("reload");
    }

    @Override
    public CompletionStage<EventReply> tellTopology(CitusEvent event) {
        asked.add(event.type().text() + " " + event.group() + " " + event.leader() + " " + event.id());
        return topology;
    }
}
