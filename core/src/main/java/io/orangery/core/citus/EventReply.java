package io.orangery.core.citus;

import java.util.List;
import java.util.Map;

/**
 * What the coordinator's leader says of an event when it was carried out, or never will be.
 *
 * @param outcome how it ended
 * @param readsMoved with {@code before_demote}: reads go to a standby now
 * @param blockers transactions that kept the locks, one sentence each; what an operator wants to know of a refusal
 * @param pauseMillis with {@code after_promote}: how long writes were held, in total and by what; empty when they were not
 */
public record EventReply(
        Completion.Outcome outcome, boolean readsMoved, List<String> blockers, Map<String, Long> pauseMillis) {

    public static EventReply of(Completion.Outcome outcome) {
        return new EventReply(outcome, false, List.of(), Map.of());
    }

    /** From an agent that says no more than that it has heard. */
    public static final EventReply HEARD = of(Completion.Outcome.DONE);
}
