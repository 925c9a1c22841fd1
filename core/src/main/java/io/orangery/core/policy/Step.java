package io.orangery.core.policy;

import io.orangery.core.cluster.NodeId;
import java.time.Duration;
import java.util.Optional;

/**
 * One step of a long action. Each can be repeated after a crash of the agent, because each looks first. A step that fails ends the action;
 * the next decision starts from what is then seen, so no step needs to be undone by itself except a pause of the coordinator
 * ({@link TellCoordinator}), which carries its own release.
 */
public sealed interface Step {
    /** What becomes of a step whose action is abandoned. */
    enum Leaving {
        /** Nobody waits for it any more; whatever comes of it does no harm. */
        AT_ONCE,
        /** It is short, and what came of it must be known. */
        AFTER_ITS_END,
        /** It is a command of PostgreSQL's adapter, which ends it. */
        CANCELLED
    }

    /** The lease may be running out while the server is still writable, so what can be left is left at once. */
    default Leaving leaving() {
        return switch (this) {
            case Checkpoint s -> Leaving.AT_ONCE;
            case RunBeforeStop s -> Leaving.AT_ONCE;
            case TellCoordinator s -> Leaving.AT_ONCE;
            case NameSuccessor s -> Leaving.AT_ONCE;
            case AwaitPrepared s -> Leaving.AT_ONCE;
            case AwaitQuiet s -> Leaving.AT_ONCE;
            case AwaitSuccessor s -> Leaving.AT_ONCE;
            case PrepareSynchronousReplication s -> Leaving.AT_ONCE;
            case ClearFailover s -> Leaving.AT_ONCE;
            case Publish s -> Leaving.AT_ONCE;
            case Callback s -> Leaving.AT_ONCE;
            case ReleaseLease s -> Leaving.AFTER_ITS_END;
            case HandOverLease s -> Leaving.AFTER_ITS_END;
            case ForgetLease s -> Leaving.AFTER_ITS_END;
            case ClaimBootstrap s -> Leaving.AFTER_ITS_END;
            case FoundCluster s -> Leaving.AFTER_ITS_END;
            case StopPostgres s -> Leaving.CANCELLED;
            case RunPrePromote s -> Leaving.CANCELLED;
            case PromotePostgres s -> Leaving.CANCELLED;
            case RestartPostgres s -> Leaving.CANCELLED;
            case StartPrimary s -> Leaving.CANCELLED;
            case FollowUpstream s -> Leaving.CANCELLED;
            case ClonePostgres s -> Leaving.CANCELLED;
            case CheckDivergence s -> Leaving.CANCELLED;
            case RunRewind s -> Leaving.CANCELLED;
            case RunSingleUserRecovery s -> Leaving.CANCELLED;
            case RunInitdb s -> Leaving.CANCELLED;
            case RunPostBootstrap s -> Leaving.CANCELLED;
        };
    }

    /** CHECKPOINT, {@code times} in a row, so that the shutdown checkpoint is small. Its failure does not end the action. */
    record Checkpoint(int times) implements Step {}

    /** The {@code before_stop} script. */
    record RunBeforeStop() implements Step {}

    /**
     * Tell the leader of the coordinator group. Never ends the action: a worker's availability never depends on the coordinator.
     *
     * @param await wait until it was processed (at most {@code ttl})
     * @param successor who takes over; empty: nobody, or it is not known
     */
    record TellCoordinator(Event event, boolean await, Optional<NodeId> successor) implements Step {
        public TellCoordinator(Event event, boolean await) {
            this(event, await, Optional.empty());
        }

        /** Events of citus.md 6. */
        public enum Event {
            BEFORE_DEMOTE,
            BEFORE_PROMOTE,
            AFTER_PROMOTE
        }
    }

    /**
     * Stop PostgreSQL.
     *
     * @param limit of a fast stop, then it is stopped immediately; of an immediate one, then it is killed. Empty: none for a fast stop
     */
    record StopPostgres(boolean fast, Optional<Duration> limit) implements Step {}

    /**
     * Write the successor into the {@code failover} key, where the request names none: it prepares itself, and nobody else races. Does not end
     * the action.
     */
    record NameSuccessor(NodeId successor) implements Step {}

    /** Wait, for a short time, until the successor has prepared its PostgreSQL. Does not end the action. */
    record AwaitPrepared(NodeId successor) implements Step {}

    /** Reads were moved: wait, for a short time, until those that run here have ended. Does not end the action. */
    record AwaitQuiet() implements Step {}

    /** Wait, for a bounded time, until somebody who may lead has received the shutdown checkpoint. Does not end the action. */
    record AwaitSuccessor(Optional<NodeId> successor) implements Step {}

    /** Write the last position to {@code status} and delete the leader key. */
    record ReleaseLease() implements Step {}

    /** Give the lease to the successor that has received everything, else as {@link ReleaseLease}. */
    record HandOverLease(NodeId successor) implements Step {}

    /** Forget the lease without touching the key. */
    record ForgetLease() implements Step {}

    /** The {@code pre_promote} script. */
    record RunPrePromote() implements Step {}

    /**
     * {@code /sync} and {@code synchronous_standby_names} as they must be before promotion (ha-behaviour 20.5, 21.5).
     *
     * @param stopped the former leader, when it has stopped and handed over
     */
    record PrepareSynchronousReplication(Optional<NodeId> stopped) implements Step {}

    record PromotePostgres(Duration limit) implements Step {}

    /** The new leader answers the request that made it leader: {@code failover} is emptied. Does not end the action. */
    record ClearFailover() implements Step {}

    /** Publish the member key now. */
    record Publish() implements Step {}

    record RestartPostgres(Duration timeout) implements Step {}

    record StartPrimary(Duration timeout) implements Step {}

    record FollowUpstream(Optional<NodeId> upstream, Optional<Duration> timeout) implements Step {}

    record ClonePostgres(NodeId source, boolean onlyBasebackup) implements Step {}

    record CheckDivergence(NodeId leader) implements Step {}

    record RunRewind(NodeId leader) implements Step {}

    record RunSingleUserRecovery() implements Step {}

    /** Create {@code initialize}, empty: the right to bootstrap. */
    record ClaimBootstrap() implements Step {}

    record RunInitdb() implements Step {}

    record RunPostBootstrap() implements Step {}

    /** Write {@code initialize}, {@code config} and the leader key, in this order. */
    record FoundCluster() implements Step {}

    /** The callback {@code on_role_change}, {@code on_start} and so on, not waited for. */
    record Callback(String action) implements Step {}
}
