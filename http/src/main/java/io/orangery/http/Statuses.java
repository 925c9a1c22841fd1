package io.orangery.http;

import io.orangery.core.admission.Busy;
import io.orangery.core.admission.Refusal;

/** From failures to status codes: the only such table. */
final class Statuses {
    private Statuses() {}

    static Answer refused(Refusal refusal) {
        return Answer.text(of(refusal.reason()), refusal.text());
    }

    private static int of(Refusal.Reason reason) {
        return switch (reason) {
            case MALFORMED -> 400;
            case NOT_POSSIBLE_NOW -> 412;
            case UNUSABLE_TIME -> 422;
            // As the reference has it (rest-api 12.1).
            case PAUSED -> 500;
            case NOT_IN_THIS_RELEASE -> 501;
            case UNAVAILABLE -> 503;
        };
    }

    /** What a long action came to, when it did not succeed. */
    static Answer of(Agent.Done failed, String whenFailed) {
        return switch (failed) {
            case Agent.Done.Succeeded done -> throw new IllegalArgumentException("not a failure: " + done);
            case Agent.Done.Busy busy -> refused(Busy.with(busy.with()));
            case Agent.Done.StillStarting starting -> Answer.text(503, "postgres is still starting");
            case Agent.Done.Failed failure -> Answer.text(503, whenFailed);
        };
    }
}
