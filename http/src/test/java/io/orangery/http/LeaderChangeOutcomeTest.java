package io.orangery.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.admission.LeaderChange;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.policy.Operation;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Rest-api 11.6, under a clock that moves only by waiting. */
class LeaderChangeOutcomeTest {
    private static final String REQUEST = "{\"leader\":\"alpha\",\"member\":\"bravo\"}";

    private final FakeAgent agent = new FakeAgent(NodeBuilder.primary().key("failover", REQUEST));
    private Duration waited = Duration.ZERO;

    private Answer await(Optional<NodeId> before, Duration loopWait) {
        Ticker ticker = new Ticker() {
            @Override
            public Duration now() {
                return waited;
            }

            @Override
            public Instant wallClock() {
                return NodeBuilder.WALL;
            }
        };
        Delay delay = time -> {
            waited = waited.plus(time);
            return CompletableFuture.completedFuture(null);
        };
        LeaderChange change = new LeaderChange(
                LeaderChange.Action.SWITCHOVER,
                LeaderChange.Action.SWITCHOVER,
                Optional.of(new NodeId("alpha")),
                Optional.of(new NodeId("bravo")),
                Optional.empty());
        return new LeaderChangeOutcome(agent, new SilentPeers(), ticker, delay)
                .await(change, before, loopWait)
                .toCompletableFuture()
                .join();
    }

    /** After a time of nothing, what the new leader says of its last pause. */
    private Map<String, Long> lastPause = Map.of();

    private int questionsBefore;
    private int questions;

    private final class SilentPeers implements PeerStatus {
        @Override
        public CompletionStage<PeerAnswer> status(Member member, Duration limit) {
            throw new UnsupportedOperationException("the outcome is read from the keys");
        }

        @Override
        public CompletionStage<Map<String, Long>> lastPause(Member member, Duration limit) {
            assertThat(member.id()).isEqualTo(new NodeId("bravo"));
            return CompletableFuture.completedFuture(++questions > questionsBefore ? lastPause : Map.of());
        }
    }

    private Answer switchedOver(NodeBuilder node) {
        agent.be(node.key("failover", REQUEST));
        agent.thenRead(NodeBuilder.primary().key("leader", "bravo"));
        return await(Optional.of(new NodeId("alpha")), Duration.ofSeconds(10));
    }

    @Test
    void aWorkersSwitchoverSaysHowLongWritesWereHeld() {
        lastPause = Map.of("total", 182L);
        questionsBefore = 3;
        Answer answer = switchedOver(NodeBuilder.primary().worker());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("Successfully switched over to \"bravo\"");
        assertThat(answer.headers()).isEqualTo(Map.of("Orangery-Pause", "{\"total\":182}"));
        assertThat(questions).isEqualTo(4);
    }

    @Test
    void anAccountThatNeverComesIsNotWaitedForLong() {
        Answer answer = switchedOver(NodeBuilder.primary().worker());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers()).isEmpty();
        assertThat(waited).isLessThanOrEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void whereNoWritesAreHeldNobodyIsAsked() {
        lastPause = Map.of("total", 182L);
        assertThat(switchedOver(NodeBuilder.primary()).headers()).isEmpty();
        assertThat(questions).isZero();
    }

    private Answer failed(Operation.Kind kind, Duration at) {
        agent.be(NodeBuilder.primary().failed(kind, "backend 7 keeps the locks", at));
        return await(Optional.of(new NodeId("alpha")), Duration.ofSeconds(10));
    }

    @Test
    void aFailureSaysWhyWhereItIsKnown() {
        assertThat(failed(Operation.Kind.SWITCHOVER_DEMOTE, Duration.ZERO))
                .isEqualTo(Answer.text(503, "Switchover failed: backend 7 keeps the locks"));
        assertThat(failed(Operation.Kind.RESTART, Duration.ZERO)).isEqualTo(Answer.text(503, "Switchover failed"));
        assertThat(failed(Operation.Kind.SWITCHOVER_DEMOTE, Duration.ofSeconds(-10)))
                .isEqualTo(Answer.text(503, "Switchover failed"));
    }

    @Test
    void nothingIsKnownAfterTwiceTheLoop() {
        assertThat(await(Optional.of(new NodeId("alpha")), Duration.ofSeconds(10)))
                .isEqualTo(Answer.text(
                        503, "Switchover status unknown after 20 seconds; operation may still be in progress"));
        assertThat(waited).isEqualTo(Duration.ofSeconds(20));
        assertThat(await(Optional.of(new NodeId("alpha")), Duration.ofSeconds(15))
                        .body())
                .contains("after 30 seconds");
        assertThat(await(Optional.of(new NodeId("alpha")), Duration.ofSeconds(1))
                        .body())
                .contains("after 20 seconds");
    }

    @Test
    void errorsOfReadingAreIgnored() {
        agent.storeReachable = false;
        assertThat(await(Optional.of(new NodeId("alpha")), Duration.ofSeconds(10))
                        .body())
                .contains("status unknown");
    }

    @Test
    void withoutALeaderBeforeAnyLeaderCounts() {
        assertThat(await(Optional.empty(), Duration.ofSeconds(10)).body())
                .isEqualTo("Switched over to \"alpha\" instead of \"bravo\"");
    }
}
