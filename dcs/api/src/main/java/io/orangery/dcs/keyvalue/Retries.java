package io.orangery.dcs.keyvalue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/** Repeats requests that may be repeated until they get an answer or the budget is spent (dcs-layout 8.2). */
final class Retries {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Scheduler scheduler;
    private final DoubleSupplier random;

    /** @param random from 0 to 1: how much of a pause is added to it, so that members do not return in step */
    Retries(Scheduler scheduler, DoubleSupplier random) {
        this.scheduler = scheduler;
        this.random = random;
    }

    /** @param request gets the time for one try; must be safe to repeat */
    <T> CompletionStage<Reply<T>> repeat(Budget budget, Function<Duration, CompletionStage<Reply<T>>> request) {
        return repeat(budget, request, FIRST_PAUSE);
    }

    private <T> CompletionStage<Reply<T>> repeat(
            Budget budget, Function<Duration, CompletionStage<Reply<T>>> request, Duration pause) {
        return once(budget, request).thenCompose(reply -> {
            Duration delay = pause.plusMillis(Math.round(pause.toMillis() * random.getAsDouble()));
            if (!(reply instanceof Reply.Failed<T>) || budget.left().compareTo(delay) <= 0) {
                return CompletableFuture.completedStage(reply);
            }
            Duration next = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            return after(delay).thenCompose(nothing -> repeat(budget, request, next));
        });
    }

    <T> CompletionStage<Reply<T>> once(Budget budget, Function<Duration, CompletionStage<Reply<T>>> request) {
        if (budget.spent()) {
            return CompletableFuture.completedStage(new Reply.Failed<>("no time left for another request"));
        }
        return request.apply(budget.oneTry());
    }

    private CompletionStage<Void> after(Duration delay) {
        CompletableFuture<Void> later = new CompletableFuture<>();
        scheduler.after(delay, () -> later.complete(null));
        return later;
    }
}
