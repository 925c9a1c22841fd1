package io.orangery.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.Completion;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.time.Ticker;
import io.orangery.protocol.CitusEventJson;
import io.orangery.protocol.EventReplyJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CitusResourceTest {
    private static final String BODY =
            "{\"type\":\"before_demote\",\"group\":1,\"leader\":\"w1\",\"timeout\":30,\"cooldown\":10}";

    private final FakeAgent agent = new FakeAgent(NodeBuilder.primary().coordinator());

    static CitusEvent event() {
        return new CitusEvent(
                CitusEvent.Type.BEFORE_DEMOTE,
                new GroupId(1),
                new NodeId("w1"),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                "id-7");
    }

    private CompletableFuture<Answer> post(String body) {
        Ticker still = new Ticker() {
            @Override
            public Duration now() {
                return NodeBuilder.NOW;
            }

            @Override
            public Instant wallClock() {
                return NodeBuilder.WALL;
            }
        };
        Call call = new Call(
                "POST",
                "/citus",
                Map.of(),
                akka.util.ByteString.fromString(body),
                Optional.empty(),
                Optional.empty(),
                false);
        return new CitusResource(agent, still, () -> "made-up").answer(call).toCompletableFuture();
    }

    @Test
    void beforeDemoteIsAnsweredWhenItWasCarriedOut() {
        agent.topology = new CompletableFuture<>();
        CompletableFuture<Answer> answer = post(BODY);
        assertThat(answer).isNotDone();
        agent.topology.complete(EventReply.HEARD);
        assertThat(answer.join()).isEqualTo(Answer.text(200, "OK"));
        assertThat(agent.asked).containsExactly("before_demote 1 w1 made-up");
    }

    @Test
    void theOthersAreAnsweredAtOnce() {
        agent.topology = new CompletableFuture<>();
        assertThat(post(BODY.replace("demote", "promote")).join()).isEqualTo(Answer.text(200, "OK"));
        assertThat(agent.asked).containsExactly("before_promote 1 w1 made-up");
    }

    @Test
    void theIdOfAnOrangeryAgentIsKept() {
        post(CitusEventJson.write(event())).join();
        assertThat(agent.asked).containsExactly("before_demote 1 w1 id-7");
    }

    private static String wishing(CitusEvent.Type type) {
        CitusEvent plain = event();
        return CitusEventJson.write(new CitusEvent(
                type,
                plain.group(),
                plain.leader(),
                plain.timeout(),
                plain.cooldown(),
                plain.id(),
                new CitusEvent.Wishes(true, true, Optional.empty(), CitusEvent.OnBlockers.ABORT, Map.of())));
    }

    @Test
    void whoAsksForDetailsIsAnsweredInJson() {
        EventReply blocked = new EventReply(Completion.Outcome.BLOCKED, false, List.of("backend 7"), Map.of());
        agent.topology = CompletableFuture.completedFuture(blocked);
        Answer answer = post(wishing(CitusEvent.Type.BEFORE_DEMOTE)).join();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).startsWith("{\"outcome\":\"blocked\"");
        assertThat(EventReplyJson.read(answer.body())).isEqualTo(blocked);
        assertThat(post(BODY).join()).isEqualTo(Answer.text(200, "OK"));
    }

    /** The account of the pause is in it. */
    @Test
    void afterPromoteIsWaitedForByWhoAsksForDetails() {
        agent.topology = new CompletableFuture<>();
        CompletableFuture<Answer> answer = post(wishing(CitusEvent.Type.AFTER_PROMOTE));
        assertThat(answer).isNotDone();
        EventReply let = new EventReply(Completion.Outcome.DONE, false, List.of(), Map.of("total", 182L));
        agent.topology.complete(let);
        assertThat(EventReplyJson.read(answer.join().body())).isEqualTo(let);
    }

    @Test
    void beforePromoteIsNeverWaitedFor() {
        agent.topology = new CompletableFuture<>();
        assertThat(post(wishing(CitusEvent.Type.BEFORE_PROMOTE)).join()).isEqualTo(Answer.text(200, "OK"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"x\",\"group\":1,\"leader\":\"w1\",\"timeout\":30,\"cooldown\":10}",
                "{\"type\":\"before_demote\",\"group\":\"1\",\"leader\":\"w1\",\"timeout\":30,\"cooldown\":10}",
                "{\"type\":\"before_demote\",\"group\":-1,\"leader\":\"w1\",\"timeout\":30,\"cooldown\":10}",
                "{\"type\":\"before_demote\",\"group\":1,\"timeout\":30,\"cooldown\":10}",
                "{\"type\":\"before_demote\",\"group\":1,\"leader\":\"w1\",\"timeout\":0,\"cooldown\":10}",
                "{\"type\":\"before_demote\",\"group\":1,\"leader\":\"w1\",\"timeout\":30,\"cooldown\":null}",
            })
    void theCoordinatorsLeaderRefusesABadBodyAndOthersDoNotLook(String body) {
        assertThat(post(body).join().status()).isEqualTo(400);
        agent.be(NodeBuilder.primary());
        assertThat(post(body).join()).isEqualTo(Answer.text(200, "OK"));
        agent.be(NodeBuilder.primary().coordinator().withoutLease());
        assertThat(post(body).join()).isEqualTo(Answer.text(200, "OK"));
        assertThat(agent.asked).isEmpty();
    }
}
