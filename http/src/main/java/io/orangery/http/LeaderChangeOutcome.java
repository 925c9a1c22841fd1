package io.orangery.http;

import io.orangery.core.admission.LeaderChange;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.Operation;
import io.orangery.core.time.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Waits until a change of leader has happened, was dropped, or takes too long (rest-api 11.6). No thread waits. */
final class LeaderChangeOutcome {
    /** The reference looks once a second; a read is cheap, and whoever waits is a person or a script that measures. */
    private static final Duration PERIOD = Duration.ofMillis(250);

    private static final Duration LEAST = Duration.ofSeconds(10);

    /** Between two questions to the new leader for the account of the pause, which is there a moment after the key has changed hands. */
    private static final Duration ACCOUNT_PERIOD = Duration.ofMillis(50);

    private static final int ACCOUNT_TRIES = 40;

    private final Agent agent;
    private final PeerStatus peers;
    private final Ticker ticker;
    private final Delay delay;

    LeaderChangeOutcome(Agent agent, PeerStatus peers, Ticker ticker, Delay delay) {
        this.agent = agent;
        this.peers = peers;
        this.ticker = ticker;
        this.delay = delay;
    }

    /** @param before who led when the request was written; empty: then any leader counts */
    CompletionStage<Answer> await(LeaderChange change, Optional<NodeId> before, Duration loopWait) {
        Duration limit = (loopWait.compareTo(LEAST) > 0 ? loopWait : LEAST).multipliedBy(2);
        return look(change, before, limit, ticker.now().plus(limit));
    }

    private CompletionStage<Answer> look(
            LeaderChange change, Optional<NodeId> before, Duration limit, Duration deadline) {
        return delay.of(PERIOD)
                .thenCompose(waited -> agent.readCluster())
                .thenCompose(read -> judge(change, before, read)
                        .map(answer -> inDetail(answer, read))
                        .orElseGet(() -> ticker.now().compareTo(deadline) >= 0
                                ? CompletableFuture.completedFuture(unknown(change, limit))
                                : look(change, before, limit, deadline)));
    }

    /** A success with the account of the pause, where writes were held; a failure with the reason, where it is this node's own. */
    private CompletionStage<Answer> inDetail(Answer answer, Agent.ClusterRead read) {
        Optional<Member> winner = answer.status() == 200 && read instanceof Agent.ClusterRead.Read(ClusterView cluster)
                ? cluster.leaderMember()
                : Optional.empty();
        boolean held = agent.last()
                .filter(seen -> seen.view().settings().citusWorker())
                .isPresent();
        if (winner.isPresent() && held) {
            return account(winner.get(), ACCOUNT_TRIES).thenApply(answer::withPause);
        }
        return CompletableFuture.completedFuture(answer.status() == 200 ? answer : withReason(answer));
    }

    private CompletionStage<Map<String, Long>> account(Member leader, int tries) {
        return peers.lastPause(leader, ACCOUNT_PERIOD.multipliedBy(10))
                .thenCompose(millis -> !millis.isEmpty() || tries <= 1
                        ? CompletableFuture.completedFuture(millis)
                        : delay.of(ACCOUNT_PERIOD).thenCompose(waited -> account(leader, tries - 1)));
    }

    private Answer withReason(Answer answer) {
        return agent.last()
                .flatMap(seen -> seen.view().memory().failure())
                .filter(failure -> failure.kind() == Operation.Kind.SWITCHOVER_DEMOTE)
                .filter(failure -> ticker.now().minus(failure.at()).compareTo(LEAST) < 0)
                .map(failure -> Answer.text(answer.status(), answer.body() + ": " + failure.why()))
                .orElse(answer);
    }

    /** Empty: not yet decided, or not known because the store could not be read. */
    static Optional<Answer> judge(LeaderChange change, Optional<NodeId> before, Agent.ClusterRead read) {
        if (!(read instanceof Agent.ClusterRead.Read(ClusterView cluster))) {
            return Optional.empty();
        }
        Optional<NodeId> winner =
                cluster.leader().map(key -> key.holder()).filter(holder -> !before.equals(Optional.of(holder)));
        if (winner.isPresent()) {
            return Optional.of(Answer.text(200, won(change, winner.get())));
        }
        return cluster.failover().isEmpty()
                ? Optional.of(Answer.text(503, change.action().capitalized() + " failed"))
                : Optional.empty();
    }

    private static String won(LeaderChange change, NodeId winner) {
        String done = change.action().done();
        boolean asWished =
                change.candidate().isEmpty() || change.candidate().get().equals(winner);
        return asWished
                ? "Successfully " + done + " over to \"" + winner + "\""
                : Character.toUpperCase(done.charAt(0)) + done.substring(1) + " over to \"" + winner
                        + "\" instead of \"" + change.candidate().get() + "\"";
    }

    private static Answer unknown(LeaderChange change, Duration limit) {
        return Answer.text(
                503,
                change.action().capitalized() + " status unknown after " + limit.toSeconds()
                        + " seconds; operation may still be in progress");
    }
}
