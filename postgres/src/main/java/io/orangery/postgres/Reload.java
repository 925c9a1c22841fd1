package io.orangery.postgres;

import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.configuration.Wanted;
import io.orangery.postgres.process.Postmaster;
import io.orangery.postgres.process.Signal;
import io.orangery.postgres.sql.ParameterChanges;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files and server in line with the settings (ha-behaviour 31.4). Blocking; may run beside a command. */
final class Reload {
    private static final Logger LOG = LoggerFactory.getLogger(Reload.class);
    private static final int STATEMENT_TIMEOUT_MILLIS = 2000;

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
        host.writeAll(wanted);
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
