package io.orangery.dcs;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The port to the store that holds the leader lease: one connection of one member (or of one command line) to the keys of its scope.
 *
 * <p><b>Contract.</b> Every method may be called from any thread, never blocks and never throws for a reason of the store: the stage
 * completes normally, within {@code retryTimeout} plus a second at most, with an {@link Answer}. Stages complete on a thread of the plugin;
 * callers move on at once. Retrying is the plugin's business, within {@code retryTimeout} in all; a conditional write whose first try may
 * have taken effect is not repeated blindly: the plugin reads back and answers what it finds, or {@link Answer.Unreachable}.
 *
 * <p>Member and leader key hang on <b>one</b> lease (session) of this connection, with the life of {@code ttl}. Nothing keeps it alive in the
 * background except where the store's client cannot do otherwise (ZooKeeper). It is not revoked on {@link #close()}: the member key stays
 * until it expires (dcs-layout 10.2).
 *
 * <p>Without a member name ({@link DcsSettings#member()}) everything that needs the lease is {@code Refused}.
 *
 * <p>Keys are relative to {@link DcsSettings#base()}, so a key of a group is {@code <group>/<key>}: see {@link DcsSettings#own(String)}.
 */
public interface Dcs extends AutoCloseable {
    /** Everything of the own group, or of the whole formation. May be served from a cache that a live watch feeds, own writes included. */
    CompletionStage<Answer<Tree>> read();

    /** As {@link #read()} but linearizable, and with the own group only. */
    CompletionStage<Answer<Tree>> readLinearizable();

    /** All keys of another group, linearizable: what a worker asks of group 0, the coordinator of a worker group. */
    CompletionStage<Answer<Tree>> readGroup(int group);

    /** The leader key of a group (empty optional group: plain cluster), linearizable. Empty when there is none. */
    CompletionStage<Answer<Optional<Entry>>> readLeader(Optional<Integer> group);

    /**
     * Creates the leader key of the own group with the own name, if it is absent. {@code Refused}: somebody holds it. The key that this very
     * lease already holds counts as success.
     */
    CompletionStage<Answer<Lease>> acquireLeader();

    /**
     * Proves or restores ownership and extends the lease (dcs-layout 10.6, deviations 3). Also the lease of the member key. {@code Refused}:
     * somebody else holds the key, or the store said no.
     */
    CompletionStage<Answer<Lease>> renewLeader();

    /** End of bootstrap: puts the own name; may overwrite where the store can. */
    CompletionStage<Answer<Lease>> takeLeader();

    /**
     * Deletes the leader key if it is still held by the own lease. {@code Done} also when it was gone already; {@code Refused}: another lease
     * holds it.
     */
    CompletionStage<Answer<Void>> releaseLeader();

    /**
     * Gives the leader key of the own group, which this connection's lease must hold, to a successor, in one transaction of the store
     * (deviations 1): {@code failover} and {@code status} are written if and only if the key goes.
     *
     * <p>{@link HandedOver#EXCHANGED}: the key is bound to the lease of the successor's member key, so the successor's next
     * {@link #renewLeader()} succeeds, and the key ends with that lease. {@code leader} and {@code failover} then have the same
     * {@link Entry#version()}: the successor's proof that it was given the key and did not win it in a race. {@link HandedOver#RELEASED}:
     * the key is free; the successor acquires it.
     *
     * <p>From then on {@link #renewLeader()} does not restore a free key before it was acquired anew: somebody else may have led in between.
     *
     * <p>{@code Refused}: the own lease does not hold the key, {@code failover} is absent or has another version, or the successor has no member
     * key or one without a lease; nothing was changed. {@code Unreachable}: the key may have been given away, or may still be, however late, as
     * long as it is the own one. It is not sent again while that is open.
     */
    CompletionStage<Answer<HandedOver>> handOver(HandOver handOver);

    /**
     * Creates or replaces the own member key, bound to the own lease, and keeps the lease alive (at most once per {@code loopWait}).
     * Skipped when content and lease are unchanged.
     *
     * @param json compact JSON
     */
    CompletionStage<Answer<Void>> touchMember(String json);

    /**
     * Writes a permanent key.
     *
     * @return the new version
     */
    CompletionStage<Answer<Long>> write(String key, String value, Condition condition);

    /** Deletes a permanent key. {@code Done} also when it was absent and the condition is {@link Condition.Always}. */
    CompletionStage<Answer<Void>> delete(String key, Condition condition);

    /** Removes everything below the own group, or below the scope without a group. */
    CompletionStage<Answer<Void>> deleteCluster();

    /**
     * Registers the one listener for changes below the own group, or the whole formation. It is called on a thread of the plugin, must not
     * block, and is called once with {@link Change#EVERYTHING} whenever hints may have been lost.
     */
    void onChange(Consumer<Change> listener);

    /** New timing. A change of {@code ttl} re-attaches member and leader key to a new lease with the next renewal, without losing either. */
    void retime(Timing timing);

    /** Time that the store really grants at present, when a session exists; else {@code ttl}. */
    Duration grantedTtl();

    /**
     * How much earlier than request + granted time this store may let the lease go. Zero where the store counts from the request or later.
     * ZooKeeper's ensemble learns of a session's activity only from its follower's next ping, so there the holder has to let go earlier.
     */
    default Duration leaseSlack() {
        return Duration.ZERO;
    }

    /** Leaves without revoking the lease. Idempotent; may take up to two seconds. Every later request is {@code Unreachable}. */
    @Override
    void close();
}
