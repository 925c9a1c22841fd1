package io.orangery.postgres;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.BootstrapSettings;
import io.orangery.core.settings.CitusSettings;
import io.orangery.core.settings.PostgresSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The port to the PostgreSQL on this host: processes, signals, files and SQL.
 *
 * <p><b>Contract.</b> Every method may be called from any thread, never blocks, and answers on a thread of the adapter; expected failures are
 * values. The caller runs at most one <em>command</em> (everything but {@link #look}, {@link #checkpoint}, {@link #beforeStop},
 * {@link #reload}, {@link #setSynchronousStandbyNames}, {@link #prepareToLead}, {@link #endPreparation}, {@link #awaitQuiet},
 * {@link #awaitStreamEnd}, {@link #generateWal}, {@link #keepSlots}, {@link #history} and the listener) at a time. Commands can be repeated:
 * each looks first, acts if needed, looks again, and reports what it saw. {@link #cancel()} ends the running one as soon as possible.
 */
public interface LocalPostgres extends AutoCloseable {
    /** What came of a command. */
    sealed interface Outcome {
        /** Done. */
        record Ok() implements Outcome {}

        /** PostgreSQL was launched and is still starting; no explicit limit was given or it is not over. */
        record StillStarting() implements Outcome {}

        /** Not done. What was changed is visible by {@link #look}. */
        record Failed(String why) implements Outcome {}

        /** Cancelled by {@link #cancel()}. */
        record Cancelled() implements Outcome {}

        default boolean ok() {
            return this instanceof Ok;
        }
    }

    /** What came of a stop. */
    sealed interface Stopped {
        /**
         * The control file says {@code shut down}.
         *
         * @param checkpoint location of the shutdown checkpoint: what a successor must have received
         * @param beforeSwitch location before the WAL switch that preceded it, else the same: what {@code optime} gets (ha-behaviour 15.1)
         */
        record Cleanly(Lsn checkpoint, Lsn beforeSwitch, int timeline) implements Stopped {}

        /** No postmaster runs any more; it was a standby, or the stop was immediate, or it had crashed. */
        record Ended() implements Stopped {}

        /** It still runs. */
        record Failed(String why) implements Stopped {}
    }

    /** Result of asking whether this node's WAL left the leader's history (ha-behaviour 25.4). */
    sealed interface Divergence {
        /** Rewind or a new clone is needed. */
        record Needed(String why) implements Divergence {}

        record NotNeeded() implements Divergence {}

        /** Could not be determined now. */
        record Undetermined(String why) implements Divergence {}
    }

    enum StopMode {
        FAST,
        IMMEDIATE
    }

    /** What happened to PostgreSQL without being asked for. */
    sealed interface Event {
        /** The postmaster exited, seen the moment it did (not by polling). */
        record PostmasterExited(long pid) implements Event {}

        /** Recovery ended or the server began to accept connections. */
        record Changed() implements Event {}
    }

    /**
     * Another server of this group to stream or copy from.
     *
     * @param name its member name; empty for a server outside the cluster
     * @param leaderCheckpointDone its key does not carry {@code checkpoint_after_promote: false}
     */
    record Upstream(Optional<NodeId> name, HostPort address, boolean leaderCheckpointDone) {}

    /**
     * Physical slots that this node must have for other members, and what may be dropped (ha-behaviour 24).
     *
     * @param wanted slot to the position it may be advanced to; empty position: leave where it is
     * @param expectedActive those that a member streams from
     * @param ours names that this agent may drop when they are not wanted: only slots that it made for members
     * @param mayDrop false in pause and when there is no leader
     */
    record SlotPlan(
            java.util.Map<String, Optional<Lsn>> wanted, java.util.Set<String> expectedActive, boolean mayDrop) {}

    /** Takes over new settings without applying them: {@link #reload} does. The first call comes before anything else. */
    void configure(PostgresSettings settings);

    /**
     * Looks at directory, process and server. At most two seconds for the server's answer.
     *
     * @param withReplication also WAL senders and synchronous GUCs; asked of leaders only
     */
    CompletionStage<PostgresSeen> look(boolean withReplication);

    /** The one listener for events; called on a thread of the adapter. */
    void onEvent(Consumer<Event> listener);

    /**
     * At the agent's start, when a postmaster already runs here: takes it over as it is (ha-behaviour 4.1). Does nothing to PostgreSQL except
     * the reload that the specification asks for.
     */
    CompletionStage<Outcome> adopt();

    /** initdb, configuration, start as primary and wait until it is one (ha-behaviour 9.2). */
    CompletionStage<Outcome> initdb(BootstrapSettings bootstrap);

    /** Roles, post_bootstrap script, Citus (ha-behaviour 9.3, citus.md 4). The server runs as primary. */
    CompletionStage<Outcome> postBootstrap(BootstrapSettings bootstrap, Optional<CitusSettings> citus);

    /** After a failed bootstrap: stops immediately, renames the data directory to {@code .failed} (ha-behaviour 9.4 P1). */
    CompletionStage<Outcome> discardFailedBootstrap();

    /** Replica creation by the configured methods; the data directory is removed before and after a failure (ha-behaviour 9.5). */
    CompletionStage<Outcome> clone(Upstream source, boolean onlyBasebackup);

    /**
     * Starts as it is, as a primary after a crash (no recovery files).
     *
     * @param timeout how long to wait for the end of crash recovery
     */
    CompletionStage<Outcome> startPrimary(Duration timeout);

    /**
     * Makes this server a standby of {@code upstream} (empty: read-only, following nobody): writes the recovery settings; then starts it, or
     * reloads or restarts it where needed (ha-behaviour 17.2 F9, 17.3). Nothing is done when it already follows.
     *
     * @param role role to take: REPLICA, or STANDBY_LEADER
     */
    CompletionStage<Outcome> follow(Optional<Upstream> upstream, Role role, Optional<Duration> timeout);

    /** Cheap, without the network: does the recovery configuration in force differ from what {@link #follow} would write? */
    boolean follows(Optional<Upstream> upstream);

    /** The {@code pre_promote} script; Ok when none is configured. */
    CompletionStage<Outcome> prePromote();

    /**
     * Gets a running standby, named as the next leader, ready for a promotion that nothing holds up. Sets the managed
     * {@code synchronous_standby_names}, which have no effect during recovery, and bounds {@code max_standby_streaming_delay} and
     * {@code max_standby_archive_delay}: one read here and one vacuum record of the primary stall replay, and so a promotion, for as long as
     * these allow (30.4 s measured). Ok when both are in force; Failed when they are not after a second, also while replay waits for a read
     * already, for then the bound counts only after that wait. Without {@code restore_command} {@code wal_retrieve_retry_interval} is bounded
     * too, which a promotion may have to sit out. Keeps connections for what comes next. Safe to repeat: when all of it is
     * confirmed for this postmaster it answers at once and writes nothing.
     *
     * <p>The bound ends with {@link #endPreparation()}, a promotion, any start of PostgreSQL, or the next agent that takes the server over.
     *
     * @param synchronousNames what {@link #setSynchronousStandbyNames} will be given before the promotion
     * @param conflictLimit milliseconds count; a smaller limit of the user stays
     */
    CompletionStage<Outcome> prepareToLead(Optional<String> synchronousNames, Duration conflictLimit);

    /**
     * Takes back what was bounded by {@link #prepareToLead} (what the user configured returns; the managed names stay), and closes the
     * connections that it or {@link #awaitQuiet} and {@link #awaitStreamEnd} kept. Ok when the server was told. Safe to repeat, and cheap when
     * nothing was prepared.
     */
    CompletionStage<Outcome> endPreparation();

    /**
     * Waits until no client runs a statement: true when two looks 5 ms apart saw none, agents' own left out; false when {@code limit} is over
     * or the server cannot be asked. Says nothing about the moment after. The connection is kept: a call with limit zero, some time before,
     * makes the one that matters cheap.
     */
    CompletionStage<Boolean> awaitQuiet(Duration limit);

    /**
     * On a standby: what it has received, as soon as the WAL receiver that runs now has ended, at once when none runs; empty when {@code limit} is
     * over, the server cannot be asked or is no standby. Keeps its connection.
     */
    CompletionStage<Optional<Lsn>> awaitStreamEnd(Duration limit);

    /**
     * Promotes and answers when the server accepts writes (or the limit is over: StillStarting). Works with exhausted connections. Uses the
     * connection that {@link #prepareToLead} kept.
     */
    CompletionStage<Outcome> promote(Duration limit);

    /** CHECKPOINT without statement timeout, {@code times} in a row. Errors are a value; nobody waits for a standby. */
    CompletionStage<Outcome> checkpoint(int times);

    /** The {@code before_stop} script; its exit code is ignored. Not a command: {@link #cancel()} does not end it, and a stop does not wait for it. */
    CompletionStage<Outcome> beforeStop();

    /**
     * Stops PostgreSQL and answers when the postmaster is gone.
     *
     * @param timeout of a fast stop: then immediate and, 300 ms later, kill; of an immediate one: then kill. Empty: no limit for fast
     * @param published true: state goes to {@code stopping} and {@code on_stop} is called; false as a part of a restart
     */
    CompletionStage<Stopped> stop(StopMode mode, Optional<Duration> timeout, boolean published);

    /** Stop (fast) and start in the present role. */
    CompletionStage<Outcome> restart(Duration startTimeout);

    /** ha-behaviour 25.4. */
    CompletionStage<Divergence> checkDivergence(Upstream leader);

    /** pg_rewind is configured and the control file allows it (ha-behaviour 25.1). */
    CompletionStage<Boolean> rewindPossible();

    /** Single-user crash recovery, then pg_rewind against the leader (ha-behaviour 10.1, 25.5, 25.6). PostgreSQL is stopped afterwards. */
    CompletionStage<Outcome> rewind(Upstream leader);

    /** Crash recovery in single-user mode (ha-behaviour 10.1). */
    CompletionStage<Outcome> singleUserRecovery();

    /** Removes the data directory, links of WAL and tablespaces included. PostgreSQL must be stopped. */
    CompletionStage<Outcome> removeDataDirectory();

    /** Brings files and server in line with the settings (ha-behaviour 31.4); pending restarts show in {@link #look}. */
    CompletionStage<Outcome> reload();

    /**
     * Sets the managed {@code synchronous_standby_names}, reloads, and answers when the server has it in force: at once when that was confirmed
     * on this very postmaster before.
     *
     * @param value empty: remove the managed value (the user's own comes into force)
     */
    CompletionStage<Outcome> setSynchronousStandbyNames(Optional<String> value);

    /** Makes {@code synchronous_standby_names} confirm by generating a little WAL (ha-behaviour 20.2(1)); never waits for a standby. */
    CompletionStage<Outcome> generateWal();

    /** Creates, advances and drops physical slots. */
    CompletionStage<Outcome> keepSlots(SlotPlan plan);

    /** Lines of {@code pg_wal/<timeline>.history} with the file's modification time; empty list for timeline 1 or when it is missing. */
    CompletionStage<HistoryFile> history(int timeline);

    /** A timeline history file. */
    record HistoryFile(List<Line> lines, Optional<java.time.Instant> modified) {
        public record Line(int timeline, Lsn end, String reason) {}
    }

    /** Runs the callback {@code on_role_change} or another (ha-behaviour 27), not waiting for it. */
    void callback(String action, Role role);

    /** Role that is remembered and published while the server cannot be asked. */
    void assumeRole(Role role);

    /** Ends the running command: terminates its subprocess, kills it after ten seconds. */
    CompletionStage<Void> cancel();

    /** Closes connections and threads; PostgreSQL is not touched. */
    @Override
    void close();
}
