package io.orangery.core.policy;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Tags;
import java.util.Optional;

/** What another member answered when it was asked for its state during a race (ha-behaviour 12.3). */
public sealed interface PeerAnswer {
    /**
     * It answered.
     *
     * @param inRecovery false: it runs as a primary
     * @param position larger of received and replayed; zero when unknown
     * @param timeline 0 when unknown
     * @param prepared whether its PostgreSQL is prepared to take over at once; empty: an agent that knows no such thing
     */
    record Answered(
            boolean inRecovery,
            Lsn position,
            int timeline,
            Tags tags,
            boolean watchdogFailed,
            boolean running,
            Optional<String> systemIdentifier,
            Optional<Boolean> prepared)
            implements PeerAnswer {
        public Answered(
                boolean inRecovery,
                Lsn position,
                int timeline,
                Tags tags,
                boolean watchdogFailed,
                boolean running,
                Optional<String> systemIdentifier) {
            this(inRecovery, position, timeline, tags, watchdogFailed, running, systemIdentifier, Optional.empty());
        }

        /** The same with a position that was seen later. */
        public Answered at(Lsn later) {
            return new Answered(inRecovery, later, timeline, tags, watchdogFailed, running, systemIdentifier, prepared);
        }
    }

    /** It did not, or not in a form that can be used. */
    record Silent(String why) implements PeerAnswer {}
}
