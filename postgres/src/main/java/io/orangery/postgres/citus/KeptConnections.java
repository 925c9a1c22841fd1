package io.orangery.postgres.citus;

import io.orangery.core.cluster.HostPort;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to each server, for questions that are asked while writes wait: a new one takes 10 to 20 ms, or ten times as much on a busy
 * host. Whoever asks while it is in use gets a new one. Any thread; blocks.
 */
final class KeptConnections {
    private static final Logger LOG = LoggerFactory.getLogger(KeptConnections.class);

    /** Opens a new connection; blocks. */
    interface Opener {
        Connection open(HostPort server) throws SQLException;
    }

    private final Opener opener;
    /** Those that nobody uses at the moment. */
    private final Map<HostPort, Connection> kept = new HashMap<>();
    /** Raised when all are closed: one that is in use then is not kept afterwards. */
    private long generation;

    KeptConnections(Opener opener) {
        this.opener = opener;
    }

    /** What is asked on one of them; may be asked twice. */
    interface Question<T> {
        T to(Connection connection) throws SQLException;
    }

    /**
     * On the kept connection; when that fails, on a new one. The kept one gets half of the time: a connection whose other end has vanished does
     * not fail by itself.
     *
     * @param limit for each answer of the server; connecting has a limit of its own
     */
    <T> T ask(HostPort server, Duration limit, Question<T> question) throws SQLException {
        long before = generation();
        Optional<Connection> known = take(server);
        if (known.isPresent()) {
            try {
                return ask(server, known.get(), before, limit.dividedBy(2), question);
            } catch (SQLException broken) {
                LOG.debug("the connection to {} does not work any more: {}", server, broken.getMessage());
            }
        }
        Connection fresh = opener.open(server);
        return ask(server, fresh, before, limit, question);
    }

    private <T> T ask(HostPort server, Connection connection, long before, Duration limit, Question<T> question)
            throws SQLException {
        try {
            connection.setNetworkTimeout(Runnable::run, Math.clamp(limit.toMillis(), 1, Integer.MAX_VALUE));
            T answer = question.to(connection);
            keep(server, connection, before);
            return answer;
        } catch (SQLException | RuntimeException failure) {
            abort(connection);
            throw failure;
        }
    }

    private synchronized long generation() {
        return generation;
    }

    private synchronized Optional<Connection> take(HostPort server) {
        return Optional.ofNullable(kept.remove(server));
    }

    private synchronized void keep(HostPort server, Connection connection, long before) {
        if (generation != before || kept.putIfAbsent(server, connection) != null) {
            abort(connection);
        }
    }

    /** Closes what leads to other servers than these. */
    synchronized void keepOnly(Set<HostPort> servers) {
        Set<HostPort> others = new HashSet<>(kept.keySet());
        others.removeAll(servers);
        others.forEach(server -> abort(kept.remove(server)));
    }

    /** Also those in use, as soon as they are not. */
    synchronized void closeAll() {
        generation++;
        List.copyOf(kept.values()).forEach(KeptConnections::abort);
        kept.clear();
    }

    private static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException gone) {
            LOG.debug("a connection could not be closed: {}", gone.getMessage());
        }
    }
}
