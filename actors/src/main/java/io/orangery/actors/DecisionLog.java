package io.orangery.actors;

import io.orangery.core.policy.Decision;
import io.orangery.core.policy.View;
import org.slf4j.Logger;

/** Logs a decision when it changes, once, with its reason; repetitions at debug. Numbers in a sentence do not make it another one. */
final class DecisionLog {
    private final Logger log;
    private String last = "";

    DecisionLog(Logger log) {
        this.log = log;
    }

    void record(View view, Decision decision) {
        String prefix = view.paused() ? "PAUSE: " : "";
        // The reason alone: asking the peers and, once they have answered, waiting may take turns for one and the same
        // reason.
        String kind = decision.why().replaceAll("[0-9]+", "#");
        if (kind.equals(last)) {
            log.debug("{}{}", prefix, decision.why());
            return;
        }
        last = kind;
        log.info("{}{}", prefix, decision.why());
    }
}
