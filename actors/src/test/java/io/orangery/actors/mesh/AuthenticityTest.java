package io.orangery.actors.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.time.Ticker;
import io.orangery.protocol.mesh.MeshMessage;
import io.orangery.protocol.mesh.MeshMessage.EventAnswer.Outcome;
import io.orangery.protocol.mesh.MeshParty;
import io.orangery.protocol.mesh.SealedMessage;
import io.orangery.protocol.mesh.SharedSecret;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class AuthenticityTest {
    private static final MeshParty A = new MeshParty(Optional.of(new GroupId(0)), new NodeId("a"));
    private static final MeshParty B = new MeshParty(Optional.of(new GroupId(1)), new NodeId("b"));
    private static final Optional<SharedSecret> SECRET = Optional.of(new SharedSecret("service/demo", "s"));
    private static final MeshMessage.Request QUESTION = new MeshMessage.StatusQuestion();

    private final AtomicInteger ids = new AtomicInteger();
    private Duration time = Duration.ofHours(1);

    private Authenticity of(MeshParty self, Optional<SharedSecret> secret, boolean tls, Duration clockError) {
        return new Authenticity(
                self,
                secret,
                tls,
                new Ticker() {
                    @Override
                    public Duration now() {
                        return time;
                    }

                    @Override
                    public Instant wallClock() {
                        return Instant.EPOCH.plus(time).plus(clockError);
                    }
                },
                () -> "id" + ids.incrementAndGet());
    }

    private Authenticity signing(MeshParty self) {
        return of(self, SECRET, false, Duration.ZERO);
    }

    @Test
    void aSignedQuestionIsHeardOnceOnly() {
        Authenticity receiver = signing(B);
        SealedMessage question = signing(A).question(B, QUESTION);

        assertThat(receiver.openQuestion(question)).isEqualTo(new Authenticity.Opened.Genuine(QUESTION));
        refused(receiver.openQuestion(question), "heard before");
        time = time.plus(Authenticity.CLOCK_TOLERANCE).plusMillis(1);
        refused(receiver.openQuestion(question), "away from the clock");
    }

    @Test
    void aMessageFromAFastClockIsNotForgottenBeforeItIsTooOld() {
        Authenticity receiver = signing(B);
        SealedMessage question =
                of(A, SECRET, false, Authenticity.CLOCK_TOLERANCE).question(B, QUESTION);
        assertThat(receiver.openQuestion(question)).isInstanceOf(Authenticity.Opened.Genuine.class);

        time = time.plus(Authenticity.CLOCK_TOLERANCE.multipliedBy(2));
        refused(receiver.openQuestion(question), "heard before");
    }

    @Test
    void onlyTheAnswerToThisQuestionFromItsReceiverCounts() {
        Authenticity asker = signing(A);
        SealedMessage question = asker.question(B, QUESTION);
        SealedMessage other = asker.question(B, QUESTION);
        MeshMessage.Response body = new MeshMessage.EventAnswer(Outcome.PROCESSED);

        assertThat(asker.openAnswer(question, signing(B).answer(question, body)))
                .isEqualTo(new Authenticity.Opened.Genuine(body));
        refused(asker.openAnswer(question, signing(B).answer(other, body)), "not the answer");
        MeshParty c = new MeshParty(Optional.empty(), new NodeId("c"));
        refused(asker.openAnswer(question, signing(c).answer(question, body)), "not the answer");
        refused(signing(A).openQuestion(signing(B).answer(question, body)), "never asked");
    }

    @Test
    void aCopySentToSomebodyElseIsRefused() {
        MeshParty c = new MeshParty(Optional.of(new GroupId(1)), new NodeId("c"));
        refused(signing(c).openQuestion(signing(A).question(B, QUESTION)), "addressed to 1/b");
    }

    @Test
    void whoHasTheSecretWantsItSigned() {
        SealedMessage unsigned = of(A, Optional.empty(), true, Duration.ZERO).question(B, QUESTION);
        Optional<SharedSecret> other = Optional.of(new SharedSecret("service/demo", "other"));

        refused(of(B, SECRET, true, Duration.ZERO).openQuestion(unsigned), "not signed");
        refused(signing(B).openQuestion(of(A, other, false, Duration.ZERO).question(B, QUESTION)), "not signed");
        assertThat(of(B, Optional.empty(), true, Duration.ZERO).openQuestion(unsigned))
                .isInstanceOf(Authenticity.Opened.Genuine.class);
    }

    @Test
    void withNeitherTlsNorSecretNothingIsBelieved() {
        Authenticity bare = of(B, Optional.empty(), false, Duration.ZERO);

        assertThat(bare.carriesEffects()).isFalse();
        refused(
                bare.openQuestion(of(A, Optional.empty(), false, Duration.ZERO).question(B, QUESTION)),
                "neither TLS nor");
    }

    private static void refused(Authenticity.Opened opened, String why) {
        assertThat(opened)
                .isInstanceOfSatisfying(
                        Authenticity.Opened.Refused.class,
                        refused -> assertThat(refused.why()).contains(why));
    }
}
