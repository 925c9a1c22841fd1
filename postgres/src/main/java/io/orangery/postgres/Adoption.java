package io.orangery.postgres;

import io.orangery.core.cluster.Role;
import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.configuration.RecoverySettings;
import io.orangery.postgres.process.Postmaster;
import io.orangery.postgres.process.Signal;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes over a postmaster that runs already (ha-behaviour 4.1 (4), trap T40). Blocking. */
final class Adoption {
    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);
    private static final List<String> RECOVERY = List.of(
            "primary_conninfo",
            "primary_slot_name",
            "restore_command",
            "archive_cleanup_command",
            "recovery_end_command");
    private static final int STATEMENT_TIMEOUT_MILLIS = 2000;

    private final Host host;
    private final Start start;
    private final Follow follow;

    Adoption(Host host, Start start, Follow follow) {
        this.host = host;
        this.start = start;
        this.follow = follow;
    }

    Outcome adopt() {
        Optional<Postmaster> postmaster = host.server().find();
        if (postmaster.isEmpty()) {
            return new Outcome.Failed("no postmaster runs on " + host.settings().dataDir());
        }
        if (!postmaster.get().started()) {
            host.memory().stillStarting();
            start.watchAdopted(postmaster.get(), this::takeStarted);
            return new Outcome.StillStarting();
        }
        return takeStarted();
    }

    private Outcome takeStarted() {
        try (Connection connection = host.connections().superuser("adopt", STATEMENT_TIMEOUT_MILLIS)) {
            take(connection);
            return new Outcome.Ok();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return new Outcome.Cancelled();
        } catch (SQLException | IOException failed) {
            LOG.warn("the running server could not be asked what it follows", failed);
            return new Outcome.Failed(failed.getMessage());
        }
    }

    private void take(Connection connection) throws SQLException, IOException, InterruptedException {
        Duration asked = host.ticker().now();
        boolean inRecovery = inRecovery(connection);
        host.memory().answered(inRecovery, asked);
        if (inRecovery) {
            LinkedHashMap<String, String> recovery =
                    RecoverySettings.of(host.settings(), host.version(), Optional.empty(), false);
            for (String name : RECOVERY) {
                String value = setting(connection, name);
                if (!value.isEmpty()) {
                    recovery.put(name, value);
                }
            }
            follow.found(recovery);
        } else {
            // The agent before may have managed it; whoever decides on synchronous mode will set it anew.
            String names = setting(connection, "synchronous_standby_names");
            String own = host.settings().parameters().getOrDefault("synchronous_standby_names", "");
            host.memory().synchronousNames(Optional.of(names).filter(text -> !text.isEmpty() && !text.equals(own)));
        }
        LOG.info("took over a running {}", host.memory().role().text());
        endPreparationOfTheAgentBefore();
        reloadAccessFiles();
        host.call(
                "on_start",
                host.memory().role() == Role.PROMOTED
                        ? Role.PRIMARY
                        : host.memory().role());
    }

    private void endPreparationOfTheAgentBefore() throws IOException, InterruptedException {
        if (host.files().holdsBounds()) {
            LOG.info("the agent before died in a switchover: what it had bounded is as configured again");
            host.rewrite(follow::present);
            host.server().find().ifPresent(postmaster -> postmaster.signal(Signal.HUP));
        }
    }

    private void reloadAccessFiles() throws IOException {
        if (host.settings().pgHba().isEmpty() && host.settings().pgIdent().isEmpty()) {
            return;
        }
        host.files().writePgHba();
        host.files().writePgIdent();
        host.server().find().ifPresent(postmaster -> postmaster.signal(Signal.HUP));
    }

    private static boolean inRecovery(Connection connection) throws SQLException {
        try (Statement query = connection.createStatement();
                ResultSet answer = query.executeQuery("SELECT pg_catalog.pg_is_in_recovery()")) {
            answer.next();
            return answer.getBoolean(1);
        }
    }

    private static String setting(Connection connection, String name) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT COALESCE(pg_catalog.current_setting(?, true), '')")) {
            query.setString(1, name);
            try (ResultSet answer = query.executeQuery()) {
                answer.next();
                return answer.getString(1);
            }
        }
    }
}
