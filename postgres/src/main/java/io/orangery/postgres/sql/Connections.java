package io.orangery.postgres.sql;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.PostgresSettings.Credentials;
import io.orangery.postgres.configuration.LocalAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.postgresql.Driver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections (ha-behaviour 30.2). Any thread; each returned connection belongs to one thread at a time. TCP only: the driver has no unix
 * sockets.
 *
 * <p>None of them ever waits for a synchronous standby ({@code synchronous_commit=local}): a primary without one must still be able to act.
 */
public final class Connections implements AutoCloseable {
    /** Statement limit of kept connections. */
    public static final int KEPT_STATEMENT_TIMEOUT_MILLIS = 2000;

    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
    private static final int CONNECT_TIMEOUT_SECONDS = 3;
    /** Grace for the answer that says that a statement was cancelled. */
    private static final int ANSWER_GRACE_SECONDS = 3;

    /** Names of libpq to names of the driver; it knows no revocation lists and no Kerberos service by this section. */
    private static final Map<String, String> DRIVER_NAMES = Map.of(
            "sslmode", "sslmode",
            "sslcert", "sslcert",
            "sslkey", "sslkey",
            "sslpassword", "sslpassword",
            "sslrootcert", "sslrootcert",
            "gssencmode", "gssEncMode",
            "channel_binding", "channelBinding",
            "sslnegotiation", "sslNegotiation");

    private final Supplier<PostgresSettings> settings;
    private final Executor closing;
    private final Map<String, Connection> kept = new HashMap<>();
    /** Purpose to what is locked while its connection is opened. */
    private final Map<String, Object> opening = new ConcurrentHashMap<>();

    private final AtomicBoolean warnedAboutSockets = new AtomicBoolean();

    /** @param settings those of the moment, so that changed credentials count from the next connection on */
    public Connections(Supplier<PostgresSettings> settings) {
        this(settings, Runnable::run);
    }

    /** @param closing closes connections: a server that is gone or frozen may hold that up, and nobody has to wait for it */
    public Connections(Supplier<PostgresSettings> settings, Executor closing) {
        this.settings = settings;
        this.closing = closing;
    }

    /**
     * The kept connection of this purpose ({@code heartbeat}, {@code restapi}, {@code citus}) to the local server, opened when there is none
     * that works; statements are limited to two seconds. Do not close it; after an error call {@link #discard}.
     */
    public Connection kept(String purpose) throws SQLException {
        // It may take seconds: who wants the same waits for it, another purpose does not.
        synchronized (opening.computeIfAbsent(purpose, first -> new Object())) {
            var present = present(purpose);
            if (present.isPresent() && !present.get().isClosed()) {
                return present.get();
            }
            var opened = superuser(purpose, KEPT_STATEMENT_TIMEOUT_MILLIS);
            synchronized (kept) {
                kept.put(purpose, opened);
            }
            return opened;
        }
    }

    private Optional<Connection> present(String purpose) {
        synchronized (kept) {
            return Optional.ofNullable(kept.get(purpose));
        }
    }

    /** One of this purpose is kept; whether it still works is not asked. */
    public boolean keeps(String purpose) {
        return present(purpose).isPresent();
    }

    /** Closes the kept connection of this purpose, if any; not waited for. */
    public void discard(String purpose) {
        Connection discarded;
        synchronized (kept) {
            discarded = kept.remove(purpose);
        }
        if (discarded != null) {
            closing.execute(() -> closeQuietly(discarded));
        }
    }

    /**
     * A new connection to the local server as superuser, maintenance database; the caller closes it.
     *
     * @param statementTimeoutMillis 0: no limit
     */
    public Connection superuser(String purpose, int statementTimeoutMillis) throws SQLException {
        return superuser(purpose, settings.get().database(), statementTimeoutMillis);
    }

    /** The same to another database of the local server. */
    public Connection superuser(String purpose, String database, int statementTimeoutMillis) throws SQLException {
        var current = settings.get();
        warnAboutSockets(current);
        // Only here: the parameter is reserved to superusers, others could not connect with it.
        var options = options(statementTimeoutMillis) + " -c pg_stat_statements.track=none";
        return open(
                LocalAddress.inForce(current),
                current.superuser(),
                database,
                purpose,
                statementTimeoutMillis,
                options,
                new Properties());
    }

