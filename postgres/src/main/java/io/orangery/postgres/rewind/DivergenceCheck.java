package io.orangery.postgres.rewind;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.postgres.ControlData;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.postgres.sql.Connections;
import io.orangery.postgres.sql.ReplicationProtocol;
import io.orangery.postgres.sql.ReplicationProtocol.HistoryLine;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has this node's WAL left the leader's history? (ha-behaviour 25.4). Blocking. */
public final class DivergenceCheck {
    private static final Logger LOG = LoggerFactory.getLogger(DivergenceCheck.class);
    private static final int STATEMENT_TIMEOUT_MILLIS = 2000;

    private final Connections connections;
    private final PostgresTools tools;

    /** The answer. */
    public sealed interface Verdict {
        /** Rewind or a new clone is needed. */
        record Diverged(String why) implements Verdict {}

        /** The local WAL is part of the leader's history. */
        record Same() implements Verdict {}

        /** Not known now; nothing may be concluded. */
        record Undetermined(String why) implements Verdict {}
    }

    public DivergenceCheck(Connections connections, PostgresTools tools) {
        this.connections = connections;
        this.tools = tools;
    }

    /**
     * Compares with a leader that must be a primary at this moment.
     *
     * @param running the local server runs: it is asked first
     * @param control the control file, used when the server does not answer; empty: it could not be read
     */
    public Verdict run(PostgresSettings settings, boolean running, Optional<ControlData> control, HostPort leader)
            throws InterruptedException {
        var local =
                (running ? ofServer() : Optional.<LocalPosition>empty()).or(() -> control.flatMap(LocalPosition::of));
        if (local.isEmpty()) {
            return new Verdict.Undetermined("the end of the local WAL is not known");
        }
        int leaderTimeline;
        List<HistoryLine> history;
        try {
            if (inRecovery(settings, leader)) {
                return new Verdict.Undetermined(leader + " is in recovery");
            }
            try (var replication = connections.replication(leader)) {
                leaderTimeline = ReplicationProtocol.identifySystem(replication).timeline();
                history = leaderTimeline > 1 && leaderTimeline > local.get().timeline()
                        ? ReplicationProtocol.timelineHistory(replication, leaderTimeline)
                        : List.of();
            }
        } catch (SQLException notReachable) {
            return new Verdict.Undetermined(leader + " cannot be asked: " + notReachable.getMessage());
        }
        return HistoryWalk.divergence(
                        local.get(), leaderTimeline, history, () -> endOfCheckpoint(settings, local.get()))
                .<Verdict>map(Verdict.Diverged::new)
                .orElseGet(Verdict.Same::new);
    }

    private Optional<Lsn> endOfCheckpoint(PostgresSettings settings, LocalPosition local) throws InterruptedException {
        return Waldump.endOfLastRecord(tools, settings.dataDir(), local.timeline(), local.position());
    }

    private boolean inRecovery(PostgresSettings settings, HostPort leader) throws SQLException {
        try (var connection =
                        connections.remote(leader, settings.rewind(), settings.database(), STATEMENT_TIMEOUT_MILLIS);
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT pg_is_in_recovery()")) {
            return !row.next() || row.getBoolean(1);
        }
    }

    /** A running standby. Empty when it does not answer, which it cannot while it is starting. */
    private Optional<LocalPosition> ofServer() {
        try (var replication = connections.localReplication();
                var connection = connections.superuser("rewind", STATEMENT_TIMEOUT_MILLIS);
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT pg_last_wal_replay_lsn()::text WHERE pg_is_in_recovery()")) {
            // Not the timeline of the WAL receiver: that can be ahead of what was replayed (trap T48).
            int timeline = ReplicationProtocol.identifySystem(replication).timeline();
            return row.next()
                    ? Optional.ofNullable(row.getString(1))
                            .flatMap(Lsn::parse)
                            .map(lsn -> new LocalPosition(timeline, lsn, true))
                    : Optional.empty();
        } catch (SQLException starting) {
            LOG.debug("The local server does not answer, the control file decides: {}", starting.getMessage());
            return Optional.empty();
        }
    }
}
