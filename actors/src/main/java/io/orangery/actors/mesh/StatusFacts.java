package io.orangery.actors.mesh;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Tags;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.protocol.MemberJson;
import java.util.Optional;

/** What this node says of itself in a race: the same as a peer would read from {@code GET /patroni} (rest-api 7.7). */
final class StatusFacts {
    private StatusFacts() {}

    /** @param view fresh; without the server's answer the node is silent, as over REST: facts are never made up */
    static PeerAnswer of(View view) {
        return view.postgres()
                .flatMap(seen -> answering(seen).map(row -> facts(view, seen, row)))
                .orElseGet(() -> new PeerAnswer.Silent("PostgreSQL did not answer"
                        + view.postgres()
                                .flatMap(PostgresSeen::rowFailure)
                                .map(why -> ": " + why)
                                .orElse("")));
    }

    private static Optional<MonitoringRow> answering(PostgresSeen seen) {
        return switch (seen.state()) {
            case RUNNING, RESTARTING, STARTING -> seen.row();
            default -> Optional.empty();
        };
    }

    private static PeerAnswer facts(View view, PostgresSeen seen, MonitoringRow row) {
        Lsn position = row.position();
        return new PeerAnswer.Answered(
                row.inRecovery(),
                position,
                seen.timeline().orElse(0),
                new Tags(MemberJson.publishedTags(view.settings().tags())),
                // There is no watchdog yet (watchdogMode), so none can have failed.
                false,
                seen.state() == PostgresState.RUNNING,
                seen.systemIdentifier(),
                Optional.of(view.memory().preparedFor().isPresent()));
    }
}
