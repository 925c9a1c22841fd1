package io.orangery.protocol.mesh;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.policy.PeerAnswer;
import java.time.Duration;
import java.util.Optional;

/** What one agent says to another over the mesh. Changes are additive: unknown fields are ignored, an unknown kind is refused. */
public sealed interface MeshMessage {
    /** Wants a {@link Response}. Safe to repeat. */
    sealed interface Request extends MeshMessage {}

    /** Answer to a {@link Request}. */
    sealed interface Response extends MeshMessage {}

    /**
     * What is your PostgreSQL like, now? Asked in a race for the leader key, so the answer is evidence for a promotion.
     *
     * @param afterStream to be answered when the WAL receiver that runs now has ended, and after this long at the latest; empty: at once. An
     *     agent that does not know this answers at once.
     */
    record StatusQuestion(Optional<Duration> afterStream) implements Request {
        public StatusQuestion() {
            this(Optional.empty());
        }
    }

    /** The facts that {@code GET /patroni} would give, from a look that began after the question came. */
    record StatusAnswer(PeerAnswer answer) implements Response {}

    /** An event of a worker group for the leader of group 0. Its id makes it idempotent, on whatever way it comes. */
    record EventNotice(CitusEvent event) implements Request {}

    /**
     * What became of an event.
     *
     * @param reply in detail; {@link EventReply#HEARD} from an agent that says no more
     */
    record EventAnswer(Outcome outcome, EventReply reply) implements Response {
        public EventAnswer(Outcome outcome) {
            this(outcome, EventReply.HEARD);
        }

        /** Outcomes. */
        public enum Outcome {
            /** {@code before_demote}: carried out, writes are held or cannot be. Others: taken over. */
            PROCESSED("processed"),
            /** The receiver does not lead group 0: nothing was done. */
            NOT_LEADER("not_leader");

            private final String text;

            Outcome(String text) {
                this.text = text;
            }

            /** As it stands in messages. */
            public String text() {
                return text;
            }
        }
    }
}
