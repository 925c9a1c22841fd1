package io.orangery.postgres.rewind;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.postgres.configuration.ConfigurationFiles;
import io.orangery.postgres.configuration.ConnInfo;
import io.orangery.postgres.configuration.PgPass;
import io.orangery.postgres.configuration.ServerVersion;
import io.orangery.postgres.rewind.PostgresTools.Finished;
import io.orangery.postgres.sql.Connections;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** pg_rewind against the leader (ha-behaviour 25.5, 25.6). PostgreSQL must be stopped. Blocking. */
public final class Rewind {
    private static final Logger LOG = LoggerFactory.getLogger(Rewind.class);
    private static final int STATEMENT_TIMEOUT_MILLIS = 2000;
    private static final int LINES_SHOWN = 5;
    private static final Pattern MISSING_SEGMENT =
            Pattern.compile("could not open file \"[^\"]*/pg_wal/([0-9A-F]{24})\": ");

    private final Connections connections;
    private final PostgresTools tools;

    /** What came of it. */
    public sealed interface Outcome {
        /** The data directory is part of the leader's history again; its configuration files are the leader's until they are written anew. */
        record Done() implements Outcome {}

        /** The leader cannot be asked, is no primary, or its control file is not on its timeline yet: try again later. */
        record NotYet(String why) implements Outcome {}

        /** pg_rewind ran and failed: the data directory may be damaged. */
        record Failed(String why) implements Outcome {}
    }

    public Rewind(Connections connections, PostgresTools tools) {
        this.connections = connections;
        this.tools = tools;
    }

    /**
     * Rewinds. The password file is written with the credentials for the leader.
     *
     * @param leaderCheckpointDone the leader's key does not carry {@code checkpoint_after_promote: false}
     */
    public Outcome run(PostgresSettings settings, ServerVersion version, HostPort leader, boolean leaderCheckpointDone)
            throws InterruptedException {
        if (!leaderCheckpointDone) {
            return new Outcome.NotYet("Waiting for checkpoint on " + leader + " before rewind");
        }
        try {
            var wal = new ArchivedWal(settings, tools);
            wal.archiveReady();
            var obstacle = obstacle(settings, leader);
            if (obstacle.isPresent()) {
                return new Outcome.NotYet(obstacle.get());
            }
            writePassword(settings, leader);
            var arguments = arguments(settings, version, leader);
            return report(runUntilNothingIsMissing(settings, wal, arguments));
        } catch (IOException notRun) {
            return new Outcome.Failed("pg_rewind could not be run: " + notRun.getMessage());
        }
    }

    /**
     * pg_rewind believes the source's control file: before the first checkpoint after a promotion it still shows the old timeline, and the
     * rewind would find nothing to do. Looked at here as well, because a key may be older than the promotion.
     */
    private Optional<String> obstacle(PostgresSettings settings, HostPort leader) {
        try (var connection =
                        connections.remote(leader, settings.rewind(), settings.database(), STATEMENT_TIMEOUT_MILLIS);
                var statement = connection.createStatement();
                var row = statement.executeQuery(
                        "SELECT pg_is_in_recovery(), (SELECT timeline_id FROM pg_control_checkpoint()), CASE WHEN pg_is_in_recovery() THEN 0"
                                + " ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END")) {
            row.next();
            if (row.getBoolean(1)) {
                return Optional.of(leader + " is in recovery");
            }
            return row.getInt(2) == row.getInt(3)
                    ? Optional.empty()
                    : Optional.of("Waiting for checkpoint on " + leader + " before rewind");
        } catch (SQLException notReachable) {
            return Optional.of(leader + " cannot be asked: " + notReachable.getMessage());
        }
    }

    private static void writePassword(PostgresSettings settings, HostPort leader) throws IOException {
        var lines = new ArrayList<>(PgPass.lines(settings.rewind(), leader));
        lines.addAll(PgPass.lines(settings.replication(), leader));
        new ConfigurationFiles(settings, Set::of).writePgPass(lines);
    }

    private List<String> arguments(PostgresSettings settings, ServerVersion version, HostPort leader)
            throws IOException, InterruptedException {
        var arguments = new ArrayList<String>();
        boolean external = !settings.configDir().equals(settings.dataDir());
        boolean fetches = version.atLeast(15) || version.atLeast(13) && !external;
        if (fetches
                && new OfflineParameters(settings, tools)
                        .value("restore_command")
                        .filter(text -> !text.isBlank())
                        .isPresent()) {
            arguments.add("--restore-target-wal");
            if (version.atLeast(15) && external) {
                arguments.add("--config-file=" + settings.configDir().resolve(settings.configBaseName() + ".conf"));
            }
        }
        arguments.add("-D");
        arguments.add(settings.dataDir().toString());
        arguments.add("--source-server");
        arguments.add(ConnInfo.forTool(version, settings.rewind(), leader, Optional.of(settings.database())));
        arguments.addAll(settings.rewindOptions());
        return arguments;
    }

    /** Segments that are gone from the data directory but may be in the archive are fetched one by one, each at most once. */
    private Finished runUntilNothingIsMissing(PostgresSettings settings, ArchivedWal wal, List<String> arguments)
            throws IOException, InterruptedException {
        var environment = Map.of("PGPASSFILE", settings.pgpass().toString(), "PGOPTIONS", "-c statement_timeout=0");
        var fetched = new ArrayList<String>();
        while (true) {
            var finished = tools.run("pg_rewind", arguments, environment);
            var missing = MISSING_SEGMENT.matcher(finished.stderr() + "\n" + finished.stdout());
            if (finished.exitCode() == 0 || !missing.find() || fetched.contains(missing.group(1))) {
                return finished;
            }
            fetched.add(missing.group(1));
            LOG.info("pg_rewind misses segment {}, it is asked from the archive", missing.group(1));
            if (!wal.restore(missing.group(1))) {
                return finished;
            }
        }
    }

    private static Outcome report(Finished finished) {
        if (finished.exitCode() == 0) {
            return new Outcome.Done();
        }
        var lines = (finished.stdout() + "\n" + finished.stderr())
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        var last = String.join(" | ", lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()));
        return new Outcome.Failed("pg_rewind ended with exit code " + finished.exitCode() + ": " + last);
    }
}
