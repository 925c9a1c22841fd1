package io.orangery.http;

import io.orangery.core.admission.GroupMode;
import io.orangery.core.admission.Refusal;
import io.orangery.core.admission.RestartFilters;
import io.orangery.core.policy.View;
import io.orangery.core.time.Ticker;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code /restart} (rest-api 12). */
final class RestartResource {
    private static final Refusal SCHEDULED = new Refusal(
            Refusal.Reason.NOT_IN_THIS_RELEASE,
            "Scheduled restarts are not possible in this release of Orangery: nothing was scheduled");

    private final Agent agent;
    private final Keys keys;
    private final Ticker ticker;

    RestartResource(Agent agent, Keys keys, Ticker ticker) {
        this.agent = agent;
        this.keys = keys;
        this.ticker = ticker;
    }

    CompletionStage<Answer> post(Call call) {
        return switch (call.optionalBody()) {
            case Call.Body.Bad(Answer answer) -> completed(answer);
            case Call.Body.Values(Map<String, Object> fields) ->
                keys.fresh((cluster, view) -> {
                    boolean paused = GroupMode.of(cluster, view.dynamic()).paused();
                    return switch (RestartFilters.parse(fields, paused, ticker.wallClock())) {
                        case RestartFilters.Parsed.Refused(Refusal refusal) -> completed(Statuses.refused(refusal));
                        case RestartFilters.Parsed.Accepted(RestartFilters filters) -> admit(filters, view);
                    };
                });
        };
    }

    private CompletionStage<Answer> admit(RestartFilters filters, View view) {
        if (filters.schedule().isPresent()) {
            return completed(Statuses.refused(SCHEDULED));
        }
        return filters.check(view)
                .map(refusal -> completed(Statuses.refused(refusal)))
                .orElseGet(() -> agent.restart(filters.timeout())
                        .thenApply(done -> done instanceof Agent.Done.Succeeded
                                ? Answer.text(200, "restarted successfully")
                                        .withPause(agent.last()
                                                .map(Agent.Seen::lastPauseMillis)
                                                .orElse(Map.of()))
                                : Statuses.of(done, "restart failed")));
    }

    /** There never is one in this release. */
    CompletionStage<Answer> cancel(Call call) {
        return completed(Answer.text(404, "no restarts are scheduled"));
    }

    private static CompletionStage<Answer> completed(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
