package io.orangery.core.admission;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.settings.SynchronousMode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Is an immediate change of leader possible right now? (rest-api 11.4.) Lag, timeline and quorum are not looked at here: the leader applies
 * them, and drops the request when nobody qualifies.
 */
public final class LeaderChangePossible {
    private LeaderChangePossible() {}

    /** The answer. */
    public sealed interface Result {
        record Refused(Refusal refusal) implements Result {}

        /** It depends on what these members answer: {@link #judge}. */
        record Ask(List<Member> members) implements Result {}
    }

    public static Result check(LeaderChange change, ClusterView cluster, GroupMode mode) {
        if (change.leader().filter(leader -> !cluster.ledBy(leader)).isPresent()) {
            return refuse("leader name does not match");
        }
        boolean priority = mode.synchronousMode() == SynchronousMode.PRIORITY;
        if (change.candidate().isPresent()) {
            return candidate(change, change.candidate().get(), cluster, priority);
        }
        List<Member> members = cluster.members().stream()
                .filter(member -> priority
                        ? cluster.sync().votes(member.id())
                        : !cluster.ledBy(member.id()) && member.data().apiUrl().isPresent())
                .toList();
        if (members.isEmpty()) {
            return refuse(change.action().text() + " is not possible: "
                    + (priority ? "can not find sync_standby" : "cluster does not have members except leader"));
        }
        return new Result.Ask(
                members.stream().filter(member -> !cluster.ledBy(member.id())).toList());
    }

    private static Result candidate(LeaderChange change, NodeId candidate, ClusterView cluster, boolean priority) {
        if (priority
                && change.action() == LeaderChange.Action.SWITCHOVER
                && !cluster.sync().votes(candidate)) {
            return refuse("candidate name does not match with sync_standby");
        }
        return cluster.member(candidate)
                .<Result>map(member -> new Result.Ask(List.of(member)))
                .orElseGet(() -> refuse("candidate does not exists"));
    }

    private static Result refuse(String text) {
        return new Result.Refused(Refusal.notPossibleNow(text));
    }

    /**
     * Empty when somebody of those asked can take over.
     *
     * @param answers of the members that {@link Result.Ask} named
     */
    public static Optional<Refusal> judge(LeaderChange change, Map<NodeId, PeerAnswer> answers) {
        return obstacles(answers).size() < answers.size()
                ? Optional.empty()
                : Optional.of(Refusal.notPossibleNow(
                        change.action().text() + " is not possible: no good candidates have been found"));
    }

    /** Member to why it cannot take over, for the log: "no good candidates" alone helps nobody. */
    public static Map<NodeId, String> obstacles(Map<NodeId, PeerAnswer> answers) {
        Map<NodeId, String> obstacles = new TreeMap<>();
        answers.forEach((member, answer) -> obstacle(answer).ifPresent(why -> obstacles.put(member, why)));
        return obstacles;
    }

    private static Optional<String> obstacle(PeerAnswer answer) {
        return switch (answer) {
            case PeerAnswer.Silent silent -> Optional.of("not reachable: " + silent.why());
            case PeerAnswer.Answered a when a.tags().noFailover() -> Optional.of("not allowed to promote");
            case PeerAnswer.Answered a when a.watchdogFailed() -> Optional.of("not watchdog capable");
            case PeerAnswer.Answered a -> Optional.empty();
        };
    }
}
