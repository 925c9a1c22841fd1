package io.orangery.postgres.rewind;

import io.orangery.core.settings.PostgresSettings;
import io.orangery.postgres.configuration.ConfigurationFiles;
import io.orangery.postgres.configuration.ServerVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Crash recovery in single-user mode (ha-behaviour 10.1), so that a cleanly stopped data directory can be rewound. PostgreSQL must be stopped.
 * Blocking.
 */
public final class SingleUserRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(SingleUserRecovery.class);

    private final PostgresTools tools;

    public SingleUserRecovery(PostgresTools tools) {
        this.tools = tools;
    }

    /**
     * Recovers. Not to be used on a data directory with {@code backup_label} (trap T17): it would spoil a restored backup.
     *
     * @return exit code of {@code postgres --single}; the caller looks at the control file for what came of it
     */
    public int run(PostgresSettings settings, ServerVersion version) throws IOException, InterruptedException {
        var wal = new ArchivedWal(settings, tools);
        wal.archiveReady();
        wal.clearStatus();
        var parameters = parameters(settings, version);
        new ConfigurationFiles(settings, Set::of).removeRecoveryFiles();
        var finished = tools.run("postgres", arguments(settings, parameters), Map.of());
        if (finished.exitCode() != 0) {
            LOG.error(
                    "Crash recovery in single-user mode ended with exit code {}: {}",
                    finished.exitCode(),
                    finished.stderr());
        }
        return finished.exitCode();
    }

    /** Those of the last start, and archiving that fails: the WAL stays, and the real server archives it later. */
    private static Map<String, String> parameters(PostgresSettings settings, ServerVersion version) throws IOException {
        var options = settings.dataDir().resolve("postmaster.opts");
        var parameters = new LinkedHashMap<String, String>();
        if (Files.exists(options)) {
            parameters.putAll(PostmasterOptions.parse(Files.readString(options)));
        }
        parameters.put("archive_mode", "on");
        parameters.put("archive_command", "false");
        if (version.atLeast(15)) {
            parameters.put("archive_library", "");
        }
        return parameters;
    }

    private static List<String> arguments(PostgresSettings settings, Map<String, String> parameters) {
        var arguments =
                new ArrayList<>(List.of("--single", "-D", settings.dataDir().toString()));
        parameters.forEach((name, value) -> {
            arguments.add("-c");
            arguments.add(name + "=" + value);
        });
        arguments.add("template1");
        return arguments;
    }
}
