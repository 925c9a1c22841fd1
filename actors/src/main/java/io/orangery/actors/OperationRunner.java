package io.orangery.actors;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.orangery.core.policy.Aftermath;
import io.orangery.core.policy.Operation;
import io.orangery.core.policy.Step;
import io.orangery.core.time.Ticker;
import io.orangery.postgres.LocalPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * Runs the steps of one long action, one after the other, tells how it ended, and stops. A failed step ends the action; a pause of the
 * coordinator that was opened is released on every path that leaves this node the leader.
 */
final class OperationRunner extends AbstractOnMessageBehavior<OperationRunner.Command> {
    sealed interface Command {}

    /** End as soon as possible: {@link LocalPostgres#cancel()}. */
    enum Cancel implements Command {
        NOW
    }

    private record Performed(StepPerformer.Result result) implements Command {}

    private record CleanedUp(Aftermath.Ending ending) implements Command {}

    /** A command that was cancelled has had time enough to end. */
    private enum GiveUp implements Command {
        NOW
    }

    /** A cancelled program is killed after ten seconds; what takes longer is not waited for. */
    private static final Duration CANCELLING = Duration.ofSeconds(15);

    /** How it ended, and what was learnt on the way. */
    record Ended(Operation operation, Aftermath.Ending ending, Findings findings) {}

    static Behavior<Command> create(
            Operation operation,
            StepPerformer performer,
            LocalPostgres postgres,
            Ticker ticker,
            Consumer<Ended> listener) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            OperationRunner runner =
                    new OperationRunner(context, timers, operation, performer, postgres, ticker, listener);
            runner.next();
            return runner;
        }));
    }

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Logger log;
    private final Operation operation;
    private final StepPerformer performer;
    private final LocalPostgres postgres;
    private final Ticker ticker;
    private final Consumer<Ended> listener;
    private int at;
    private Duration stepBegan = Duration.ZERO;
    private Findings findings = Findings.NONE;
    private boolean cancelled;
    private boolean paused;
    /** The ending that is told once everything is cleaned up; from then on no step counts any more. */
    private Optional<Aftermath.Ending> cleaning = Optional.empty();

    private OperationRunner(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Operation operation,
            StepPerformer performer,
            LocalPostgres postgres,
            Ticker ticker,
            Consumer<Ended> listener) {
        super(context);
        context.setLoggerName(OperationRunner.class);
        this.context = context;
        this.timers = timers;
        this.log = context.getLog();
        this.operation = operation;
        this.performer = performer;
        this.postgres = postgres;
        this.ticker = ticker;
        this.listener = listener;
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        return switch (message) {
            case Cancel now -> onCancel();
            case Performed performed -> cleaning.isPresent() ? this : onPerformed(performed.result());
            case CleanedUp cleaned -> end(cleaned.ending());
            case GiveUp now -> cleanUp(new Aftermath.Ending.Cancelled());
        };
    }

    private Behavior<Command> next() {
        List<Step> steps = operation.steps();
        if (at == steps.size()) {
            return end(new Aftermath.Ending.Succeeded());
        }
        Step step = steps.get(at);
        stepBegan = ticker.now();
        paused |= step instanceof Step.TellCoordinator tell && tell.event() == Step.TellCoordinator.Event.BEFORE_DEMOTE;
        context.pipeToSelf(
                perform(step),
                (result, failure) ->
                        new Performed(failure == null ? result : new StepPerformer.Result.Failed(failure.toString())));
        return this;
    }

    private CompletionStage<StepPerformer.Result> perform(Step step) {
        try {
            return performer.perform(step, findings);
        } catch (RuntimeException broken) {
            // The node would wait for the end of this action for ever.
            log.error("{} cannot be carried out", step, broken);
            return CompletableFuture.failedFuture(broken);
        }
    }

    /** Asked for again and again while the action goes on; a second cancel could hit the command that cleans up. */
    private Behavior<Command> onCancel() {
        if (cleaning.isPresent()) {
            return operation.kind() == Operation.Kind.BOOTSTRAP ? this : end(cleaning.get());
        }
        if (cancelled) {
            return this;
        }
        cancelled = true;
        return switch (operation.steps().get(at).leaving()) {
            case AT_ONCE -> cleanUp(new Aftermath.Ending.Cancelled());
            case AFTER_ITS_END -> this;
            case CANCELLED -> {
                postgres.cancel();
                timers.startSingleTimer(GiveUp.NOW, CANCELLING);
                yield this;
            }
        };
    }

    private Behavior<Command> onPerformed(StepPerformer.Result result) {
        Step step = operation.steps().get(at);
        Duration took = ticker.now().minus(stepBegan);
        findings = findings.after(step, result, took);
        log.info(
                "{}: {} {} in {} ms",
                operation.kind().text(),
                step.getClass().getSimpleName(),
                result instanceof StepPerformer.Result.Failed failed ? "failed (" + failed.why() + ")" : "done",
                took.toMillis());
        return switch (result) {
            case StepPerformer.Result.StoppedCleanly clean -> advance();
            case StepPerformer.Result.Received received -> advance();
            case StepPerformer.Result.Replied replied -> advance();
            case StepPerformer.Result.Ok ok -> advance();
            case StepPerformer.Result.Compared compared -> cleanUp(StepPerformer.ending(step, result));
            case StepPerformer.Result.Failed failed ->
                cleanUp(cancelled ? new Aftermath.Ending.Cancelled() : StepPerformer.ending(step, result));
            case StepPerformer.Result.Cancelled none -> cleanUp(new Aftermath.Ending.Cancelled());
        };
    }

    private Behavior<Command> advance() {
        if (cancelled) {
            return cleanUp(new Aftermath.Ending.Cancelled());
        }
        at++;
        return next();
    }

    private Behavior<Command> cleanUp(Aftermath.Ending ending) {
        cleaning = Optional.of(ending);
        timers.cancel(GiveUp.NOW);
        boolean failed = !(ending instanceof Aftermath.Ending.Succeeded || ending instanceof Aftermath.Ending.Compared);
        boolean bootstrapFailed = failed && operation.kind() == Operation.Kind.BOOTSTRAP && at > 0;
        if (bootstrapFailed) {
            context.pipeToSelf(performer.discardFailedBootstrap(), (done, failure) -> new CleanedUp(ending));
            return this;
        }
        if (failed && paused) {
            context.pipeToSelf(performer.releasePause(), (done, failure) -> new CleanedUp(ending));
            return this;
        }
        return end(ending);
    }

    private Behavior<Command> end(Aftermath.Ending ending) {
        listener.accept(new Ended(operation, ending, findings));
        return Behaviors.stopped();
    }
}
