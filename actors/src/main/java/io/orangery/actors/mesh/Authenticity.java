package io.orangery.actors.mesh;

import io.orangery.core.time.Ticker;
import io.orangery.protocol.mesh.MeshJson;
import io.orangery.protocol.mesh.MeshMessage;
import io.orangery.protocol.mesh.MeshParty;
import io.orangery.protocol.mesh.SealedMessage;
import io.orangery.protocol.mesh.SharedSecret;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Seals what this node says and checks what others say (deviations 10). With a shared secret every message is signed; without one TLS
 * answers for the sender; with neither nothing is sealed or opened. Thread-safe.
 */
final class Authenticity {
    /** What came of opening a message. */
    sealed interface Opened {
        record Genuine(MeshMessage message) implements Opened {}

        record Refused(String why) implements Opened {}
    }

    /**
     * How far the clocks of two hosts may be apart. An answer is bound to its question, whatever the clocks say; this only limits for how long the
     * nonces of questions must be remembered. Hosts further apart lose the mesh, not REST.
     */
    static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(30);

    /** Far more than a formation asks within the tolerance; beyond it questions go over REST. */
    private static final int MOST_NONCES = 20_000;

    private final MeshParty self;
    private final Optional<SharedSecret> secret;
    private final boolean tls;
    private final Ticker ticker;
    private final Supplier<String> ids;
    private final Map<String, Duration> seen = new HashMap<>();
    private Duration prunedAt;

    Authenticity(MeshParty self, Optional<SharedSecret> secret, boolean tls, Ticker ticker, Supplier<String> ids) {
        this.self = self;
        this.secret = secret;
        this.tls = tls;
        this.ticker = ticker;
        this.ids = ids;
        this.prunedAt = ticker.now();
    }

    /** False: hints only. */
    boolean carriesEffects() {
        return tls || secret.isPresent();
    }

    SealedMessage question(MeshParty to, MeshMessage.Request request) {
        return seal(to.text(), "", request);
    }

    SealedMessage answer(SealedMessage question, MeshMessage.Response response) {
        return seal(question.from(), question.nonce(), response);
    }

    private SealedMessage seal(String to, String inReplyTo, MeshMessage message) {
        SealedMessage bare = new SealedMessage(
                SealedMessage.VERSION,
                self.text(),
                to,
                ids.get(),
                inReplyTo,
                ticker.wallClock().toEpochMilli(),
                MeshJson.write(message),
                "");
        return secret.map(key -> bare.withMac(key.mac(bare))).orElse(bare);
    }

    /** A question to this node, not heard before. */
    Opened openQuestion(SealedMessage message) {
        return refusal(message)
                .or(() -> message.inReplyTo().isEmpty()
                        ? Optional.empty()
                        : Optional.of("an answer to a question never asked"))
                .or(() -> untimely(message))
                .<Opened>map(Opened.Refused::new)
                .orElseGet(() -> read(message));
    }

    /** The answer to this question, from whom it was asked. */
    Opened openAnswer(SealedMessage question, SealedMessage answer) {
        return refusal(answer)
                .or(() -> answer.inReplyTo().equals(question.nonce())
                                && answer.from().equals(question.to())
                        ? Optional.empty()
                        : Optional.of("not the answer to this question"))
                .<Opened>map(Opened.Refused::new)
                .orElseGet(() -> read(answer));
    }

    private Optional<String> refusal(SealedMessage message) {
        if (!carriesEffects()) {
            return Optional.of("neither TLS nor mesh.secret is configured here");
        }
        if (message.version() != SealedMessage.VERSION) {
            return Optional.of("version " + message.version() + " of the form, expected " + SealedMessage.VERSION);
        }
        if (secret.isPresent() && !secret.get().signed(message)) {
            return Optional.of("not signed with the mesh.secret of this node");
        }
        return message.to().equals(self.text())
                ? Optional.empty()
                : Optional.of("addressed to " + message.to() + ", this is " + self);
    }

    private Optional<String> untimely(SealedMessage message) {
        Duration apart = Duration.ofMillis(ticker.wallClock().toEpochMilli() - message.sentAtMillis())
                .abs();
        if (apart.compareTo(CLOCK_TOLERANCE) > 0) {
            return Optional.of("sent " + apart + " away from the clock of this node: are the clocks synchronized?");
        }
        return firstHeard(message.nonce()) ? Optional.empty() : Optional.of("heard before");
    }

    /** A nonce is remembered for twice the tolerance: a message from a fast clock passes as timely for that long. */
    private synchronized boolean firstHeard(String nonce) {
        Duration now = ticker.now();
        if (now.minus(prunedAt).compareTo(CLOCK_TOLERANCE) > 0 || seen.size() >= MOST_NONCES) {
            Duration oldest = now.minus(CLOCK_TOLERANCE.multipliedBy(2));
            seen.values().removeIf(heardAt -> heardAt.compareTo(oldest) < 0);
            prunedAt = now;
        }
        return seen.size() < MOST_NONCES && seen.putIfAbsent(nonce, now) == null;
    }

    private static Opened read(SealedMessage message) {
        return switch (MeshJson.read(message.payload())) {
            case MeshJson.Parsed.Message(MeshMessage body) -> new Opened.Genuine(body);
            case MeshJson.Parsed.Invalid(String why) -> new Opened.Refused(why);
        };
    }
}
