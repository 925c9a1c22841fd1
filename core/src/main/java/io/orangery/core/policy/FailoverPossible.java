package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.FailoverRequest;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.settings.SynchronousMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Asked by a leader before it steps down: is there somebody who can take over? (ha-behaviour 12.4.) */
public final class FailoverPossible {
    private FailoverPossible() {}

    /** The answer. */
    public sealed interface Result {
        /** @param qualified those who can, best first */
        record Yes(List<NodeId> qualified) implements Result {}

        record No(String why) implements Result {}

        /** It depends on what these members answer. */
        record Ask(SortedSet<NodeId> members) implements Result {}
    }

    /**
     * @param only the candidate that was asked for
     * @param excluded a candidate that was found unable
     * @param shutdownCheckpoint what a successor must have received; empty before the stop: then the lag limit applies
     */
    public static Result judge(
            View view,
            ClusterView cluster,
            Optional<NodeId> only,
            Optional<NodeId> excluded,
            Optional<Lsn> shutdownCheckpoint) {
        boolean manualFailover = cluster.failover()
                .filter(FailoverRequest::immediate)
                .filter(r -> !r.switchover())
                .isPresent();
        boolean syncActive = view.syncActive();
        SortedSet<NodeId> candidates = new TreeSet<>();
        cluster.others(view.self())
                .filter(member -> only.isEmpty() || only.get().equals(member.id()))
                .filter(member -> excluded.isEmpty() || !excluded.get().equals(member.id()))
                .filter(member -> member.data().apiUrl().isPresent()
                        && !member.data().tags().noFailover())
                .filter(member ->
                        !syncActive || manualFailover || cluster.sync().votes(member.id()))
                .map(Member::id)
                .forEach(candidates::add);
        if (candidates.isEmpty()) {
            return new Result.No(only.map(name -> "candidate " + name + " is not a member that may lead"
                            + (syncActive ? " (sync_standbys=" + cluster.sync().voters() + ")" : ""))
                    .orElse("candidates list is empty"));
        }
        return judgeAnswers(view, cluster, candidates, only, shutdownCheckpoint);
    }

    private static Result judgeAnswers(
            View view,
            ClusterView cluster,
            SortedSet<NodeId> candidates,
            Optional<NodeId> only,
            Optional<Lsn> shutdownCheckpoint) {
        boolean fresh = view.evidence()
                .filter(evidence -> view.now()
                                .minus(evidence.gatheredAt())
                                .compareTo(Limits.evidenceAge(view.dynamic().ttl()))
                        <= 0)
                .filter(evidence -> evidence.answersAll(candidates))
                .isPresent();
        if (!fresh) {
            return new Result.Ask(candidates);
        }
        List<NodeId> qualified = new ArrayList<>();
        StringBuilder reasons = new StringBuilder();
        for (NodeId candidate : candidates) {
            Optional<String> obstacle = obstacle(
                    view, cluster, view.evidence().orElseThrow().answers().get(candidate), shutdownCheckpoint);
            obstacle.ifPresentOrElse(
                    why -> reasons.append(reasons.isEmpty() ? "" : ", ")
                            .append(candidate)
                            .append(" ")
                            .append(why),
                    () -> qualified.add(candidate));
        }
        if (qualified.isEmpty()) {
            return new Result.No("no healthy members found (" + reasons + ")");
        }
        boolean quorumActive = view.syncActive() && view.dynamic().synchronousMode() == SynchronousMode.QUORUM;
        if (quorumActive
                && only.isEmpty()
                && qualified.size() - 1 < cluster.sync().quorum()) {
            return new Result.No("Quorum requirement " + cluster.sync().quorum() + " can not be reached");
        }
        var answers = view.evidence().orElseThrow().answers();
        qualified.sort((a, b) -> ((PeerAnswer.Answered) answers.get(b))
                .position()
                .compareTo(((PeerAnswer.Answered) answers.get(a)).position()));
        return new Result.Yes(List.copyOf(qualified));
    }

    private static Optional<String> obstacle(
            View view, ClusterView cluster, PeerAnswer answer, Optional<Lsn> shutdownCheckpoint) {
        return switch (answer) {
            case PeerAnswer.Silent silent -> Optional.of("is not reachable: " + silent.why());
            case PeerAnswer.Answered a when a.tags().noFailover() -> Optional.of("is not allowed to promote");
            case PeerAnswer.Answered a when a.watchdogFailed() -> Optional.of("is not watchdog capable");
            case PeerAnswer.Answered a when !a.running() -> Optional.of("does not run PostgreSQL");
            case PeerAnswer.Answered a
            when shutdownCheckpoint.isPresent() ->
                a.position().atLeast(shutdownCheckpoint.get())
                        ? Optional.empty()
                        : Optional.of("has not received the shutdown checkpoint " + shutdownCheckpoint.get());
            case PeerAnswer.Answered a
            when a.position().behind(cluster.status().optime()) > view.dynamic().maximumLagOnFailover() ->
                Optional.of("lags by " + a.position().behind(cluster.status().optime()) + " bytes");
            case PeerAnswer.Answered a
            when view.dynamic().checkTimeline()
                    && a.timeline() < cluster.history().clusterTimeline() ->
                Optional.of("is on timeline " + a.timeline());
            case PeerAnswer.Answered a -> Optional.empty();
        };
    }
}
