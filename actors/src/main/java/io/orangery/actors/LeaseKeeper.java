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
import java.util.function.Supplier;

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

    /** The key carries the own name, from an earlier lease or because it was handed over: bind it to the present one. */
    public record Reclaim(ActorRef<Raced> replyTo) implements Command {}

    /** End of bootstrap: put the own name. */
    public record Take(ActorRef<Raced> replyTo) implements Command {}

    /** Delete the key if it is still ours. Never held is a success. */
    public record Release(ActorRef<Raced> replyTo) implements Command {}

    /** Give the key to a successor; afterwards it is not renewed, whatever came of it. */
    public record HandOver(io.orangery.dcs.HandOver handOver, ActorRef<Raced> replyTo) implements Command {}

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

    /** The lease may have ended without an answer. */
    private enum Expire implements Command {
        NOW
    }

    /** The store was to have answered by now (contract of {@link Dcs}). */
    private record Overdue(Request request) implements Command {}

    private record Answered(LeaseRequest request, Answer<Lease> answer) implements Command {}

    private record Released(ReleaseRequest request, Answer<Void> answer) implements Command {}

    private enum Purpose {
        ACQUIRE,
        RENEW,
        TAKE
    }

    /** What the store was asked. Compared by identity: an answer to any but the present one is too late. */
    private sealed interface Request {}

    /** @param term in which it was asked */
    private record LeaseRequest(
            long number, Purpose purpose, long term, Duration sentAt, Optional<ActorRef<Raced>> replyTo)
            implements Request {}

    /** Releasing and handing over. */
    private record ReleaseRequest(long number, List<ActorRef<Raced>> replyTo) implements Request {}

    /** Result of {@link Acquire}, {@link Reclaim}, {@link Take} and {@link Release}. */
    public sealed interface Raced {
        record Won() implements Raced {}

        record Lost(String why) implements Raced {}

        record Unreachable(String why) implements Raced {}
    }

    /** Pause before renewing is tried again after the store did not answer: the store's own client has retried for long enough already. */
    private static final Duration AFTER_NO_ANSWER = Duration.ofMillis(500);

    /** The store answers within {@code retry_timeout} and a second; one that does not must not hold the lease up for ever. */
    private static final Duration OVERDUE = Duration.ofSeconds(3);

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
    private boolean unconfirmed;
    private Optional<Request> underWay = Optional.empty();
    private long requests;
    /** Who asked for the lease while another request was under way. */
    private final List<ActorRef<Raced>> refused = new ArrayList<>();
    /** The key is to be deleted once the request under way has ended: side by side they could overtake each other. */
    private boolean releaseNext;

    private Optional<HandOver> handOverNext = Optional.empty();

    private final List<ActorRef<Raced>> waitingForRelease = new ArrayList<>();
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
            case HandOver handOver -> onHandOver(handOver);
            case Forget now -> drop(Optional.empty());
            case Confirm now -> confirmedAt = Optional.of(ticker.now());
            case Retime retime -> onRetime(retime);
            case Renew now -> onRenew();
            case Expire now -> onExpire();
            case Overdue overdue -> onOverdue(overdue);
            case Answered answered -> onAnswered(answered);
            case Released released -> onReleased(released);
        }
        return this;
    }

    private void onRelease(Release release) {
        drop(Optional.empty());
        waitingForRelease.add(release.replyTo());
        releaseNext = true;
        next();
    }

    /** From here on nothing renews it: PostgreSQL has stopped, and the key may be another's any moment. */
    private void onHandOver(HandOver asked) {
        drop(Optional.empty());
        handOverNext = Optional.of(asked);
        next();
    }

    private void onRetime(Retime retime) {
        timing = retime.timing();
        dcs.retime(timing);
        if (lease.protectedUntil().isPresent()) {
            timers.startSingleTimer(Renew.NOW, Renew.NOW, Duration.ZERO);
        }
    }

    private void onRenew() {
        onExpire();
        if (lease.protectedUntil().isEmpty()) {
            return;
        }
        if (justified()) {
            unconfirmed = false;
            request(Purpose.RENEW, dcs::renewLeader, Optional.empty());
        } else {
            if (!unconfirmed) {
                context.getLog()
                        .error(
                                "not renewing the leader lease: the node has not confirmed for {} that leading is justified",
                                confirmationPeriod());
            }
            unconfirmed = true;
            timers.startSingleTimer(Renew.NOW, Renew.NOW, AFTER_NO_ANSWER);
        }
    }

    private boolean justified() {
        return confirmedAt
                .filter(at -> ticker.now().minus(at).compareTo(confirmationPeriod()) <= 0)
                .isPresent();
    }

    /**
     * A term that has ended is never renewed: another may have led since, so the node has to race anew. When it ended for want of
     * confirmation the key is deleted too, because publishing the member keeps the session alive that both hang on.
     */
    private void onExpire() {
        boolean over = lease.protectedUntil()
                .filter(until -> until.compareTo(ticker.now()) <= 0)
                .isPresent();
        if (!over) {
            return;
        }
        context.getLog().error("the leader lease has ended before it was renewed");
        drop(Optional.of("the lease has ended before it was renewed"));
        if (!justified()) {
            releaseNext = true;
            next();
        }
    }

    private void onOverdue(Overdue overdue) {
        String why = "the store has not answered within its own limit";
        switch (overdue.request()) {
            case LeaseRequest request -> onAnswered(new Answered(request, Answer.unreachable(why)));
            case ReleaseRequest request -> onReleased(new Released(request, Answer.unreachable(why)));
        }
    }

    // --- one request at a time
    // ---------------------------------------------------------------------------------------------------------

    private void request(
            Purpose purpose, Supplier<CompletionStage<Answer<Lease>>> call, Optional<ActorRef<Raced>> replyTo) {
        if (underWay.isPresent()) {
            // Told when that one has ended: an answer at once would be asked for again at once.
            replyTo.ifPresent(refused::add);
            return;
        }
        LeaseRequest request = new LeaseRequest(++requests, purpose, term, ticker.now(), replyTo);
        begin(request);
        context.pipeToSelf(
                call.get(),
                (answer, failure) ->
                        new Answered(request, failure == null ? answer : Answer.unreachable(failure.toString())));
    }

    private void release() {
        releaseNext = false;
        ReleaseRequest request = new ReleaseRequest(++requests, List.copyOf(waitingForRelease));
        waitingForRelease.clear();
        begin(request);
        context.pipeToSelf(
                dcs.releaseLeader(),
                (answer, failure) ->
                        new Released(request, failure == null ? answer : Answer.unreachable(failure.toString())));
    }

    private void handOver(HandOver asked) {
        handOverNext = Optional.empty();
        ReleaseRequest request = new ReleaseRequest(++requests, List.of(asked.replyTo()));
        begin(request);
        context.pipeToSelf(
                dcs.handOver(asked.handOver()),
                (answer, failure) -> new Released(
                        request, failure == null ? answer.map(done -> null) : Answer.unreachable(failure.toString())));
    }

    private void begin(Request request) {
        underWay = Optional.of(request);
        timers.startSingleTimer(
                Overdue.class, new Overdue(request), timing.retryTimeout().plus(OVERDUE));
    }

    /** False: it had been given up as overdue. What it may have won since shows in the keys. */
    private boolean ended(Request request) {
        boolean expected = underWay.filter(request::equals).isPresent();
        if (expected) {
            underWay = Optional.empty();
            timers.cancel(Overdue.class);
        }
        return expected;
    }

    /** Whatever has waited for the request that was under way. */
    private void next() {
        if (underWay.isPresent()) {
            return;
        }
        refused.forEach(other -> other.tell(new Raced.Unreachable("another request for the lease was under way")));
        refused.clear();
        if (handOverNext.isPresent()) {
            handOver(handOverNext.get());
        } else if (releaseNext) {
            release();
        } else if (lease.protectedUntil().isPresent() && !timers.isTimerActive(Renew.NOW)) {
            timers.startSingleTimer(Renew.NOW, Renew.NOW, Duration.ZERO);
        }
    }

    private void onReleased(Released released) {
        if (!ended(released.request())) {
            return;
        }
        Raced raced = switch (released.answer()) {
            case Answer.Done<Void> done -> new Raced.Won();
            case Answer.Refused<Void>(String why) -> new Raced.Lost(why);
            case Answer.Unreachable<Void>(String why) -> new Raced.Unreachable(why);
        };
        released.request().replyTo().forEach(waiting -> waiting.tell(raced));
        next();
    }

    private void onAnswered(Answered answered) {
        LeaseRequest request = answered.request();
        if (!ended(request)) {
            return;
        }
        if (request.term() == term) {
            switch (answered.answer()) {
                case Answer.Done<Lease>(Lease granted) -> onGranted(request, granted);
                case Answer.Refused<Lease>(String why) -> onRefused(request, why);
                case Answer.Unreachable<Lease>(String why) -> onNoAnswer(request, why);
            }
        } else {
            // The lease was given up while the request was under way: what it may have won is given back.
            releaseNext |= !(answered.answer() instanceof Answer.Refused);
            request.replyTo().ifPresent(waiting -> waiting.tell(new Raced.Lost("the lease was given up meanwhile")));
        }
        next();
    }

    private void onGranted(LeaseRequest request, Lease granted) {
        Duration until = request.sentAt().plus(granted.validFor()).minus(dcs.leaseSlack());
        Duration acquiredAt = switch (lease) {
            case LeaseSeen.Held held -> held.acquiredAt();
            case LeaseSeen.Unknown unknown -> unknown.acquiredAt();
            case LeaseSeen.NotHeld none -> request.sentAt();
        };
        if (request.purpose() != Purpose.RENEW) {
            confirmedAt = Optional.of(ticker.now());
        }
        publish(new LeaseSeen.Held(until, acquiredAt, request.sentAt()));
        request.replyTo().ifPresent(waiting -> waiting.tell(new Raced.Won()));
        timers.startSingleTimer(
                Renew.NOW,
                Renew.NOW,
                notNegative(request.sentAt().plus(renewalPeriod()).minus(ticker.now())));
    }

    private void onRefused(LeaseRequest request, String why) {
        if (request.purpose() == Purpose.RENEW && lease.protectedUntil().isPresent()) {
            context.getLog().error("failed to update leader lock: {}", why);
            drop(Optional.of(why));
        }
        request.replyTo().ifPresent(waiting -> waiting.tell(new Raced.Lost(why)));
    }

    private void onNoAnswer(LeaseRequest request, String why) {
        request.replyTo().ifPresent(waiting -> waiting.tell(new Raced.Unreachable(why)));
        if (request.purpose() == Purpose.RENEW && lease.protectedUntil().isPresent()) {
            if (lease instanceof LeaseSeen.Held held) {
                publish(new LeaseSeen.Unknown(held.until(), held.acquiredAt(), request.sentAt(), why));
            }
            timers.startSingleTimer(Renew.NOW, Renew.NOW, AFTER_NO_ANSWER);
        }
    }

    private void drop(Optional<String> why) {
        term++;
        timers.cancel(Renew.NOW);
        timers.cancel(Expire.NOW);
        publish(new LeaseSeen.NotHeld(why, ticker.now()));
    }

    private void publish(LeaseSeen next) {
        lease = next;
        next.protectedUntil()
                .ifPresent(until ->
                        timers.startSingleTimer(Expire.NOW, Expire.NOW, notNegative(until.minus(ticker.now()))));
        listener.accept(next);
    }

    private static Duration notNegative(Duration delay) {
        return delay.isNegative() ? Duration.ZERO : delay;
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
