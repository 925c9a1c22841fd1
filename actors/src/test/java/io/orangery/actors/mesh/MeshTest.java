package io.orangery.actors.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import com.typesafe.config.ConfigFactory;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.Completion.Outcome;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.Tags;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.protocol.mesh.SealedMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real mesh systems in one JVM, on free ports of the loopback. */
@Timeout(120)
final class MeshTest {
    private static final Optional<String> SECRET = Optional.of("s3cret");
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration LIMIT = Duration.ofSeconds(6);

    private final ActorTestKit kit = ActorTestKit.create(
            "test",
            ConfigFactory.parseString("akka.actor.provider=local")
                    .withFallback(ConfigFactory.parseResources("mesh.conf"))
                    .withFallback(ConfigFactory.load()));
    private final TestProbe<Object> probe = kit.createTestProbe();
    private final RecordStore store = new RecordStore();
    private final List<MeshMember> members = new ArrayList<>();

    @AfterEach
    void stop() {
        members.parallelStream().forEach(MeshMember::close);
        kit.shutdownTestKit();
    }

    private MeshMember start(int group, String name, Optional<String> secret, long position) {
        MeshMember member = new MeshMember(store, group, name, secret, Optional.empty(), position);
        members.add(member);
        return member;
    }

    private void eventually(ThrowingCallable assertion) {
        probe.awaitAssert(LONG, Duration.ofMillis(100), () -> {
            members.forEach(MeshMember::turn);
            try {
                assertion.call();
            } catch (Error failed) {
                throw failed;
            } catch (Throwable failed) {
                throw new AssertionError(failed);
            }
            return null;
        });
    }

    private static <T> T result(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(LIMIT.toSeconds() * 2, TimeUnit.SECONDS);
    }

    private static CitusEvent event(CitusEvent.Type type) {
        return new CitusEvent(
                type, new GroupId(1), new NodeId("w"), Duration.ofSeconds(20), Duration.ofSeconds(5), "event-1");
    }

    @Test
    void theLeaderOfGroup0BeginsAMeshAndTheOthersJoinByWhatIsAdvertised() throws Exception {
        store.put("0/leader", "a");
        MeshMember a = start(0, "a", SECRET, 100);
        MeshMember b = start(0, "b", SECRET, 200);
        MeshMember w = start(1, "w", SECRET, 300);
        eventually(() -> assertThat(List.of(a.reaches(b), b.reaches(a), a.reaches(w), w.reaches(a), b.reaches(w)))
                .containsOnly(true));

        String id = store.get("0/orangery_mesh").orElseThrow();
        assertThat(members)
                .allSatisfy(member ->
                        assertThat(member.advertised().orElseThrow()).startsWith("akka://mesh-" + id + "@127.0.0.1:"));
        var announced = a.peers.askAfterStream(b.member(), LIMIT).toCompletableFuture();
        assertThat(announced).isNotDone();
        b.stream.complete(Optional.of(new Lsn(300)));
        assertThat(result(announced))
                .isInstanceOfSatisfying(
                        PeerAnswer.Answered.class,
                        answer -> assertThat(answer.position()).isEqualTo(new Lsn(300)));
        assertThat(b.looks).as("looks for itself, for the hand-over").hasValue(1);
        assertThat(result(a.peers.ask(List.of(b.member()), LIMIT)))
                .isEqualTo(Map.of(
                        new NodeId("b"),
                        new PeerAnswer.Answered(
                                true,
                                new Lsn(200),
                                2,
                                new Tags(Map.of("zone", "a")),
                                false,
                                true,
                                Optional.empty(),
                                Optional.of(false))));
        assertThat(a.overRest).isEmpty();
    }

    @Test
    void eventsGoToTheLeaderOfGroup0AndBeforeDemoteIsWaitedFor() throws Exception {
        store.put("0/leader", "a");
        MeshMember a = start(0, "a", SECRET, 100);
        MeshMember b = start(0, "b", SECRET, 100);
        MeshMember w = start(1, "w", SECRET, 100);
        eventually(() -> assertThat(w.reaches(a) && w.reaches(b)).isTrue());

        a.topology = new CompletableFuture<>();
        CompletionStage<Optional<EventReply>> told =
                w.peers.tellCoordinator(a.member(), event(CitusEvent.Type.BEFORE_DEMOTE), LONG);
        eventually(() -> assertThat(a.events).containsExactly(event(CitusEvent.Type.BEFORE_DEMOTE)));
        assertThat(told.toCompletableFuture()).isNotDone();
        a.topology.complete(EventReply.of(Outcome.DONE));
        assertThat(result(told)).contains(EventReply.of(Outcome.DONE));

        a.topology = new CompletableFuture<>();
        assertThat(result(w.peers.tellCoordinator(a.member(), event(CitusEvent.Type.AFTER_PROMOTE), LIMIT)))
                .isPresent();
        assertThat(result(w.peers.tellCoordinator(b.member(), event(CitusEvent.Type.AFTER_PROMOTE), LIMIT)))
                .isEmpty();
        assertThat(b.events).isEmpty();
        assertThat(w.overRest).isEmpty();
    }

