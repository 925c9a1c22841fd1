package io.orangery.actors;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.TopologyStep;
import io.orangery.core.citus.TopologyTask;
import io.orangery.core.citus.TopologyWork.Run;
import io.orangery.core.time.Ticker;
import io.orangery.postgres.citus.CitusMetadata;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Result;
import io.orangery.postgres.citus.CitusMetadata.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Carries out one {@link Run}: BEGIN unless a pause is open, statements, then COMMIT or staying open. Always in a transaction, also for a
 * single statement: addresses become visible by COMMIT only, and before it everything is verified.
 *
 * <p>For one use. Its stages follow one another, on whichever thread; it keeps no secret from them.
 */
final class TopologyTransaction {
    /** What came of it. */
    sealed interface Ended {
        /**
         * @param steps that were carried out
         * @param pause the transaction; empty: none was needed
         * @param committed false: it is open, and holds the writes
         */
        record Succeeded(
                GroupTopology result, List<TopologyStep> steps, Optional<TopologyPause> pause, boolean committed)
                implements Ended {}

        /** The transaction is gone, or, where COMMIT was under way and the connection broke, in doubt. */
        record Failed(String why) implements Ended {}
    }

    /** When its holders are terminated after the cooldown, a lock comes within this time. */
    private static final Duration AFTER_COOLDOWN = Duration.ofSeconds(2);

    /** How long writes wait for the coordinator's standbys (citus 20.2 #12). */
    private static final Duration COMMIT_LIMIT = Duration.ofSeconds(1);

    /** The same where nodes are registered, which is a two-phase commit with all of them. */
    private static final Duration REGISTRATION_LIMIT = Duration.ofSeconds(10);

    private static final int ATTEMPTS = 3;

    private final CitusMetadata metadata;
    private final TopologyVerification verification;
    private final Ticker ticker;
    private final Run run;
    private final boolean verified;
    private final boolean paused;
    private volatile Optional<TopologyPause> pause;

    /**
     * @param pause the group's open transaction
     * @param verified the keys were read, and named the event's leader, only just now
     */
    TopologyTransaction(
            CitusMetadata metadata,
            TopologyVerification verification,
            Ticker ticker,
            Run run,
            Optional<TopologyPause> pause,
            boolean verified) {
        this.metadata = metadata;
        this.verification = verification;
        this.ticker = ticker;
        this.run = run;
        this.pause = pause;
        this.paused = pause.isPresent();
        this.verified = verified;
    }

    /** Completes normally. */
    CompletionStage<Ended> carryOut() {
        return attempt(1)
                .handle((result, bug) -> bug == null ? result : Result.<Ended>failed(Cause.OTHER, bug.toString()))
                .thenCompose(result -> switch (result) {
                    case Result.Done<Ended>(Ended ended) -> CompletableFuture.completedFuture(ended);
                    case Result.Failed<Ended>(Cause cause, String why) ->
                        rollBack().thenApply(done -> new Ended.Failed(why));
                });
    }

