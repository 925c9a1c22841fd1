package io.orangery.postgres;

import io.orangery.core.cluster.Lsn;
import io.orangery.postgres.process.Postmaster;
import io.orangery.postgres.process.ProcessTree;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a switchover waits for at the server: clients that are quiet, WAL that has arrived. Blocking; on a kept connection of its own. */
final class SwitchoverWaits {
    /** Purpose of the kept connection. */
    static final String CONNECTION = "switchover";

    private static final Logger LOG = LoggerFactory.getLogger(SwitchoverWaits.class);
    private static final Duration PROBE = Duration.ofMillis(5);

    /**
     * The function instead of the view, which joins more than is needed and takes locks. Asked the other way round: without
     * {@code track_activities} the state is {@code disabled}, and nothing is known to be quiet.
     */
    private static final String QUIET = """
            SELECT NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_get_activity(NULL)
                               WHERE backend_type = 'client backend' AND state NOT LIKE 'idle%'
                                 AND application_name NOT LIKE 'Orangery %')
            """;

    private static final String RECEIVER = "SELECT pid FROM pg_catalog.pg_stat_wal_receiver WHERE pid IS NOT NULL";

    /** What is flushed, not what is written (deviations 12). */
    private static final String RECEIVED = """
            SELECT greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())::text
            WHERE pg_catalog.pg_is_in_recovery()
            """;

    private final Host host;

    SwitchoverWaits(Host host) {
        this.host = host;
    }

    /** Twice in a row: between two statements of one transaction a client looks quiet, too. */
    boolean awaitQuiet(Duration limit) throws InterruptedException {
        return await(QUIET, 2, limit);
    }

    /** Its exit is watched, not asked for: the server has enough to do at that moment. */
    Optional<Lsn> awaitStreamEnd(Duration limit) throws InterruptedException, SQLException {
        try (Statement statement = host.connections().kept(CONNECTION).createStatement()) {
            Optional<Long> receiver = receiver(statement);
            boolean ended = receiver.isEmpty() || ProcessTree.awaitExit(receiver.get(), limit);
            return ended ? received(statement) : Optional.empty();
        } catch (SQLException failed) {
            host.connections().discard(CONNECTION);
            throw failed;
        }
    }

    private static Optional<Long> receiver(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(RECEIVER)) {
            return row.next() ? Optional.of(row.getLong(1)) : Optional.empty();
        }
    }

    private static Optional<Lsn> received(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(RECEIVED)) {
            return row.next() ? Optional.ofNullable(row.getString(1)).flatMap(Lsn::parse) : Optional.empty();
        }
    }

    private boolean await(String question, int timesInARow, Duration limit) throws InterruptedException {
        Optional<Postmaster> postmaster = host.server().find();
        if (postmaster.isEmpty()) {
            return false;
        }
        Duration lastLook = host.ticker().now().plus(limit).minus(PROBE);
        int inARow = 0;
        while (true) {
            inARow = holds(question) ? inARow + 1 : 0;
            if (inARow == timesInARow) {
                return true;
            }
            if (host.ticker().now().compareTo(lastLook) > 0 || postmaster.get().awaitExit(PROBE)) {
                return false;
            }
        }
    }

    private boolean holds(String question) {
        try (Statement statement = host.connections().kept(CONNECTION).createStatement();
                ResultSet answer = statement.executeQuery(question)) {
            return answer.next() && answer.getBoolean(1);
        } catch (SQLException failed) {
            LOG.debug("the server could not be asked: {}", failed.getMessage());
            host.connections().discard(CONNECTION);
            return false;
        }
    }
}
