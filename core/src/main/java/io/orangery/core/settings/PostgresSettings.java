package io.orangery.core.settings;

import io.orangery.core.cluster.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The effective {@code postgresql} section: local file over dynamic configuration over defaults (configuration.md 2.2, 7). Immutable.
 *
 * @param listenAddresses as PostgreSQL takes them, comma separated
 * @param connectAddress what goes into {@code conn_url}
 * @param configDir equals {@code dataDir} when not configured
 * @param binDir empty: tools are searched on the path
 * @param binNames tool to name, only those that differ
 * @param database maintenance database
 * @param pgpass password file that the agent writes, mode 0600
 * @param rewind credentials for pg_rewind; the superuser's when not configured
 * @param parameters effective GUCs, names in lower case: controlled ones checked (configuration.md 4), with {@code listen_addresses},
 *     {@code port} and {@code cluster_name} <b>not</b> in it
 * @param pgHba complete content; empty: the file is left alone
 * @param recoveryConf extra recovery settings of standbys, filtered
 * @param basebackupOptions ready command line options, forbidden ones left out
 * @param methods definitions of replica creation methods other than basebackup
 * @param callbacks {@code on_start} and so on to command line
 * @param preparedForCitus true when the adjustments of citus.md 2 were made
 */
public record PostgresSettings(
        String scope,
        String memberName,
        String listenAddresses,
        int port,
        HostPort connectAddress,
        Optional<HostPort> proxyAddress,
        Path dataDir,
        Path configDir,
        String configBaseName,
        Optional<Path> customConf,
        Optional<Path> binDir,
        Map<String, String> binNames,
        String database,
        Path pgpass,
        boolean useUnixSocket,
        boolean useUnixSocketReplication,
        Optional<String> krbsrvname,
        Credentials superuser,
        Credentials replication,
        Credentials rewind,
        boolean usePgRewind,
        boolean useSlots,
        List<String> rewindOptions,
        boolean removeDataDirectoryOnRewindFailure,
        boolean removeDataDirectoryOnDivergedTimelines,
        Map<String, String> recoveryConf,
        List<String> createReplicaMethods,
        Map<String, Map<String, Object>> methods,
        List<String> basebackupOptions,
        Duration pgCtlTimeout,
        Duration retryTimeout,
        Map<String, String> parameters,
        List<String> pgHba,
        List<String> pgIdent,
        Map<String, String> callbacks,
        Optional<String> prePromote,
        Optional<String> beforeStop,
        boolean preparedForCitus) {

    /**
     * How to log in.
     *
     * @param username empty: the operating system's user
     * @param options libpq options other than user and password: {@code sslmode} and so on
     */
    public record Credentials(Optional<String> username, Optional<String> password, Map<String, String> options) {
        public static final Credentials NONE = new Credentials(Optional.empty(), Optional.empty(), Map.of());

        /** Without the password: for logs. */
        @Override
        public String toString() {
            return "Credentials[username=" + username.orElse("-") + "]";
        }
    }
}
