package io.orangery.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.admission.LeaderChange;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
        return new LeaderChangeOutcome(agent, ticker, delay)
                .await(change, before, loopWait)
                .toCompletableFuture()
                .join();
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