    @Test
    void whatTheMeshDoesNotAnswerGoesOverRest() throws Exception {
        store.put("0/leader", "a");
        MeshMember a = start(0, "a", SECRET, 100);
        MeshMember b = start(0, "b", SECRET, 100);
        MeshMember w = start(1, "w", SECRET, 100);
        eventually(() -> assertThat(a.reaches(b) && w.reaches(a)).isTrue());

        a.topology = new CompletableFuture<>();
        assertThat(result(w.peers.tellCoordinator(
                        a.member(), event(CitusEvent.Type.BEFORE_DEMOTE), Duration.ofMillis(900))))
                .isPresent();
        assertThat(w.overRest).containsExactly("event-1");

        members.remove(b);
        b.close();
        assertThat(result(a.peers.askAfterStream(b.member(), LIMIT))).isInstanceOf(PeerAnswer.Silent.class);
        assertThat(result(a.peers.ask(List.of(b.member()), LIMIT)))
                .isEqualTo(Map.of(new NodeId("b"), MeshMember.BY_REST));
        assertThat(a.overRest).containsExactly("b");
    }

    @Test
    void anotherSecretIsRefusedAndRestAnswers() throws Exception {
        store.put("0/leader", "a");
        MeshMember a = start(0, "a", SECRET, 100);
        MeshMember b = start(0, "b", Optional.of("other"), 100);
        eventually(() -> assertThat(a.reaches(b)).isTrue());

        assertThat(result(a.peers.ask(List.of(b.member()), LIMIT)))
                .isEqualTo(Map.of(new NodeId("b"), MeshMember.BY_REST));
        assertThat(a.overRest).containsExactly("b");
    }

    @Test
    void withoutTlsAndSecretEverythingGoesOverRest() throws Exception {
        store.put("0/leader", "a");
        MeshMember a = start(0, "a", Optional.empty(), 100);
        MeshMember b = start(0, "b", Optional.empty(), 100);
        eventually(() -> assertThat(
                        List.of(a.advertised().orElseThrow(), b.advertised().orElseThrow()))
                .allMatch(address -> address.startsWith("akka://mesh-")));

        assertThat(a.mesh.carriesEffects()).isFalse();
        assertThat(result(a.peers.ask(List.of(b.member()), LIMIT)))
                .isEqualTo(Map.of(new NodeId("b"), MeshMember.BY_REST));
    }

    @Test
    void tlsOnBothSidesIsEnoughAndAStrangerWithoutACertificateDoesNotGetIn(@TempDir Path folder) throws Exception {
        store.put("0/leader", "a");
        Optional<MeshTls> tls = Optional.of(new MeshTls(SelfSigned.context(folder)));
        MeshMember a = new MeshMember(store, 0, "a", Optional.empty(), tls, 100);
        MeshMember b = new MeshMember(store, 0, "b", Optional.empty(), tls, 200);
        Optional<MeshTls> other = Optional.of(new MeshTls(SelfSigned.context(folder)));
        MeshMember stranger = new MeshMember(store, 0, "s", Optional.empty(), other, 300);
        members.addAll(List.of(a, b, stranger));
        eventually(() -> assertThat(a.reaches(b) && b.reaches(a)).isTrue());

        assertThat(result(a.peers.ask(List.of(b.member()), LIMIT)).get(new NodeId("b")))
                .isInstanceOf(PeerAnswer.Answered.class);
        assertThat(a.overRest).isEmpty();
        assertThat(List.of(a.reaches(stranger), stranger.reaches(a))).containsOnly(false);
    }

    @Test
    void aNodeInAnotherMeshLeavesAndJoinsTheOneThatCounts() {
        store.put("0/leader", "a");
        MeshMember a = start(0, "a", SECRET, 100);
        MeshMember b = start(0, "b", SECRET, 100);
        eventually(() -> assertThat(a.reaches(b)).isTrue());
        String first = store.get("0/orangery_mesh").orElseThrow();

        // Another leader, who is in none of this, has begun another one.
        store.put("0/orangery_mesh", "another");
        store.put("0/leader", "c");
        MeshMember c = start(0, "c", SECRET, 100);
        eventually(() -> assertThat(List.of(a.reaches(c), b.reaches(c), c.reaches(a), a.reaches(b)))
                .containsOnly(true));

        assertThat(store.get("0/orangery_mesh").orElseThrow()).isNotIn(first, "another");
    }

    @Test
    void aWorkerGroupHasItsOwnMeshWhileAPatroniLeadsGroup0() {
        store.put("0/leader", "p");
        store.put("0/members/p", "{}");
        store.put("1/leader", "w");
        MeshMember w = start(1, "w", SECRET, 100);
        MeshMember x = start(1, "x", SECRET, 100);

        eventually(() -> assertThat(w.reaches(x) && x.reaches(w)).isTrue());
        assertThat(store.get("0/orangery_mesh")).isEmpty();
        assertThat(store.get("1/orangery_mesh")).isPresent();
    }

    @Test
    void messagesOfTheEndpointSurviveTheirSerialization() {
        SealedMessage sealed = new SealedMessage(1, "0/a", "1/b", "n", "", 12, "{}", "aa");

        kit.serializationTestKit()
                .verifySerialization(
                        new MeshEndpoint.Question(
                                sealed,
                                kit.<MeshEndpoint.Reply>createTestProbe().getRef()),
                        true);
        kit.serializationTestKit().verifySerialization(new MeshEndpoint.Reply(Optional.of(sealed), ""), true);
        kit.serializationTestKit().verifySerialization(new MeshEndpoint.Reply(Optional.empty(), "why"), true);
    }
}
