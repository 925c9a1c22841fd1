package io.orangery.postgres.configuration;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.PostgresSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Recovery settings in force against the wanted ones (ha-behaviour 31.3). One use. */
final class RecoveryComparison {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryComparison.class);

    /** They change nothing for a standby, or the user's included file may set them while the agent's settings do not. */
    private static final Set<String> IGNORED = Set.of("recovery_target_inclusive", "recovery_target_action");

    private static final Set<String> USERS_OWN = Set.of(
            "archive_cleanup_command",
            "promote_trigger_file",
            "recovery_end_command",
            "recovery_min_apply_delay",
            "restore_command");

    private final PostgresSettings settings;
    private final Path managedConf;
    private final Wanted wanted;

    RecoveryComparison(PostgresSettings settings, Path managedConf, Wanted wanted) {
        this.settings = settings;
        this.managedConf = managedConf;
        this.wanted = wanted;
    }

    /**
     * One parameter as it is.
     *
     * @param unset value that counts when nothing is wanted
     * @param fromManaged set by the managed file (or by nobody)
     */
    private record InForce(String value, String unset, boolean restart, boolean fromManaged) {}

    RecoveryDifference compare(Optional<Connection> server) {
        try {
            if (!Files.exists(settings.dataDir().resolve("standby.signal"))) {
                return RecoveryDifference.RESTART;
            }
            var difference = server.isPresent() ? compare(fromServer(server.get())) : compare(fromFile());
            return difference == RecoveryDifference.SAME && !passwordFileFits()
                    ? RecoveryDifference.RELOAD
                    : difference;
        } catch (SQLException notAnswering) {
            LOG.debug("The recovery settings in force could not be asked for: {}", notAnswering.getMessage());
            return compareWithFile();
        } catch (IOException unreadable) {
            LOG.warn("Recovery settings cannot be read, they will be written again: {}", unreadable.toString());
            return RecoveryDifference.RESTART;
        }
    }

    private RecoveryDifference compareWithFile() {
        return compare(Optional.empty());
    }

    private RecoveryDifference compare(Map<String, InForce> inForce) {
        var result = RecoveryDifference.SAME;
        for (var entry : inForce.entrySet()) {
            if (differs(entry.getKey(), entry.getValue())) {
                LOG.debug("Recovery parameter {} differs from what is wanted", entry.getKey());
                result = entry.getValue().restart() || result == RecoveryDifference.RESTART
                        ? RecoveryDifference.RESTART
                        : RecoveryDifference.RELOAD;
            }
        }
        return result;
    }

    private boolean differs(String name, InForce inForce) {
        var value = Optional.ofNullable(wanted.recovery().get(name));
        if (IGNORED.contains(name) || USERS_OWN.contains(name) && value.isEmpty() && !inForce.fromManaged()) {
            return false;
        }
        return switch (name) {
            case "primary_conninfo" -> connInfoDiffers(value.orElse(""), inForce.value());
            case "primary_slot_name" ->
                wanted.recovery().containsKey("primary_conninfo")
                        && !value.orElse("").equals(inForce.value());
            case "recovery_min_apply_delay" ->
                !Quantity.same("integer", "ms", value.orElse(inForce.unset()), inForce.value());
            default -> !value.orElse(inForce.unset()).equals(inForce.value());
        };
    }

    /** Keyword by keyword; the database counts only where slot synchronisation uses it (17). */
    private boolean connInfoDiffers(String wantedText, String text) {
        var wantedKeywords = ConnInfo.parse(wantedText).map(this::compared);
        return !wantedKeywords.equals(ConnInfo.parse(text).map(this::compared));
    }

    private Map<String, String> compared(Map<String, String> keywords) {
        var compared = new HashMap<>(keywords);
        if (!wanted.version().atLeast(17)) {
            compared.remove("dbname");
        }
        return compared;
    }

    private Map<String, InForce> fromServer(Connection server) throws SQLException {
        var inForce = new LinkedHashMap<String, InForce>();
        try (var statement = server.prepareStatement(
                "SELECT name, setting, boot_val, context, sourcefile FROM pg_catalog.pg_settings WHERE name = ANY (?)")) {
            statement.setArray(
                    1, server.createArrayOf("text", RecoveryParameters.names().toArray()));
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    var file = rows.getString("sourcefile");
                    inForce.put(
                            rows.getString("name"),
                            new InForce(
                                    text(rows.getString("setting")),
                                    text(rows.getString("boot_val")),
                                    "postmaster".equals(rows.getString("context")),
                                    file == null || Path.of(file).equals(managedConf)));
                }
            }
        }
        return inForce;
    }

    private Map<String, InForce> fromFile() throws IOException {
        var written = new HashMap<String, String>();
        for (var line : Files.readAllLines(managedConf)) {
            Quoting.parse(line).ifPresent(setting -> written.put(setting.name(), setting.value()));
        }
        var inForce = new LinkedHashMap<String, InForce>();
        for (var name : RecoveryParameters.names()) {
            if (RecoveryParameters.contains(name, wanted.version())) {
                var unset = name.equals("recovery_target_timeline")
                        ? "latest"
                        : name.equals("recovery_min_apply_delay") ? "0" : "";
                var value = written.getOrDefault(name, unset);
                inForce.put(
                        name,
                        new InForce(
                                value,
                                unset,
                                RecoveryParameters.needsRestart(name, wanted.version()),
                                written.containsKey(name)));
            }
        }
        return inForce;
    }

    /** Content, not time: a password that was changed in the settings must reach the file. */
    private boolean passwordFileFits() throws IOException {
        var keywords = ConnInfo.parse(wanted.recovery().getOrDefault("primary_conninfo", ""))
                .orElse(Map.of());
        if (!keywords.containsKey("passfile") || !keywords.containsKey("host")) {
            return true;
        }
        var server = new HostPort(keywords.get("host"), Integer.parseInt(keywords.get("port")));
        var present = Files.exists(settings.pgpass()) ? Files.readAllLines(settings.pgpass()) : List.<String>of();
        return PgPass.lines(settings.replication(), server).stream()
                .allMatch(line -> firstMatch(present, line).equals(Optional.of(line)));
    }

    /** libpq takes the first line for the same server and user; others may stand in the file. */
    private static Optional<String> firstMatch(List<String> present, String line) {
        var server = PgPass.withoutPassword(line);
        return present.stream()
                .filter(other -> PgPass.withoutPassword(other).equals(server))
                .findFirst();
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }
}