    /** A new connection to any server; the caller closes it. */
    public Connection remote(HostPort server, Credentials credentials, String database, int statementTimeoutMillis)
            throws SQLException {
        var options = options(statementTimeoutMillis);
        return open(server, credentials, database, "remote", statementTimeoutMillis, options, new Properties());
    }

    /**
     * A new connection in (physical) replication mode with the replication credentials; only {@link ReplicationProtocol} can use it. Physical,
     * not {@code replication=database}: {@code pg_hba.conf} lets standbys in by the keyword {@code replication}, not by a database.
     */
    public Connection replication(HostPort server) throws SQLException {
        var properties = new Properties();
        properties.setProperty("replication", "true");
        properties.setProperty("preferQueryMode", "simple");
        var current = settings.get();
        return open(
                server,
                current.replication(),
                current.database(),
                "replication",
                KEPT_STATEMENT_TIMEOUT_MILLIS,
                "",
                properties);
    }

    /** {@link #replication(HostPort)} to the local server. */
    public Connection localReplication() throws SQLException {
        return replication(LocalAddress.inForce(settings.get()));
    }

    private static String options(int statementTimeoutMillis) {
        return "-c statement_timeout=" + statementTimeoutMillis
                + " -c synchronous_commit=local -c search_path=pg_catalog";
    }

    private static Connection open(
            HostPort server,
            Credentials credentials,
            String database,
            String purpose,
            int statementTimeoutMillis,
            String options,
            Properties properties)
            throws SQLException {
        credentials.username().ifPresent(name -> properties.setProperty("user", name));
        credentials.password().ifPresent(password -> properties.setProperty("password", password));
        credentials.options().forEach((name, value) -> {
            if (DRIVER_NAMES.containsKey(name)) {
                properties.setProperty(DRIVER_NAMES.get(name), value);
            }
        });
        // With an assumed version the driver asks nothing when it connects, which replication mode could not answer.
        properties.setProperty("assumeMinServerVersion", "12");
        properties.setProperty("ApplicationName", "Orangery " + purpose);
        properties.setProperty("connectTimeout", Integer.toString(CONNECT_TIMEOUT_SECONDS));
        properties.setProperty(
                "socketTimeout", Integer.toString(KEPT_STATEMENT_TIMEOUT_MILLIS / 1000 + ANSWER_GRACE_SECONDS));
        properties.setProperty("tcpKeepAlive", "true");
        if (!options.isEmpty()) {
            properties.setProperty("options", options);
        }
        var url = "jdbc:postgresql://" + server + "/" + URLEncoder.encode(database, StandardCharsets.UTF_8);
        var connection = new Driver().connect(url, properties);
        // The limit above guards the login; from here on it follows the limit of statements.
        connection.setNetworkTimeout(Runnable::run, socketTimeoutMillis(statementTimeoutMillis));
        return connection;
    }

    private static int socketTimeoutMillis(int statementTimeoutMillis) {
        return statementTimeoutMillis == 0 ? 0 : statementTimeoutMillis + ANSWER_GRACE_SECONDS * 1000;
    }

    private void warnAboutSockets(PostgresSettings current) {
        if ((current.useUnixSocket() || current.useUnixSocketReplication())
                && warnedAboutSockets.compareAndSet(false, true)) {
            LOG.warn(
                    "postgresql.use_unix_socket: the JDBC driver has no unix sockets, {} is used instead",
                    LocalAddress.inForce(current));
        }
    }

    /** Closes the kept connections, not waited for: before PostgreSQL is started. New ones can be opened afterwards. */
    public void closeAll() {
        List<Connection> all = takeAll();
        if (!all.isEmpty()) {
            closing.execute(() -> all.forEach(Connections::closeQuietly));
        }
    }

    private List<Connection> takeAll() {
        synchronized (kept) {
            var all = List.copyOf(kept.values());
            kept.clear();
            return all;
        }
    }

    /** At the end: here and now. */
    @Override
    public void close() {
        takeAll().forEach(Connections::closeQuietly);
    }

    private static void closeQuietly(Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException alreadyBroken) {
            LOG.debug("A connection could not be closed properly: {}", alreadyBroken.getMessage());
        }
    }
}
