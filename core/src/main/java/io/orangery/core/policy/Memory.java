package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

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
 * @param handOver a hand-over in the {@code failover} key, since it was first seen
 * @param preparedFor version of the {@code failover} key whose candidate this node is, and for which PostgreSQL is prepared
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
        Optional<String> haltReason,
        Optional<HandOverSeen> handOver,
        Optional<Long> preparedFor) {

    public static final Memory BLANK = new Draft().finished();

    /** An operation that failed. */
    public record Failure(Operation.Kind kind, String why, Duration at) {}

    /**
     * A hand-over in the {@code failover} key.
     *
     * @param version of that key
     * @param at when it was first seen there
     * @param basis the other keys as they were then
     */
    public record HandOverSeen(long version, Duration at, Evidence.Basis basis) {}

    public Memory withLastWithLeader(ClusterView view) {
        return but(draft -> draft.lastWithLeader = Optional.of(view));
    }

    public Memory withRewind(RewindState next) {
        return but(draft -> draft.rewind = next);
    }

    public Memory withStartTried(boolean tried) {
        return but(draft -> {
            draft.startTried = tried;
            draft.singleUserTried &= tried;
        });
    }

    public Memory withSingleUserTried() {
        return but(draft -> draft.singleUserTried = true);
    }

    public Memory withHealthyOnce() {
        return but(draft -> draft.healthyOnce = true);
    }

    public Memory withPrePromoteFailedAt(Optional<Duration> at) {
        return but(draft -> draft.prePromoteFailedAt = at);
    }

    public Memory withSteppedDownAt(Optional<Duration> at) {
        return but(draft -> draft.steppedDownAt = at);
    }

    public Memory withFailure(Optional<Failure> next) {
        return but(draft -> draft.failure = next);
    }

    public Memory withCheckpointAfterPromote(boolean done) {
        return but(draft -> draft.checkpointAfterPromote = done);
    }

    public Memory withHaltReason(String why) {
        return but(draft -> draft.haltReason = Optional.of(why));
    }

    /** What this view of the keys says of a hand-over: the first sight of it counts. */
    public Memory withHandOverOf(ClusterView cluster, Duration now) {
        Optional<Long> version = cluster.failover()
                .filter(request -> request.handOver().isPresent())
                .map(request -> request.version());
        return version.equals(handOver.map(HandOverSeen::version))
                ? this
                : but(draft -> draft.handOver =
                        version.map(number -> new HandOverSeen(number, now, Evidence.Basis.of(cluster))));
    }

    public Memory withPreparedFor(Optional<Long> version) {
        return but(draft -> draft.preparedFor = version);
    }

    private Memory but(Consumer<Draft> change) {
        Draft draft = new Draft();
        draft.lastWithLeader = lastWithLeader;
        draft.rewind = rewind;
        draft.startTried = startTried;
        draft.singleUserTried = singleUserTried;
        draft.healthyOnce = healthyOnce;
        draft.prePromoteFailedAt = prePromoteFailedAt;
        draft.steppedDownAt = steppedDownAt;
        draft.failure = failure;
        draft.checkpointAfterPromote = checkpointAfterPromote;
        draft.haltReason = haltReason;
        draft.handOver = handOver;
        draft.preparedFor = preparedFor;
        change.accept(draft);
        return draft.finished();
    }

    /** A memory under change, within one method. */
    private static final class Draft {
        private Optional<ClusterView> lastWithLeader = Optional.empty();
        private RewindState rewind = RewindState.INITIAL;
        private boolean startTried;
        private boolean singleUserTried;
        private boolean healthyOnce;
        private Optional<Duration> prePromoteFailedAt = Optional.empty();
        private Optional<Duration> steppedDownAt = Optional.empty();
        private Optional<Failure> failure = Optional.empty();
        private boolean checkpointAfterPromote;
        private Optional<String> haltReason = Optional.empty();
        private Optional<HandOverSeen> handOver = Optional.empty();
        private Optional<Long> preparedFor = Optional.empty();

        private Memory finished() {
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
                    haltReason,
                    handOver,
                    preparedFor);
        }
    }
}
