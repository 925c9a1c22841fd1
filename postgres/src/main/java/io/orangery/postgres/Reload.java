package io.orangery.postgres;

import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.configuration.Wanted;
import io.orangery.postgres.process.Postmaster;
import io.orangery.postgres.process.Signal;
import io.orangery.postgres.sql.ParameterChanges;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files and server in line with the settings (ha-behaviour 31.4). Blocking; may run beside a command. */
final class Reload {
    private static final Logger LOG = LoggerFactory.getLogger(Reload.class);
    private static final int STATEMENT_TIMEOUT_MILLIS = 2000;
    private static final Duration IN_FORCE_LIMIT = Duration.ofSeconds(2);
    private static final Duration PROBE = Duration.ofMillis(10);
    private static final String SYNCHRONOUS_NAMES = "synchronous_standby_names";

    private final Host host;
    private final Follow follow;

    Reload(Host host, Follow follow) {
        this.host = host;
        this.follow = follow;
    }

    Outcome reload() throws IOException, InterruptedException {
        Optional<Postmaster> postmaster = host.server().find();
        if (postmaster.isEmpty() || host.memory().bootstrapping()) {
            // The next start writes everything anew; nothing touches the files of a bootstrap (T18).
            return new Outcome.Ok();
        }
        Wanted wanted = follow.present();
        if (postmaster.get().started()) {
            compare(wanted);
        }
        host.files().writeAll(wanted);
        postmaster.get().signal(Signal.HUP);
        host.call("on_reload", host.memory().role());
        return new Outcome.Ok();
    }

    private void compare(Wanted wanted) {
        try (Connection connection = host.connections().superuser("reload", STATEMENT_TIMEOUT_MILLIS)) {
            ParameterChanges.Result changes = ParameterChanges.compare(connection, wanted);
            host.memory().pendingRestart(changes.pendingRestart());
            if (!changes.pendingRestart().isEmpty()) {
                LOG.info(
                        "parameters that wait for a restart: {}",
                        changes.pendingRestart().keySet());
            }
        } catch (SQLException notNow) {
            LOG.warn("the parameters in force could not be compared: {}", notNow.getMessage());
        }
    }

    /** Ok when the server has it in force. */
    Outcome synchronousNames(Optional<String> value) throws IOException, InterruptedException {
        host.memory().synchronousNames(value);
        Optional<Postmaster> postmaster = host.server().find();
        if (postmaster.isEmpty()) {
            return new Outcome.Ok();
        }
        host.files().writePostgresqlConf(follow.present());
        postmaster.get().signal(Signal.HUP);
        String expected = value.orElse(host.settings().parameters().getOrDefault(SYNCHRONOUS_NAMES, ""));
        return postmaster.get().started() ? awaitInForce(postmaster.get(), expected) : new Outcome.Ok();
    }

    private Outcome awaitInForce(Postmaster postmaster, String expected) throws InterruptedException {
        Duration end = host.ticker().now().plus(IN_FORCE_LIMIT);
        try (Connection connection = host.connections().superuser("synchronous", STATEMENT_TIMEOUT_MILLIS);
                Statement statement = connection.createStatement()) {
            while (!show(statement).equals(expected)) {
                if (host.ticker().now().compareTo(end) >= 0) {
                    return new Outcome.Failed(SYNCHRONOUS_NAMES + " is '" + show(statement)
                            + "' after a reload, expected '" + expected + "'");
                }
                if (postmaster.awaitExit(PROBE)) {
                    return new Outcome.Failed("PostgreSQL exited");
                }
            }
            return new Outcome.Ok();
        } catch (SQLException failed) {
            return new Outcome.Failed(failed.getMessage());
        }
    }

    private static String show(Statement statement) throws SQLException {
        try (ResultSet answer = statement.executeQuery("SHOW " + SYNCHRONOUS_NAMES)) {
            answer.next();
            return answer.getString(1);
        }
    }

    /** A transaction id of its own makes a commit record; nobody is waited for (T49). */
    Outcome generateWal() throws SQLException {
        try (Connection connection = host.connections().superuser("synchronous", STATEMENT_TIMEOUT_MILLIS);
                Statement statement = connection.createStatement()) {
            statement.execute("SET synchronous_commit TO off");
            statement.execute("SELECT pg_catalog.txid_current()");
            return new Outcome.Ok();
        }
    }

    Outcome checkpoint(int times) throws SQLException {
        try (Connection connection = host.connections().superuser("checkpoint", 0);
                Statement statement = connection.createStatement()) {
            for (int done = 0; done < times; done++) {
                statement.execute("CHECKPOINT");
            }
            return new Outcome.Ok();
        }
    }
}