    private CompletionStage<?> rollBack() {
        return pause.<CompletionStage<?>>map(open -> metadata.rollback(open.transaction()))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    /** A deadlock with a transaction that took shard locks in another order ends one of the two; taking them again is worth it (citus 13). */
    private CompletionStage<Result<Ended>> attempt(int number) {
        return then(prepared(), this::carryOut).thenCompose(result -> {
            boolean again = result instanceof Result.Failed<Ended>(Cause cause, String why)
                    && cause == Cause.DEADLOCK
                    && !paused
                    && number < ATTEMPTS
                    && left().isPositive();
            return again ? attempt(number + 1) : CompletableFuture.completedFuture(result);
        });
    }

    /** Without adding and removing rows as long as both would fail. */
    private CompletionStage<Result<Run>> prepared() {
        return paused || !registers(run)
                ? done(run)
                : then(metadata.synced(), synced -> done(synced ? run : run.postponingRegistration()));
    }

    private CompletionStage<Result<Ended>> carryOut(Run prepared) {
        if (!paused && !holds() && prepared.diff().steps().isEmpty()) {
            return done(new Ended.Succeeded(prepared.diff().result(), List.of(), Optional.empty(), true));
        }
        return then(
                mayBegin(),
                yes -> then(
                        begun(),
                        open -> then(
                                changed(open, prepared),
                                rows -> holds() ? held(rows, prepared) : committed(rows, prepared))));
    }

    private CompletionStage<Result<Boolean>> mayBegin() {
        return paused || verified ? done(true) : verification.mayBegin(run.task());
    }

    private CompletionStage<Result<Transaction>> begun() {
        if (paused) {
            return done(pause.orElseThrow().transaction());
        }
        Duration since = ticker.now();
        return then(metadata.begin(lockBudget(), left()), open -> {
            pause = Optional.of(TopologyPause.begun(open, since));
            return done(open);
        });
    }

    private CompletionStage<Result<GroupTopology>> changed(Transaction open, Run prepared) {
        CompletionStage<Result<GroupTopology>> stage = done(prepared.diff().result());
        boolean first = !paused;
        for (TopologyStep step : prepared.diff().steps()) {
            boolean takesLocks = first;
            first = false;
            stage = then(stage, rows -> execute(open, step, rows, takesLocks));
        }
        return stage;
    }

    private CompletionStage<Result<GroupTopology>> execute(
            Transaction open, TopologyStep step, GroupTopology rows, boolean takesLocks) {
        Duration before = ticker.now();
        return then(metadata.execute(open, step, Optional.of(run.task().cooldown())), nodeid -> {
            TopologyPause times = pause.orElseThrow();
            Duration after = ticker.now();
            pause = Optional.of(
                    takesLocks ? times.withLocks(after.minus(times.since())) : times.withChanges(after.minus(before)));
            return done(nodeid.isPresent() ? rows.numbered(step.address(), nodeid.getAsInt()) : rows);
        });
    }

    private CompletionStage<Result<Ended>> held(GroupTopology rows, Run prepared) {
        return then(
                metadata.hold(pause.orElseThrow().transaction(), left()),
                held -> done(new Ended.Succeeded(rows, prepared.diff().steps(), pause, false)));
    }

    private CompletionStage<Result<Ended>> committed(GroupTopology rows, Run prepared) {
        Duration before = ticker.now();
        Duration limit = registers(prepared) ? REGISTRATION_LIMIT : COMMIT_LIMIT;
        return then(verification.mayCommit(run.task()), yes -> {
            Duration commitSent = ticker.now();
            TopologyPause times = pause.orElseThrow().withVerification(commitSent.minus(before));
            return then(metadata.commit(times.transaction(), limit), committed -> {
                pause = Optional.of(times.withCommit(ticker.now().minus(commitSent)));
                return done(new Ended.Succeeded(rows, prepared.diff().steps(), pause, true));
            });
        });
    }

    private boolean holds() {
        return run.task().event() != CitusEvent.Type.AFTER_PROMOTE;
    }

    private static boolean registers(Run run) {
        return run.diff().steps().stream()
                .anyMatch(step -> step instanceof TopologyStep.Add || step instanceof TopologyStep.Remove);
    }

    private Duration lockBudget() {
        TopologyTask task = run.task();
        Duration budget = task.cooldown().plus(AFTER_COOLDOWN);
        return budget.compareTo(left()) < 0 ? budget : left();
    }

    private Duration left() {
        Duration left = run.deadline().minus(ticker.now());
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static <T> CompletionStage<Result<T>> done(T value) {
        return CompletableFuture.completedFuture(Result.done(value));
    }

    private static <T, U> CompletionStage<Result<U>> then(
            CompletionStage<Result<T>> stage, Function<T, CompletionStage<Result<U>>> next) {
        return stage.thenCompose(result -> switch (result) {
            case Result.Done<T>(T value) -> next.apply(value);
            case Result.Failed<T>(Cause cause, String why) ->
                CompletableFuture.completedFuture(Result.failed(cause, why));
        });
    }
}
