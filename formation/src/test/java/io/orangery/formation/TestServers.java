package io.orangery.formation;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.TimeoutException;

/** Servers for tests: small, and as fast as a server can be that need not survive a power cut. */
final class TestServers {

    private static final String PASSWORD = "test";
    private static final String SETTINGS = """
            wal_level = logical
            max_prepared_transactions = 100
            max_connections = 50
            shared_buffers = 32MB
            fsync = off
            citus.local_hostname = '127.0.0.1'
            citus.node_conninfo = 'sslmode=prefer'
            citus.shard_count = 4
            """;

    private TestServers() {}

    /** A new cluster with the extension citus. */
    static PlainServer withCitus(PostgresInstallation installation, UnprivilegedUser user, Path folder)
            throws IOException, TimeoutException, SQLException {
        PlainServer server = PlainServer.create(
                installation, user, folder, PASSWORD, SETTINGS + "shared_preload_libraries = 'citus'\n");
        server.execute("CREATE EXTENSION citus");
        return server;
    }

    /** A new cluster without extensions. */
    static PlainServer plain(PostgresInstallation installation, UnprivilegedUser user, Path folder)
            throws IOException, TimeoutException {
        return PlainServer.create(installation, user, folder, PASSWORD, SETTINGS);
    }
}
