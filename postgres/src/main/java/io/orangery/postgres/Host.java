package io.orangery.postgres;

import io.orangery.core.cluster.Role;
import io.orangery.core.postgres.ControlData;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.time.Ticker;
import io.orangery.postgres.configuration.ConfigurationFiles;
import io.orangery.postgres.configuration.ServerVersion;
import io.orangery.postgres.configuration.Wanted;
import io.orangery.postgres.process.Callbacks;
import io.orangery.postgres.process.ControlFile;
import io.orangery.postgres.process.DataDirectoryFiles;
import io.orangery.postgres.process.Installation;
import io.orangery.postgres.process.ServerProcess;
import io.orangery.postgres.process.ToolRunner;
import io.orangery.postgres.sql.Connections;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * What all commands work with: settings in force, programs, process, files, connections, memory. Only {@code settings} ever changes; data
 * directory and programs are those of the start (configuration.md 9.5).
 */
final class Host {
    private final Ticker ticker;
    private final Installation installation;
    private final ServerProcess server;
    private final ControlFile control;
    private final DataDirectoryFiles directory;
    private final Connections connections;
    private final Memory memory;
    private final Callbacks callbacks;
    private final Object writing = new Object();
    private volatile PostgresSettings settings;
    private volatile ConfigurationFiles files;

    /** @param threads for what nobody waits for */
    Host(PostgresSettings settings, Ticker ticker, Memory memory, ServerProcess server, Executor threads) {
        this.ticker = ticker;
        this.memory = memory;
        this.server = server;
        this.installation = new Installation(settings);
        this.control = new ControlFile(settings.dataDir(), installation);
        this.directory = new DataDirectoryFiles(settings.dataDir());
        this.connections = new Connections(this::settings, threads);
        this.callbacks = new Callbacks(threads);
        configure(settings);
    }

    void configure(PostgresSettings next) {
        settings = next;
        files = new ConfigurationFiles(next, installation::describedParameters);
    }

    PostgresSettings settings() {
        return settings;
    }

    ConfigurationFiles files() {
        return files;
    }

    Ticker ticker() {
        return ticker;
    }

    Installation installation() {
        return installation;
    }

    ServerProcess server() {
        return server;
    }

    ControlFile control() {
        return control;
    }

    DataDirectoryFiles directory() {
        return directory;
    }

    Connections connections() {
        return connections;
    }

    Memory memory() {
        return memory;
    }

    Callbacks callbacks() {
        return callbacks;
    }

    ToolRunner tools() {
        return new ToolRunner(installation, settings.dataDir());
    }

    /** Of the programs, which is what the next start runs; nothing may be written before it is known (T30). */
    ServerVersion version() throws IOException, InterruptedException {
        return ServerVersion.ofNumber(installation.versionNumber());
    }

    /** Nothing is called while a cluster is being made (ha-behaviour 27). */
    void call(String action, Role role) {
        if (!memory.bootstrapping()) {
            callbacks.call(
                    action,
                    role,
                    settings.scope(),
                    Optional.ofNullable(settings.callbacks().get(action)));
        }
    }

    Wanted wantedAsPrimary() throws IOException, InterruptedException {
        return wanted(false, new LinkedHashMap<>(), Map.of());
    }

    /** For a rewrite under a primary that runs. */
    Wanted wantedOfPrimary() throws IOException, InterruptedException {
        return wanted(false, files.writtenRecovery(), Map.of());
    }

    /** Shared memory of a standby must not be smaller than the primary's was (ha-behaviour 30.5). */
    Wanted wantedAsStandby(LinkedHashMap<String, String> recovery) throws IOException, InterruptedException {
        return wanted(true, recovery, control.read().map(ControlData::settings).orElse(Map.of()));
    }

    /** See {@link #writeAll}; a command that blocks to find out what is wanted. */
    interface Wanting {
        Wanted wanted() throws IOException, InterruptedException;
    }

    /** All files. What changes while the server runs is written as it is now, not as it was when the rest was found out. */
    void writeAll(Wanted wanted) throws IOException {
        synchronized (writing) {
            files.writeAll(current(wanted));
        }
    }

    /** The same without the access files. */
    void writePostgresqlConf(Wanted wanted) throws IOException {
        synchronized (writing) {
            files.writePostgresqlConf(current(wanted));
        }
    }

    /** The same of the managed file only. */
    void rewrite(Wanting wanting) throws IOException, InterruptedException {
        Wanted wanted = wanting.wanted();
        synchronized (writing) {
            files.rewriteManaged(current(wanted));
        }
    }

    private Wanted current(Wanted wanted) {
        return wanted.managed(memory.synchronousNames(), memory.synchronousNamesManaged(), memory.bounds());
    }

    private Wanted wanted(boolean standby, LinkedHashMap<String, String> recovery, Map<String, String> controlSettings)
            throws IOException, InterruptedException {
        return new Wanted(
                settings,
                version(),
                standby,
                recovery,
                memory.synchronousNames(),
                memory.synchronousNamesManaged(),
                memory.bounds(),
                controlSettings);
    }
}
