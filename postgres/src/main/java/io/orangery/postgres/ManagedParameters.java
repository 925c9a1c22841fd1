package io.orangery.postgres;

import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.configuration.Quantity;
import io.orangery.postgres.process.Postmaster;
import io.orangery.postgres.process.Signal;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Parameters that the agent decides while the server runs: {@code synchronous_standby_names} and, on a standby that is about to lead, bounds
 * for what would delay its promotion. Both live in the managed file, so whoever rewrites it keeps them; not in {@code postgresql.auto.conf}, which
 * would win over that file for ever and is Citus' own. Blocking; may run beside a command; one change at a time.
 */
final class ManagedParameters {
    /** Purpose of the kept connection that a promotion is watched by. */
    static final String PROMOTION = "promote";

    private static final int STATEMENT_TIMEOUT_MILLIS = 2000;
    private static final Duration NAMES_LIMIT = Duration.ofSeconds(2);
    private static final Duration PREPARATION_LIMIT = Duration.ofSeconds(1);
    private static final Duration PROBE = Duration.ofMillis(5);
    private static final String SYNCHRONOUS_NAMES = "synchronous_standby_names";
    private static final List<String> CONFLICT_DELAYS =
            List.of("max_standby_archive_delay", "max_standby_streaming_delay");

    /**
     * A standby that is told to promote right after its primary has stopped sleeps for what is left of this first (5 s by default).
     * {@link Promotion} wakes it; not to sleep is better by some milliseconds. Not shorter: each attempt to stream costs a process, at a moment at
     * which the host has enough to do.
     */
    private static final String RETRY_INTERVAL = "wal_retrieve_retry_interval";

    private static final Duration RETRY = Duration.ofMillis(100);

    /** A wait of replay for a read: how long it lasts was decided when it began. */
    private static final String REPLAY_IS_HELD_UP = """
            SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_get_activity(NULL)
                           WHERE backend_type = 'startup'
                             AND (wait_event LIKE 'RecoveryConflict%' OR wait_event_type IN ('Lock', 'BufferPin')))
            """;

    private final Host host;
    private final Follow follow;
    private volatile Optional<Names> confirmed = Optional.empty();
    private volatile Optional<Bound> prepared = Optional.empty();

    /** In force on this very postmaster. */
    private record Names(Postmaster postmaster, Optional<String> value, String text) {}

    /** In force on this very postmaster: no conflict delays replay longer. */
    private record Bound(Postmaster postmaster, Duration limit) {}

    /** Asked until the answer is empty; else what is missing. */
    private interface Question {
        Optional<String> missing(Statement statement) throws SQLException;
    }

    ManagedParameters(Host host, Follow follow) {
        this.host = host;
        this.follow = follow;
    }

    /** Ok when the server has it in force. */
    Outcome synchronousNames(Optional<String> value) throws IOException, InterruptedException {
        return confirmed(value) ? new Outcome.Ok() : setSynchronousNames(value);
    }

    private boolean confirmed(Optional<String> value) {
        Optional<Postmaster> postmaster = host.server().find();
        return postmaster.isPresent()
                && confirmed.equals(Optional.of(new Names(postmaster.get(), value, text(value))))
                && host.memory().synchronousNames().equals(value);
    }

    private synchronized Outcome setSynchronousNames(Optional<String> value) throws IOException, InterruptedException {
        host.memory().synchronousNames(value);
        Optional<Postmaster> postmaster = host.server().find();
        if (postmaster.isEmpty()) {
            return new Outcome.Ok();
        }
        apply(postmaster.get());
        if (!postmaster.get().started()) {
            return new Outcome.Ok();
        }
        Outcome outcome = await(postmaster.get(), NAMES_LIMIT, statement -> missingNames(statement, value));
        if (outcome.ok()) {
            confirmed = Optional.of(new Names(postmaster.get(), value, text(value)));
        }
        return outcome;
    }

    /** @see LocalPostgres#prepareToLead */
    Outcome prepareToLead(Optional<String> names, Duration limit)
            throws IOException, SQLException, InterruptedException {
        Optional<Postmaster> standby = host.server().find().filter(Postmaster::started);
        if (standby.isEmpty()) {
            return new Outcome.Failed("PostgreSQL does not run");
        }
        boolean done = confirmed(names)
                && prepared.filter(bound -> bound.postmaster() == standby.get()
                                && bound.limit().compareTo(limit) <= 0)
                        .isPresent()
                && host.connections().keeps(PROMOTION);
        return done ? new Outcome.Ok() : prepare(standby.get(), names, limit);
    }

