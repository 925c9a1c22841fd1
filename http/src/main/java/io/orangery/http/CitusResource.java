package io.orangery.http;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.time.Ticker;
import io.orangery.protocol.CitusEventJson;
import io.orangery.protocol.EventReplyJson;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** {@code /citus} and {@code /mpp}: events of worker groups, answered by the coordinator's leader (rest-api 15, deviations 11). */
final class CitusResource implements Resource {
    private static final Answer OK = Answer.text(200, "OK");

    private final Agent agent;
    private final Ticker ticker;
    private final Supplier<String> ids;

    CitusResource(Agent agent, Ticker ticker, Supplier<String> ids) {
        this.agent = agent;
        this.ticker = ticker;
        this.ids = ids;
    }

    @Override
    public CompletionStage<Answer> answer(Call call) {
        return switch (call.mandatoryBody()) {
            case Call.Body.Bad(Answer answer) -> CompletableFuture.completedFuture(answer);
            case Call.Body.Values(Map<String, Object> fields) when leadsCoordinator() -> event(fields);
            case Call.Body.Values ignored -> CompletableFuture.completedFuture(OK);
        };
    }

    private static Answer answer(CitusEvent event, EventReply reply) {
        return event.wishes().answersInDetail() ? Answer.json(200, EventReplyJson.fields(reply)) : OK;
    }

    private boolean leadsCoordinator() {
        return agent.last()
                .map(seen -> new NodeStatus(seen.view(), ticker.now()))
                .filter(status -> status.view().settings().coordinator() && status.hasLease())
                .isPresent();
    }

    private CompletionStage<Answer> event(Map<String, Object> fields) {
        return switch (CitusEventJson.read(fields, ids)) {
            case CitusEventJson.Parsed.Invalid(String why) -> CompletableFuture.completedFuture(Answer.page(400, why));
            case CitusEventJson.Parsed.Event(CitusEvent event) -> {
                CompletionStage<EventReply> carriedOut = agent.tellTopology(event);
                // The sender of before_demote stops its server on this answer: by then its writes must be held.
                yield event.awaitsReply()
                        ? carriedOut.thenApply(reply -> answer(event, reply))
                        : CompletableFuture.completedFuture(OK);
            }
        };
    }
}
