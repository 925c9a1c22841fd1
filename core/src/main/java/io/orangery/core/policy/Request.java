package io.orangery.core.policy;

import java.time.Duration;
import java.util.Optional;

/** What an operator asked of this member alone. Requests about the whole group stand in the {@code failover} key. */
public sealed interface Request {
    /** Restart PostgreSQL now. Conditions were checked on admission. */
    record Restart(Optional<Duration> timeout) implements Request {}

    /** Make this replica anew. */
    record Reinitialize(boolean fromLeader) implements Request {}

    /** The agent is to stop: stop PostgreSQL and leave (ha-behaviour 33.1). */
    record Shutdown() implements Request {}
}
