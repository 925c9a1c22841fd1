package io.orangery.http;

import io.orangery.core.admission.GroupMode;
import io.orangery.core.admission.LeaderChange;
import io.orangery.core.admission.LeaderChangePossible;
import io.orangery.core.admission.Refusal;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.FailoverRequest;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.policy.View;
import io.orangery.core.time.Ticker;
import io.orangery.protocol.KeyJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /switchover} and {@code /failover} (rest-api 11): admitted here, carried out by whoever reads the {@code failover} key. */
final class LeaderChangeResource {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderChangeResource.class);

    /** What peers get in the reference. */
    private static final Duration PEER_LIMIT = Duration.ofSeconds(2);

    private static final Refusal SCHEDULED = new Refusal(
            Refusal.Reason.NOT_IN_THIS_RELEASE,
            "Scheduled switchovers are not possible in this release of Orangery: nothing was scheduled");

    private final Agent agent;
    private final Keys keys;
    private final PeerStatus peers;
    private final LeaderChangeOutcome outcome;
    private final Ticker ticker;

    LeaderChangeResource(Agent agent, Keys keys, PeerStatus peers, Ticker ticker, Delay delay) {
        this.agent = agent;
        this.keys = keys;
        this.peers = peers;
        this.outcome = new LeaderChangeOutcome(agent, peers, ticker, delay);
        this.ticker = ticker;
    }

    CompletionStage<Answer> switchover(Call call) {
        return post(LeaderChange.Action.SWITCHOVER, call);
    }

    CompletionStage<Answer> failover(Call call) {
        return post(LeaderChange.Action.FAILOVER, call);
    }

    private CompletionStage<Answer> post(LeaderChange.Action action, Call call) {
        return switch (call.mandatoryBody()) {
            case Call.Body.Bad(Answer answer) -> completed(answer);
            case Call.Body.Values(Map<String, Object> fields) ->
                keys.fresh((cluster, view) -> {
                    GroupMode mode = GroupMode.of(cluster, view.dynamic());
                    return switch (LeaderChange.parse(action, fields, mode, ticker.wallClock())) {
                        case LeaderChange.Parsed.Refused(Refusal refusal) -> completed(Statuses.refused(refusal));
                        case LeaderChange.Parsed.Accepted(LeaderChange change) -> admit(change, cluster, mode, view);
                    };
                });
        };
    }

    private CompletionStage<Answer> admit(LeaderChange change, ClusterView cluster, GroupMode mode, View view) {
        if (change.scheduledAt().isPresent()) {
            return completed(Statuses.refused(SCHEDULED));
        }
        if (change.requested() != change.action()) {
            LOG.warn("received a failover request with a leader: performing a switchover instead");
        }
        return switch (LeaderChangePossible.check(change, cluster, mode)) {
            case LeaderChangePossible.Result.Refused(Refusal refusal) -> completed(Statuses.refused(refusal));
            case LeaderChangePossible.Result.Ask(List<Member> members) ->
                ask(members)
                        .thenCompose(answers -> LeaderChangePossible.judge(change, answers)
                                .map(refusal -> {
                                    LOG.warn("{}: {}", refusal.text(), LeaderChangePossible.obstacles(answers));
                                    return completed(Statuses.refused(refusal));
                                })
                                .orElseGet(() -> carryOut(change, cluster, view)));
        };
    }

    /** All at the same time. */
    private CompletionStage<Map<NodeId, PeerAnswer>> ask(List<Member> members) {
        CompletionStage<Map<NodeId, PeerAnswer>> answers = CompletableFuture.completedFuture(new TreeMap<>());
        List<Map.Entry<NodeId, CompletionStage<PeerAnswer>>> asked = members.stream()
                .map(member -> Map.entry(member.id(), peers.status(member, PEER_LIMIT)))
                .toList();
        for (Map.Entry<NodeId, CompletionStage<PeerAnswer>> one : asked) {
            answers = answers.thenCombine(one.getValue(), (known, answer) -> {
                known.put(one.getKey(), answer);
                return known;
            });
        }
        return answers;
    }

    private CompletionStage<Answer> carryOut(LeaderChange change, ClusterView cluster, View view) {
        Optional<NodeId> before = cluster.leader().map(key -> key.holder());
        String request = KeyJson.writeFailover(change.leader(), change.candidate(), Optional.empty());
        return agent.write(Agent.Key.FAILOVER, request, OptionalLong.empty()).thenCompose(written -> switch (written) {
            case DONE -> outcome.await(change, before, view.dynamic().loopWait());
            case REFUSED, UNREACHABLE -> completed(Answer.text(503, "failed to write failover key into DCS"));
        });
    }

    /** {@code DELETE /switchover}: only a scheduled one; one in progress is not touched. */
    CompletionStage<Answer> cancel(Call call) {
        return keys.fresh((cluster, view) -> cluster.failover()
                .filter(request -> !request.immediate())
                .map(this::clear)
                .orElseGet(() -> completed(Answer.text(404, "no switchover is scheduled"))));
    }

    private CompletionStage<Answer> clear(FailoverRequest request) {
        return agent.write(Agent.Key.FAILOVER, "{}", OptionalLong.of(request.version()))
                .thenApply(written -> switch (written) {
                    case DONE -> Answer.text(200, "scheduled switchover deleted");
                    case REFUSED, UNREACHABLE ->
                        Answer.page(409, "the failover key was changed by somebody else meanwhile");
                });
    }

    private static CompletionStage<Answer> completed(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
