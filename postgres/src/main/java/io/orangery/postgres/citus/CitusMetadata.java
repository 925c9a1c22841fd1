package io.orangery.postgres.citus;

import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.TopologyStep;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The port to {@code pg_dist_node} of the local coordinator, through one connection that carries at most one transaction, and to what must be
 * asked elsewhere meanwhile. A formation has one of these for its topology and one for each group whose writes are held.
 *
 * <p><b>Contract.</b> Any thread; no method blocks or throws; stages complete normally, with a value for failure too, on a thread of the
 * adapter. Calls on the connection are carried out one after the other, in the order in which they came. Nothing is retried.
 *
 * <p>A transaction belongs to its connection, and a new connection is never taken for the old one (citus T5): whatever fails inside a
 * transaction closes the connection, which rolls it back, before the failure is answered. After a failed {@link #commit} the outcome is
 * unknown unless the server said no: read the table again.
 */
public interface CitusMetadata extends AutoCloseable {
    /** What came of a call. */
    sealed interface Result<T> {
        record Done<T>(T value) implements Result<T> {}

        record Failed<T>(Cause cause, String why) implements Result<T> {}

        static <T> Result<T> done(T value) {
            return new Done<>(value);
        }

        static <T> Result<T> failed(Cause cause, String why) {
            return new Failed<>(cause, why);
        }
    }

    /** Why a call failed, as far as it makes a difference. */
    enum Cause {
        /** The server chose this transaction to break a deadlock: the same may succeed now. */
        DEADLOCK,
        /** Locks were not granted within the budget. */
        LOCKS,
        /** No connection, or it broke: the transaction is gone. */
        CONNECTION,
        OTHER
    }

    /**
     * An open transaction.
     *
     * @param backend process id of the server process that carries it
     * @param number never used twice by this adapter
     */
    record Transaction(int backend, long number) {}

    /**
     * A session that keeps the transaction waiting. Its statement is left out: it may contain data.
     *
     * @param transactionAge since its transaction began; zero when it has none
     */
    record Blocker(int pid, String user, String application, String state, Duration transactionAge) {}

    /**
     * What this Citus can do.
     *
     * @param pausesWithoutRename {@link TopologyStep.Pause} exists
     * @param sharedPlacements a shard lies in several groups, as those of reference tables do: pauses of two groups exclude each other, and
     *     with a cooldown the second would terminate the first (citus 20.3)
     */
    record Capabilities(boolean pausesWithoutRename, boolean sharedPlacements) {}

    /** What another server says of itself. */
    sealed interface Writability {
        record Writable(String systemIdentifier) implements Writability {}

        record InRecovery() implements Writability {}

        /** It did not answer in time, or refused the connection. */
        record Unknown(String why) implements Writability {}
    }

    /** Where another server stands. */
    sealed interface Standing {
        /**
         * @param flushed received and on disk, or replayed
         * @param replayed what a read there sees
         */
        record Standby(Lsn flushed, Lsn replayed) implements Standing {}

        /** A primary, or it did not answer. */
        record Other(String why) implements Standing {}
    }

    /**
     * Opens the connection, so that a later {@link #begin} need not, and the one for {@link #blockers}, {@link #writersOf} and
     * {@link #cancelMetadataSync}: a new one takes some 10 to 20 ms, and Citus as long again to fill its caches. Repeating it costs a question
     * to the server, and replaces a connection that broke unnoticed, unless it carries a transaction.
     */
    CompletionStage<Result<Void>> connect();

    /** What may be asked of this Citus now: tables come and go. Failed while a transaction is open. */
    CompletionStage<Result<Capabilities>> capabilities();

    /**
     * All rows, by group. Failed while a transaction is open: it would see its own changes.
     */
    CompletionStage<Result<List<GroupTopology>>> load();

    /** Whether rows can be added and removed: no node that holds metadata is out of sync. Failed while a transaction is open. */
    CompletionStage<Result<Boolean>> synced();

    /**
     * Begins a transaction. It must be the only one.
     *
     * @param locks how long each statement may take, waiting for locks included
     * @param untilDeadline when the agent means to end it; a second later the server does (deviations 5)
     */
    CompletionStage<Result<Transaction>> begin(Duration locks, Duration untilDeadline);

    /**
     * One statement.
     *
     * @param cooldown how long those who hold the locks may go on before Citus terminates them. Empty: nobody is terminated, and the call
     *     fails with {@link Cause#LOCKS} when they take longer than the transaction's budget; it also saves the start of a background worker
     * @return nodeid of an added row, else empty
     */
    CompletionStage<Result<OptionalInt>> execute(
            Transaction transaction, TopologyStep step, Optional<Duration> cooldown);

    /** The transaction will stay open for a while: moves the server's own limit to a second after this deadline. */
    CompletionStage<Result<Void>> hold(Transaction transaction, Duration untilDeadline);

    /**
     * Commits. After {@code limit} it no longer waits for a synchronous standby of the coordinator; the commit is then effective all the
     * same (citus 20.2 #12).
     */
    CompletionStage<Result<Void>> commit(Transaction transaction, Duration limit);

    /** Rolls back. Done also when the transaction is gone already. */
    CompletionStage<Result<Void>> rollback(Transaction transaction);

    /** Who keeps the running statement waiting; on a connection of its own. Empty when nothing runs. */
    CompletionStage<Result<List<Blocker>>> blockers();

    /**
     * Who a pause of this group would wait for: transactions that wrote to it, and whatever else holds its write locks, another pause
     * included. On a connection of its own; also after a failure with {@link Cause#LOCKS}, when nothing waits any more.
     */
    CompletionStage<Result<List<Blocker>>> writersOf(GroupId group);

    /**
     * Cancels the metadata synchronisation of Citus, which holds {@code pg_dist_node} for as long as it talks to the other nodes; it begins
     * again by itself, within seconds (deviations 6). On a connection of its own.
     *
     * @return how many synchronisations were told to stop: each does so within milliseconds
     */
    CompletionStage<Result<Integer>> cancelMetadataSync();

    /**
     * Opens connections to these servers for {@link #caughtUp} and {@link #writable}, and closes those to others. Completes when each server
     * was tried; one that cannot be reached is tried again when it is asked.
     */
    CompletionStage<Void> acquaint(Set<HostPort> servers);

    /**
     * Waits until a standby has replayed all that was committed on its primary before this call, and so shows it to whoever reads there.
     * Everything up to that point is flushed on the primary first: what is not flushed is not sent.
     *
     * @param limit for everything, connecting included
     * @return the position that was to be replayed; failed when the standby does not stream, is no standby any more, or needs longer
     */
    CompletionStage<Result<Lsn>> caughtUp(HostPort primary, HostPort standby, Duration limit);

    /** Where another server stands, on a connection that was opened before if there is one that works. */
    CompletionStage<Standing> standing(HostPort server, Duration limit);

    /**
     * Asks another server whether it is a primary, on a connection that was opened before if there is one that works.
     *
     * @param limit for everything, connecting included
     */
    CompletionStage<Writability> writable(HostPort server, Duration limit);

    /**
     * Ends whatever is under way: the running statement fails, the transaction is rolled back by the server. All other connections
     * are closed too. The next call opens a new connection.
     */
    void disconnect();

    /** {@link #disconnect} for good. */
    @Override
    void close();
}
