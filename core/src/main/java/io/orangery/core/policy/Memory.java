package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import java.time.Duration;
import java.util.Optional;

/**
 * What a node remembers between decisions. Immutable; times are monotonic.
 *
 * @param lastWithLeader last view that had a leader
 * @param rewind what is known of divergence
 * @param startTried a start after a failure was carried out and PostgreSQL was not seen healthy since
 * @param singleUserTried crash recovery in single-user mode was tried in this episode
 * @param healthyOnce PostgreSQL ran under this agent (a callback was due): the agent has joined
 * @param prePromoteFailedAt the {@code pre_promote} script failed then
 * @param steppedDownAt the lease was given up then; somebody else is to win it first
 * @param failure the last operation failed
 * @param checkpointAfterPromote the first checkpoint of this term is done
 * @param haltReason an operation ended in a way that must end the process
 */
public record Memory(
        Optional<ClusterView> lastWithLeader,
        RewindState rewind,
        boolean startTried,
        boolean singleUserTried,
        boolean healthyOnce,
        Optional<Duration> prePromoteFailedAt,
        Optional<Duration> steppedDownAt,
        Optional<Failure> failure,
        boolean checkpointAfterPromote,
        Optional<String> haltReason) {

    public static final Memory BLANK = new Memory(
            Optional.empty(),
            RewindState.INITIAL,
            false,
            false,
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.empty());

    /** An operation that failed. */
    public record Failure(Operation.Kind kind, String why, Duration at) {}

    public Memory withLastWithLeader(ClusterView view) {
        return new Memory(
                Optional.of(view),
                rewind,
                startTried,
                singleUserTried,
                healthyOnce,
                prePromoteFailedAt,
                steppedDownAt,
                failure,
                checkpointAfterPromote,
                haltReason);
    }

    public Memory withRewind(RewindState next) {
        return new Memory(
                lastWithLeader,
                next,
                startTried,
                singleUserTried,
                healthyOnce,
                prePromoteFailedAt,
                steppedDownAt,
                failure,
                checkpointAfterPromote,
                haltReason);
    }

    public Memory withStartTried(boolean tried) {
        return new Memory(
                lastWithLeader,
                rewind,
                tried,
                tried && singleUserTried,
                healthyOnce,
                prePromoteFailedAt,
                steppedDownAt,
                failure,
                checkpointAfterPromote,
                haltReason);
    }

    public Memory withSingleUserTried() {
        return new Memory(
                lastWithLeader,
                rewind,
                startTried,
                true,
                healthyOnce,
                prePromoteFailedAt,
                steppedDownAt,
                failure,
                checkpointAfterPromote,
                haltReason);
    }

    public Memory withHealthyOnce() {
        return new Memory(
                lastWithLeader,
                rewind,
                startTried,
                singleUserTried,
                true,
                prePromoteFailedAt,
                steppedDownAt,
                failure,
                checkpointAfterPromote,
                haltReason);
    }

    public Memory withPrePromoteFailedAt(Optional<Duration> at) {
        return new Memory(
                lastWithLeader,
                rewind,
                startTried,
                singleUserTried,
                healthyOnce,
                at,
                steppedDownAt,
                failure,
                checkpointAfterPromote,
                haltReason);
    }

    public Memory withSteppedDownAt(Optional<Duration> at) {
        return new Memory(
                lastWithLeader,
                rewind,
                startTried,
                singleUserTried,
                healthyOnce,
                prePromoteFailedAt,
                at,
                failure,
                checkpointAfterPromote,
                haltReason);
    }

    public Memory withFailure(Optional<Failure> next) {
        return new Memory(
                lastWithLeader,
                rewind,
                startTried,
                singleUserTried,
                healthyOnce,
                prePromoteFailedAt,
                steppedDownAt,
                next,
                checkpointAfterPromote,
                haltReason);
    }

    public Memory withCheckpointAfterPromote(boolean done) {
        return new Memory(
                lastWithLeader,
                rewind,
                startTried,
                singleUserTried,
                healthyOnce,
                prePromoteFailedAt,
                steppedDownAt,
                failure,
                done,
                haltReason);
    }

    public Memory withHaltReason(String why) {
        return new Memory(
                lastWithLeader,
                rewind,
                startTried,
                singleUserTried,
                healthyOnce,
                prePromoteFailedAt,
                steppedDownAt,
                failure,
                checkpointAfterPromote,
                Optional.of(why));
    }
}
