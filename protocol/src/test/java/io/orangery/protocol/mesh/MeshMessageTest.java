package io.orangery.protocol.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.Completion;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.Tags;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.protocol.mesh.MeshMessage.EventAnswer.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MeshMessageTest {
    private static final SealedMessage SEALED = new SealedMessage(
            1, "1/pg-1", "0/pg-0", "n1", "", 1_700_000_000_000L, "{\"kind\":\"status_question\"}", "");
    private static final SharedSecret SECRET = new SharedSecret("service/demo", "s3cret");

    static Stream<MeshMessage> everyMessage() {
        PeerAnswer.Answered facts = new PeerAnswer.Answered(
                true,
                new Lsn(0x7FFF_FFFF_FFFFL),
                3,
                new Tags(Map.of("nofailover", true, "failover_priority", 2, "zone", "a")),
                false,
                true,
                Optional.of("7179854923829112860"));
        return Stream.of(
                new MeshMessage.StatusQuestion(),
                new MeshMessage.StatusQuestion(Optional.of(Duration.ofSeconds(7))),
                new MeshMessage.StatusAnswer(facts),
                new MeshMessage.StatusAnswer(
                        new PeerAnswer.Answered(false, Lsn.ZERO, 0, Tags.NONE, true, false, Optional.empty())),
                new MeshMessage.StatusAnswer(new PeerAnswer.Silent("PostgreSQL did not answer")),
                new MeshMessage.EventNotice(new CitusEvent(
                        CitusEvent.Type.BEFORE_DEMOTE,
                        new GroupId(2),
                        new NodeId("pg-2"),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(10),
                        "id-1")),
                new MeshMessage.StatusAnswer(new PeerAnswer.Answered(
                        true, Lsn.ZERO, 1, Tags.NONE, false, true, Optional.empty(), Optional.of(true))),
                new MeshMessage.StatusAnswer(new PeerAnswer.Answered(
                        true, Lsn.ZERO, 1, Tags.NONE, false, true, Optional.empty(), Optional.of(false))),
                new MeshMessage.EventNotice(new CitusEvent(
                        CitusEvent.Type.AFTER_PROMOTE,
                        new GroupId(2),
                        new NodeId("pg-2"),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(10),
                        "id-2",
                        new CitusEvent.Wishes(
                                true,
                                true,
                                Optional.of(new NodeId("pg-3")),
                                CitusEvent.OnBlockers.ABORT,
                                Map.of("promote", 45L)))),
                new MeshMessage.EventAnswer(Outcome.PROCESSED),
                new MeshMessage.EventAnswer(
                        Outcome.PROCESSED,
                        new EventReply(Completion.Outcome.BLOCKED, false, List.of("backend 7"), Map.of())),
                new MeshMessage.EventAnswer(
                        Outcome.PROCESSED,
                        new EventReply(Completion.Outcome.DONE, true, List.of(), Map.of("total", 182L))),
                new MeshMessage.EventAnswer(Outcome.NOT_LEADER));
    }

    @ParameterizedTest
    @MethodSource("everyMessage")
    void comesBackAsItWasWritten(MeshMessage message) {
        assertThat(MeshJson.read(MeshJson.write(message))).isEqualTo(new MeshJson.Parsed.Message(message));
    }

    @Test
    void fieldsOfALaterVersionAreIgnored() {
        assertThat(MeshJson.read("{\"kind\":\"citus_event_answer\",\"outcome\":\"processed\",\"later\":1}"))
                .isEqualTo(new MeshJson.Parsed.Message(new MeshMessage.EventAnswer(Outcome.PROCESSED)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                                                        | expected a JSON object",
                "{\"kind\":\"hello\"}                                      | kind: expected",
                "{\"kind\":\"citus_event_answer\",\"outcome\":\"maybe\"}   | outcome: expected",
                "{\"kind\":\"status_answer\",\"in_recovery\":true}         | position: expected",
                "{\"kind\":\"citus_event\",\"event\":{\"type\":\"x\"}}     | event: type: expected",
                "{\"kind\":\"citus_event\",\"event\":{\"type\":\"after_promote\",\"group\":1,\"leader\":\"a\",\"timeout\":1,\"cooldown\":1}}"
                        + " | event: id: expected",
            })
    void whatCannotBeUsedIsNamed(String text, String why) {
        assertThat(MeshJson.read(text))
                .isInstanceOfSatisfying(
                        MeshJson.Parsed.Invalid.class,
                        invalid -> assertThat(invalid.why()).startsWith(why));
    }

    static Stream<UnaryOperator<SealedMessage>> everyChange() {
        return Stream.of(
                m -> new SealedMessage(
                        2, m.from(), m.to(), m.nonce(), m.inReplyTo(), m.sentAtMillis(), m.payload(), m.mac()),
                m -> new SealedMessage(
                        1, "x", m.to(), m.nonce(), m.inReplyTo(), m.sentAtMillis(), m.payload(), m.mac()),
                m -> new SealedMessage(
                        1, m.from(), "x", m.nonce(), m.inReplyTo(), m.sentAtMillis(), m.payload(), m.mac()),
                m -> new SealedMessage(1, m.from(), m.to(), "x", m.inReplyTo(), m.sentAtMillis(), m.payload(), m.mac()),
                m -> new SealedMessage(1, m.from(), m.to(), m.nonce(), "x", m.sentAtMillis(), m.payload(), m.mac()),
                m -> new SealedMessage(1, m.from(), m.to(), m.nonce(), m.inReplyTo(), 1, m.payload(), m.mac()),
                m -> new SealedMessage(1, m.from(), m.to(), m.nonce(), m.inReplyTo(), m.sentAtMillis(), "{}", m.mac()),
                m -> m.withMac(""),
                // the same characters, divided otherwise
                m -> new SealedMessage(
                        1,
                        m.from() + "0",
                        m.to().substring(1),
                        m.nonce(),
                        m.inReplyTo(),
                        m.sentAtMillis(),
                        m.payload(),
                        m.mac()));
    }

    @ParameterizedTest
    @MethodSource("everyChange")
    void anyChangeBreaksTheSeal(UnaryOperator<SealedMessage> change) {
        SealedMessage signed = SEALED.withMac(SECRET.mac(SEALED));

        assertThat(SECRET.signed(signed)).isTrue();
        assertThat(SECRET.signed(change.apply(signed))).isFalse();
    }

    @Test
    void anotherSecretOrAnotherFormationSignsOtherwise() {
        SealedMessage signed = SEALED.withMac(SECRET.mac(SEALED));

        assertThat(new SharedSecret("service/demo", "other").signed(signed)).isFalse();
        assertThat(new SharedSecret("service/other", "s3cret").signed(signed)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"akka://mesh@10.0.0.1:18008", "akka://mesh-ab12@pg-0.example:1", "akka://mesh-7@[::1]:65535"})
    void addressesAreReadAsWritten(String text) {
        assertThat(MeshAddress.parse(text)).get().hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "akka://node@h:1",
                "akka://mesh-@h:1",
                "akka://mesh-a-b@h:1",
                "akka://mesh@h:0",
                "akka://mesh@h:70000",
                "akka://mesh@h"
            })
    void whatIsNoAddressIsNone(String text) {
        assertThat(MeshAddress.parse(text)).isEmpty();
    }
}
