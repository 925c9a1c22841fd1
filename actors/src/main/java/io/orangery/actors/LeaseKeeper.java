package io.orangery.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.orangery.core.policy.LeaseSeen;
import io.orangery.core.time.Ticker;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.Lease;
import io.orangery.dcs.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Owns the leader lease of this node: acquires, renews on its own schedule, releases, and tells what it knows as one of three values.
 *
 * <p>It renews only while the node has confirmed within the same period that leading is still justified: a live process must not keep a dead
 * leader alive. Deadlines count from <b>before</b> a request was sent. At most one request is under way. It never looks at PostgreSQL.
 */
public final class LeaseKeeper extends AbstractOnMessageBehavior<LeaseKeeper.Command> {
    /** Messages of the node actor. */
    public sealed interface Command {}

    /** Try to create the key. The result is told as {@link LeaseSeen} and as {@link Raced}. */
    public record Acquire(ActorRef<Raced> replyTo) implements Command {}

    /** The key carries the own name from an earlier lease: bind it to the present one. */
    public record Reclaim(ActorRef<Raced> replyTo) implements Command {}

    /** End of bootstrap: put the own name. */
    public record Take(ActorRef<Raced> replyTo) implements Command {}

    /** Delete the key if it is still ours. Never held is a success. */
    public record Release(ActorRef<Raced> replyTo) implements Command {}

    /** The key is not ours any more; do not touch it. */
    public enum Forget implements Command {
        NOW
    }

    /** Leading is justified on the last known facts: good for one period. */
    public enum Confirm implements Command {
        NOW
    }

    /** New timing of the configuration. */
    public record Retime(Timing timing) implements Command {}

    private enum Renew implements Command {
        NOW
    }

    private record Answered(
            Purpose purpose, long term, Duration sentAt, Answer<Lease> answer, Optional<ActorRef<Raced>> replyTo)
            implements Command {}

    private record Released(Answer<Void> answer, ActorRef<Raced> replyTo) implements Command {}

    private enum Purpose {
        ACQUIRE,
        RENEW,
        TAKE
    }

    /** Result of {@link Acquire}, {@link Reclaim}, {@link Take} and {@link Release}. */
    public sealed interface Raced {
        record Won() implements Raced {}

        record Lost(String why) implements Raced {}

        record Unreachable(String why) implements Raced {}
    }

    /** Pause before renewing is tried again after the store did not answer: the store's own client has retried for long enough already. */
    private static final Duration AFTER_NO_ANSWER = Duration.ofMillis(500);

