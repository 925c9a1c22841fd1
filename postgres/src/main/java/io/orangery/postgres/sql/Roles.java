package io.orangery.postgres.sql;

import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.PostgresSettings.Credentials;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postgresql.util.PasswordUtil;

/**
 * Roles of a new cluster (ha-behaviour 9.3). Passwords are sent as verifiers, never in clear, and the statements are kept out of the server's
 * log and statistics all the same.
 */
public final class Roles {
    private static final List<String> SILENCE = List.of(
            "SET LOCAL log_statement = 'none'",
            "SET LOCAL log_min_duration_statement = -1",
            "SET LOCAL log_duration = off",
            "SET LOCAL log_transaction_sample_rate = 0",
            "SET LOCAL log_min_error_statement = 'panic'",
            "SET LOCAL pg_stat_statements.track_utility = 'off'",
            "SET LOCAL pgaudit.log = 'none'");

    /** What pg_rewind calls on its source (manual of pg_rewind, notes). */
    private static final List<String> REWIND_FUNCTIONS = List.of(
            "pg_ls_dir(text, boolean, boolean)",
            "pg_stat_file(text, boolean)",
            "pg_read_binary_file(text)",
            "pg_read_binary_file(text, bigint, bigint, boolean)");

    private Roles() {}

    /** Before the post_bootstrap script. Nothing unless username and password are configured. */
    public static void createSuperuser(Connection connection, PostgresSettings settings) throws SQLException {
        if (settings.superuser().username().isPresent()
                && password(settings.superuser()).isPresent()) {
            inOneTransaction(connection, () -> createOrAlter(connection, settings.superuser(), "SUPERUSER LOGIN"));
        }
    }

    /** After the post_bootstrap script: replication, and rewind where it is not the superuser. */
    public static void createReplicationAndRewind(Connection connection, PostgresSettings settings)
            throws SQLException {
        inOneTransaction(connection, () -> createOrAlter(connection, settings.replication(), "REPLICATION LOGIN"));
        if (!settings.rewind().username().equals(settings.superuser().username())) {
            inOneTransaction(connection, () -> {
                createOrAlter(connection, settings.rewind(), "LOGIN");
                grantRewind(connection, settings.rewind());
            });
        }
    }

    private interface Statements {
        void run() throws SQLException;
    }

    /** So that what silences the log ends with it. */
    private static void inOneTransaction(Connection connection, Statements statements) throws SQLException {
        connection.setAutoCommit(false);
        try (var silence = connection.createStatement()) {
            for (var setting : SILENCE) {
                silence.execute(setting);
            }
            statements.run();
            connection.commit();
        } catch (SQLException failed) {
            connection.rollback();
            throw failed;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static void createOrAlter(Connection connection, Credentials credentials, String options)
            throws SQLException {
        if (credentials.username().isEmpty()) {
            return;
        }
        var name = credentials.username().get();
        var verifier = verifier(connection, name, password(credentials));
        var exists = text(connection, "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = ?", name)
                .isPresent();
        var template = (exists ? "ALTER" : "CREATE") + " ROLE %I WITH " + options
                + (verifier.isPresent() ? " PASSWORD %L" : "");
        var statement = verifier.isPresent()
                ? text(connection, "SELECT format(?, ?::text, ?::text)", template, name, verifier.get())
                : text(connection, "SELECT format(?, ?::text)", template, name);
        execute(connection, statement.orElseThrow());
    }

    private static Optional<String> verifier(Connection connection, String name, Optional<String> password)
            throws SQLException {
        if (password.isEmpty()) {
            return Optional.empty();
        }
        var encryption = text(connection, "SELECT current_setting('password_encryption')")
                .orElseThrow();
        // Before 14 the parameter was once a boolean, and on still means md5 there.
        var method = encryption.toLowerCase(Locale.ROOT).equals("scram-sha-256") ? "scram-sha-256" : "md5";
        return Optional.of(PasswordUtil.encodePassword(name, password.get().toCharArray(), method));
    }

    private static void grantRewind(Connection connection, Credentials credentials) throws SQLException {
        for (var function : REWIND_FUNCTIONS) {
            var template = "GRANT EXECUTE ON FUNCTION pg_catalog." + function + " TO %I";
            execute(
                    connection,
                    text(
                                    connection,
                                    "SELECT format(?, ?::text)",
                                    template,
                                    credentials.username().orElseThrow())
                            .orElseThrow());
        }
    }

    /** An empty password is none. */
    private static Optional<String> password(Credentials credentials) {
        return credentials.password().filter(text -> !text.isEmpty());
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Optional<String> text(Connection connection, String sql, String... parameters) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (var row = statement.executeQuery()) {
                return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
            }
        }
    }
}