    private synchronized Outcome prepare(Postmaster standby, Optional<String> names, Duration limit)
            throws IOException, SQLException, InterruptedException {
        host.connections().kept(SwitchoverWaits.CONNECTION);
        try (Statement statement = host.connections().kept(PROMOTION).createStatement()) {
            if (!truth(statement, "SELECT pg_catalog.pg_is_in_recovery()")) {
                return new Outcome.Failed("it is not a standby");
            }
            host.memory().bounds(bounds(statement, limit));
        }
        host.memory().synchronousNames(names);
        apply(standby);
        Outcome outcome = await(standby, PREPARATION_LIMIT, statement -> {
            Optional<String> missing = missingNames(statement, names);
            return missing.isPresent() ? missing : missingBound(statement, limit);
        });
        if (outcome.ok()) {
            confirmed = Optional.of(new Names(standby, names, text(names)));
            prepared = Optional.of(new Bound(standby, limit));
        }
        return outcome;
    }

    /** What has to be written beside what is bounded already; a smaller limit of the user stays. */
    private Map<String, String> bounds(Statement statement, Duration limit) throws SQLException {
        var bounds = new TreeMap<>(host.memory().bounds());
        for (String name : CONFLICT_DELAYS) {
            if (longer(show(statement, name), limit)) {
                bounds.put(name, limit.toMillis() + "ms");
            }
        }
        // An archive must not be asked a hundred times a second.
        if (show(statement, "restore_command").isEmpty() && longer(show(statement, RETRY_INTERVAL), RETRY)) {
            bounds.put(RETRY_INTERVAL, RETRY.toMillis() + "ms");
        }
        return bounds;
    }

    private static boolean longer(String delay, Duration limit) {
        long millis = Quantity.integer(delay, "ms").map(BigDecimal::longValue).orElse(-1L);
        boolean forEver = millis < 0;
        return forEver || millis > limit.toMillis();
    }

    /** Takes the bound back and closes what was kept for a switchover. */
    Outcome endPreparation() throws IOException, InterruptedException {
        host.connections().discard(PROMOTION);
        host.connections().discard(SwitchoverWaits.CONNECTION);
        if (!host.memory().bounds().isEmpty()) {
            unbound();
        }
        return new Outcome.Ok();
    }

    private synchronized void unbound() throws IOException, InterruptedException {
        prepared = Optional.empty();
        host.memory().bounds(Map.of());
        Optional<Postmaster> postmaster = host.server().find();
        if (postmaster.isPresent()) {
            apply(postmaster.get());
        }
    }

    private void apply(Postmaster postmaster) throws IOException, InterruptedException {
        host.rewrite(follow::present);
        postmaster.signal(Signal.HUP);
    }

    private Outcome await(Postmaster postmaster, Duration limit, Question question) throws InterruptedException {
        boolean keep = host.connections().keeps(PROMOTION);
        try {
            Connection connection = keep
                    ? host.connections().kept(PROMOTION)
                    : host.connections().superuser("synchronous", STATEMENT_TIMEOUT_MILLIS);
            try (Statement statement = connection.createStatement()) {
                return await(postmaster, limit, question, statement);
            } finally {
                if (!keep) {
                    connection.close();
                }
            }
        } catch (SQLException failed) {
            host.connections().discard(PROMOTION);
            return new Outcome.Failed(failed.getMessage());
        }
    }

    private Outcome await(Postmaster postmaster, Duration limit, Question question, Statement statement)
            throws SQLException, InterruptedException {
        Duration end = host.ticker().now().plus(limit);
        Optional<String> missing = question.missing(statement);
        while (missing.isPresent()) {
            if (host.ticker().now().compareTo(end) >= 0) {
                return new Outcome.Failed(missing.get());
            }
            if (postmaster.awaitExit(PROBE)) {
                return new Outcome.Failed("PostgreSQL exited");
            }
            missing = question.missing(statement);
        }
        return new Outcome.Ok();
    }

    private Optional<String> missingNames(Statement statement, Optional<String> value) throws SQLException {
        String now = show(statement, SYNCHRONOUS_NAMES);
        return now.equals(text(value))
                ? Optional.empty()
                : Optional.of(SYNCHRONOUS_NAMES + " is '" + now + "' after a reload, expected '" + text(value) + "'");
    }

    private Optional<String> missingBound(Statement statement, Duration limit) throws SQLException {
        for (String name : CONFLICT_DELAYS) {
            String now = show(statement, name);
            if (longer(now, limit)) {
                return Optional.of(name + " is " + now + " after a reload, expected at most " + limit.toMillis()
                        + " ms: is it set in postgresql.auto.conf?");
            }
        }
        return truth(statement, REPLAY_IS_HELD_UP)
                ? Optional.of("replay waits for a read, by the limit of before")
                : Optional.empty();
    }

    /** What the server shows when this is the managed value. */
    private String text(Optional<String> names) {
        return names.orElseGet(() -> host.settings().parameters().getOrDefault(SYNCHRONOUS_NAMES, ""));
    }

    private static String show(Statement statement, String parameter) throws SQLException {
        try (ResultSet answer = statement.executeQuery("SHOW " + parameter)) {
            answer.next();
            return answer.getString(1);
        }
    }

    private static boolean truth(Statement statement, String question) throws SQLException {
        try (ResultSet answer = statement.executeQuery(question)) {
            return answer.next() && answer.getBoolean(1);
        }
    }
}
