package io.orangery.dcs.zookeeper;

import io.orangery.dcs.Answer;
import io.orangery.dcs.Change;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.Entry;
import io.orangery.dcs.HandOver;
import io.orangery.dcs.HandedOver;
import io.orangery.dcs.Lease;
import io.orangery.dcs.Timing;
import io.orangery.dcs.Tree;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The store in ZooKeeper, over the plain client (dcs-layout 12, deviations 2 and 3).
 *
 * <p>The lease is the session: its timeout is {@code ttl} as the server grants it, between 2 and 20 of its ticks, and the client's pings
 * keep it alive in the background. {@link #read()} answers from the connected server and may be slightly stale; the other reads are
 * preceded by a transaction that changes nothing, which a quorum has to accept.
 *
 * <p>{@link #close()} of a member disconnects and leaves the session to its timeout, as the death of the process would, so the member key
 * stays until then as it does in the other stores (dcs-layout 5.1). Ending the session would delete it, and a leader key kept in a
 * maintenance pause with it. The command line has no ephemeral keys and ends its session.
 *
 * <p>{@code delete("sync", ...)} writes {@code {}} under the same condition, and such a key counts as absent everywhere: see
 * {@link PermanentKeys}.
 *
 * <p>Operations run on virtual threads, and their stages complete there; hints come on the client's event thread.
 */
final class ZooKeeperDcs implements Dcs {
    private final Paths paths;
    private final Hints hints;
    private final TreeReader reader;
    private final Connection connection;
    private final Requests requests;
    private final Optional<OwnKeys> ownKeys;

    ZooKeeperDcs(DcsSettings settings, ZooKeeperSection section) {
        this.paths = Paths.of(settings);
        this.hints = new Hints(paths);
        this.reader = new TreeReader(paths, hints);
        Timing timing = new Timing(settings.ttl(), settings.loopWait(), settings.retryTimeout());
        this.connection = new Connection(section, paths, hints, timing);
        this.requests = new Requests(connection, section.acl());
        this.ownKeys = OwnKeys.of(paths, connection);
    }

    @Override
    public CompletionStage<Answer<Tree>> read() {
        return requests.submit(exchange -> Answer.done(reader.read(exchange, paths.view())));
    }

    @Override
    public CompletionStage<Answer<Tree>> readLinearizable() {
        return readLinearizable(paths.group(paths.group()));
    }

    @Override
    public CompletionStage<Answer<Tree>> readGroup(int group) {
        return readLinearizable(paths.group(Optional.of(group)));
    }

    private CompletionStage<Answer<Tree>> readLinearizable(String root) {
        return requests.submit(exchange -> {
            exchange.barrier();
            return Answer.done(reader.read(exchange, root));
        });
    }

    @Override
    public CompletionStage<Answer<Optional<Entry>>> readLeader(Optional<Integer> group) {
        return requests.submit(exchange -> {
            exchange.barrier();
            return Answer.done(exchange.get(paths.group(group) + "/leader").map(Node::entry));
        });
    }

    @Override
    public CompletionStage<Answer<Lease>> acquireLeader() {
        return asMember(keys -> keys::acquire);
    }

    @Override
    public CompletionStage<Answer<Lease>> renewLeader() {
        return asMember(keys -> keys::renew);
    }

    @Override
    public CompletionStage<Answer<Lease>> takeLeader() {
        return asMember(keys -> keys::take);
    }

    @Override
    public CompletionStage<Answer<Void>> releaseLeader() {
        return asMember(keys -> keys::release);
    }

    @Override
    public CompletionStage<Answer<HandedOver>> handOver(HandOver handOver) {
        return asMember(keys -> keys.handingOver(handOver));
    }

    @Override
    public CompletionStage<Answer<Void>> touchMember(String json) {
        return asMember(keys -> exchange -> keys.touch(exchange, json));
    }

    private <T> CompletionStage<Answer<T>> asMember(Function<OwnKeys, Requests.Attempt<T>> operation) {
        return ownKeys.map(keys -> requests.submit(operation.apply(keys)))
                .orElseGet(() ->
                        CompletableFuture.completedFuture(Answer.refused("this connection is not that of a member")));
    }

    @Override
    public CompletionStage<Answer<Long>> write(String key, String value, Condition condition) {
        return requests.submit(new PermanentKeys.Write(key, paths.key(key), value, condition));
    }

    @Override
    public CompletionStage<Answer<Void>> delete(String key, Condition condition) {
        return requests.submit(new PermanentKeys.Delete(key, paths.key(key), condition));
    }

    @Override
    public CompletionStage<Answer<Void>> deleteCluster() {
        return requests.submit(exchange -> PermanentKeys.deleteTree(exchange, paths.group(paths.group())));
    }

    @Override
    public void onChange(Consumer<Change> listener) {
        hints.tell(listener);
    }

    /** A new {@code ttl} takes effect with the next renewal or touch: see {@link Connection#followTtl}. */
    @Override
    public void retime(Timing timing) {
        connection.retime(timing);
    }

    /**
     * The ensemble's leader learns of a session's activity from the follower's ping, every half tick, and the client touches the session once a
     * second (see {@code Connection}): a write through a follower that dies at once moves its clock by up to 1 s + half of a tick of 2 s less
     * than the request did. Measured on three servers with a session of 10 s: the node was gone 0.9 to 1.3 s early without the touches.
     */
    @Override
    public Duration leaseSlack() {
        return Duration.ofMillis(2200);
    }

    @Override
    public Duration grantedTtl() {
        return connection.granted();
    }

    @Override
    public void close() {
        connection.close();
    }
}