    public static Behavior<Command> create(Dcs dcs, Ticker ticker, Timing timing, Consumer<LeaseSeen> listener) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new LeaseKeeper(context, timers, dcs, ticker, timing, listener)));
    }

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Dcs dcs;
    private final Ticker ticker;
    private final Consumer<LeaseSeen> listener;
    private Timing timing;
    private LeaseSeen lease = new LeaseSeen.NotHeld(Optional.empty(), Duration.ZERO);
    private Optional<Duration> confirmedAt = Optional.empty();
    private boolean requestUnderWay;
    private final List<ActorRef<Raced>> waiting = new ArrayList<>();
    /** Raised by {@link Forget} and {@link Release}: an answer of an earlier term must not revive the lease. */
    private long term;

    private LeaseKeeper(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Dcs dcs,
            Ticker ticker,
            Timing timing,
            Consumer<LeaseSeen> listener) {
        super(context);
        context.setLoggerName(LeaseKeeper.class);
        this.context = context;
        this.timers = timers;
        this.dcs = dcs;
        this.ticker = ticker;
        this.timing = timing;
        this.listener = listener;
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        switch (message) {
            case Acquire acquire -> request(Purpose.ACQUIRE, dcs::acquireLeader, Optional.of(acquire.replyTo()));
            case Reclaim reclaim -> request(Purpose.ACQUIRE, dcs::renewLeader, Optional.of(reclaim.replyTo()));
            case Take take -> request(Purpose.TAKE, dcs::takeLeader, Optional.of(take.replyTo()));
            case Release release -> onRelease(release);
            case Forget now -> drop(Optional.empty());
            case Confirm now -> confirmedAt = Optional.of(ticker.now());
            case Retime retime -> onRetime(retime);
            case Renew now -> onRenew();
            case Answered answered -> onAnswered(answered);
            case Released released -> onReleased(released);
        }
        return this;
    }

    private void onRelease(Release release) {
        drop(Optional.empty());
        context.pipeToSelf(
                dcs.releaseLeader(),
                (answer, failure) -> new Released(
                        failure == null ? answer : Answer.unreachable(failure.toString()), release.replyTo()));
    }

    private void onReleased(Released released) {
        released.replyTo()
                .tell(
                        switch (released.answer()) {
                            case Answer.Done<Void> done -> new Raced.Won();
                            case Answer.Refused<Void>(String why) -> new Raced.Lost(why);
                            case Answer.Unreachable<Void>(String why) -> new Raced.Unreachable(why);
                        });
    }

    private void onRetime(Retime retime) {
        timing = retime.timing();
        dcs.retime(timing);
        if (lease.protectedUntil().isPresent()) {
            timers.startSingleTimer(Renew.NOW, Renew.NOW, Duration.ZERO);
        }
    }

    private void onRenew() {
        if (lease.protectedUntil().isEmpty()) {
            return;
        }
        boolean justified = confirmedAt
                .filter(at -> ticker.now().minus(at).compareTo(confirmationPeriod()) <= 0)
                .isPresent();
        if (justified) {
            request(Purpose.RENEW, dcs::renewLeader, Optional.empty());
        } else {
            context.getLog()
                    .error(
                            "not renewing the leader lease: the node has not confirmed for {} that leading is justified",
                            confirmationPeriod());
            timers.startSingleTimer(Renew.NOW, Renew.NOW, AFTER_NO_ANSWER);
        }
    }

    private void request(
            Purpose purpose,
            java.util.function.Supplier<CompletionStage<Answer<Lease>>> call,
            Optional<ActorRef<Raced>> replyTo) {
        if (requestUnderWay) {
            // Told when that one has ended: an answer at once would be asked for again at once.
            replyTo.ifPresent(waiting::add);
            return;
        }
        requestUnderWay = true;
        long asked = term;
        Duration sentAt = ticker.now();
        context.pipeToSelf(
                call.get(),
                (answer, failure) -> new Answered(
                        purpose,
                        asked,
                        sentAt,
                        failure == null ? answer : Answer.unreachable(failure.toString()),
                        replyTo));
    }

    private void onAnswered(Answered answered) {
        requestUnderWay = false;
        waiting.forEach(other -> other.tell(new Raced.Unreachable("another request for the lease was under way")));
        waiting.clear();
        if (answered.term() != term) {
            onOutdated(answered);
            return;
        }
        switch (answered.answer()) {
            case Answer.Done<Lease>(Lease granted) -> onGranted(answered, granted);
            case Answer.Refused<Lease>(String why) -> onRefused(answered, why);
            case Answer.Unreachable<Lease>(String why) -> onNoAnswer(answered, why);
        }
    }

    /** The lease was given up while the request was under way: what it may have won is given back. */
    private void onOutdated(Answered answered) {
        if (!(answered.answer() instanceof Answer.Refused)) {
            context.pipeToSelf(
                    dcs.releaseLeader(),
                    (answer, failure) -> new Released(
                            failure == null ? answer : Answer.unreachable(failure.toString()),
                            context.getSystem().ignoreRef()));
        }
        answered.replyTo().ifPresent(waiting -> waiting.tell(new Raced.Lost("the lease was given up meanwhile")));
    }

    private void onGranted(Answered answered, Lease granted) {
        Duration until = answered.sentAt().plus(granted.validFor()).minus(dcs.leaseSlack());
        Duration acquiredAt = switch (lease) {
            case LeaseSeen.Held held -> held.acquiredAt();
            case LeaseSeen.Unknown unknown -> unknown.acquiredAt();
            case LeaseSeen.NotHeld none -> answered.sentAt();
        };
        if (answered.purpose() != Purpose.RENEW) {
            confirmedAt = Optional.of(ticker.now());
        }
        publish(new LeaseSeen.Held(until, acquiredAt, answered.sentAt()));
        answered.replyTo().ifPresent(waiting -> waiting.tell(new Raced.Won()));
        Duration next = renewalPeriod().minus(ticker.now().minus(answered.sentAt()));
        timers.startSingleTimer(Renew.NOW, Renew.NOW, next.isNegative() ? Duration.ZERO : next);
    }

    private void onRefused(Answered answered, String why) {
        if (answered.purpose() == Purpose.RENEW && lease.protectedUntil().isPresent()) {
            context.getLog().error("failed to update leader lock: {}", why);
            drop(Optional.of(why));
        }
        answered.replyTo().ifPresent(waiting -> waiting.tell(new Raced.Lost(why)));
    }

    private void onNoAnswer(Answered answered, String why) {
        answered.replyTo().ifPresent(waiting -> waiting.tell(new Raced.Unreachable(why)));
        if (answered.purpose() == Purpose.RENEW) {
            switch (lease) {
                case LeaseSeen.Held held ->
                    publish(new LeaseSeen.Unknown(held.until(), held.acquiredAt(), answered.sentAt(), why));
                case LeaseSeen.Unknown unknown -> {}
                case LeaseSeen.NotHeld none -> {
                    return;
                }
            }
            timers.startSingleTimer(Renew.NOW, Renew.NOW, AFTER_NO_ANSWER);
        }
    }

    private void drop(Optional<String> why) {
        term++;
        timers.cancel(Renew.NOW);
        publish(new LeaseSeen.NotHeld(why, ticker.now()));
    }

    private void publish(LeaseSeen next) {
        lease = next;
        listener.accept(next);
    }

    /** A third of {@code ttl}, at most {@code loop_wait}. */
    private Duration renewalPeriod() {
        Duration third = timing.ttl().dividedBy(3);
        return third.compareTo(timing.loopWait()) < 0 ? third : timing.loopWait();
    }

    /** The node decides at least once in every {@code loop_wait}; a second more for a busy machine. */
    private Duration confirmationPeriod() {
        Duration period = timing.loopWait().plusSeconds(1);
        Duration third = timing.ttl().dividedBy(3);
        return period.compareTo(third) > 0 ? period : third;
    }
}
