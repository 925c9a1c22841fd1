package io.orangery.postgres;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.BootstrapSettings;
import io.orangery.core.settings.CitusSettings;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.PostgresSettings.Credentials;
import io.orangery.postgres.LocalPostgres.Outcome;
import io.orangery.postgres.configuration.ConnInfo;
import io.orangery.postgres.configuration.LocalAddress;
import io.orangery.postgres.configuration.PgPass;
import io.orangery.postgres.process.CommandWords;
import io.orangery.postgres.process.Subprocess;
import io.orangery.postgres.sql.Roles;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Roles, the user's script and Citus in a new cluster (ha-behaviour 9.3, citus.md 4). Blocking; can be repeated. */
final class PostBootstrap {
    private static final Logger LOG = LoggerFactory.getLogger(PostBootstrap.class);
    private static final String DUPLICATE_DATABASE = "42P04";

    /** No standby confirms anything yet, and passwords do not belong into logs. */
    private static final List<String> QUIET = List.of(
            "SET synchronous_commit TO local",
            "SET log_statement TO none",
            "SET log_min_duration_statement TO -1",
            "SET log_min_error_statement TO panic",
            "SET pg_stat_statements.track_utility TO off",
            "SET pgaudit.log TO none");

    private final Host host;

    PostBootstrap(Host host) {
        this.host = host;
    }

    Outcome run(BootstrapSettings bootstrap, Optional<CitusSettings> citus)
            throws IOException, InterruptedException, SQLException {
        PostgresSettings settings = host.settings();
        try (Connection connection = connect(settings.database())) {
            Roles.createSuperuser(connection, settings);
        }
        Optional<String> failed = script(bootstrap);
        if (failed.isPresent()) {
            return new Outcome.Failed(failed.get());
        }
        try (Connection connection = connect(settings.database())) {
            Roles.createReplicationAndRewind(connection, settings);
        }
        if (citus.isPresent()) {
            createCitus(citus.get());
        }
        host.memory().bootstrapping(false);
        return new Outcome.Ok();
    }

    private Connection connect(String database) throws SQLException {
        Connection connection = host.connections().superuser("bootstrap", database, 0);
        try (Statement statement = connection.createStatement()) {
            for (String sql : QUIET) {
                statement.execute(sql);
            }
            return connection;
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    /** @return why it counts as failed */
    private Optional<String> script(BootstrapSettings bootstrap) throws IOException, InterruptedException {
        if (bootstrap.postBootstrap().isEmpty()) {
            return Optional.empty();
        }
        PostgresSettings settings = host.settings();
        HostPort address = LocalAddress.inForce(settings);
        String server =
                ConnInfo.forTool(host.version(), settings.superuser(), address, Optional.of(settings.database()));
        var environment = new LinkedHashMap<String, String>();
        environment.put("PGOPTIONS", "-c synchronous_commit=local -c statement_timeout=0");
        List<String> lines = PgPass.lines(settings.superuser(), address);
        if (!lines.isEmpty()) {
            host.files().writePgPass(lines);
            environment.put("PGPASSFILE", settings.pgpass().toString());
        }
        List<String> command = Stream.concat(
                        CommandWords.split(bootstrap.postBootstrap().get()).stream(), Stream.of(server))
                .toList();
        Subprocess.Result result =
                Subprocess.run(command, Subprocess.Environment.SCRIPT, environment, Optional.empty());
        LOG.info("post_bootstrap: exit code {}", result.exitCode());
        return result.ok() ? Optional.empty() : Optional.of("bootstrap.post_bootstrap: " + result.summary());
    }

    private void createCitus(CitusSettings citus) throws SQLException {
        if (!citus.database().equals(host.settings().database())) {
            createDatabase(citus.database());
        }
        try (Connection connection = connect(citus.database());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE EXTENSION IF NOT EXISTS citus");
            authenticate(connection);
            if (citus.group().equals(new GroupId(0))) {
                registerCoordinator(connection);
            }
        }
    }

    private void createDatabase(String name) throws SQLException {
        try (Connection connection = connect(host.settings().database());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + statement.enquoteIdentifier(name, true));
        } catch (SQLException failed) {
            if (!DUPLICATE_DATABASE.equals(failed.getSQLState())) {
                throw failed;
            }
        }
    }

    /** How Citus logs in to every other node. */
    private void authenticate(Connection connection) throws SQLException {
        Credentials superuser = host.settings().superuser();
        Map<String, String> login = new LinkedHashMap<>();
        superuser.password().filter(text -> !text.isEmpty()).ifPresent(password -> login.put("password", password));
        for (String option : List.of("sslcert", "sslkey")) {
            Optional.ofNullable(superuser.options().get(option)).ifPresent(file -> login.put(option, file));
        }
        if (login.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO pg_catalog.pg_dist_authinfo"
                + " SELECT 0, current_user, ? WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_dist_authinfo"
                + " WHERE nodeid = 0 AND rolename = current_user)")) {
            insert.setString(1, ConnInfo.render(login));
            insert.executeUpdate();
        }
    }

    private void registerCoordinator(Connection connection) throws SQLException {
        HostPort self = host.settings().connectAddress();
        try (PreparedStatement call = connection.prepareStatement(
                "SELECT pg_catalog.citus_set_coordinator_host(?, ?, 'primary', 'default')")) {
            call.setString(1, self.host());
            call.setInt(2, self.port());
            call.execute();
        }
    }
}
