package io.orangery.postgres.configuration;

import io.orangery.core.settings.PostgresSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that decides what the configuration files and the command line of the next start contain.
 *
 * @param settings effective settings
 * @param version of the programs that will run
 * @param standby {@code standby.signal} is wanted
 * @param recovery made by {@link RecoverySettings#of}; of a primary that was promoted, what its file says already
 *     ({@link ConfigurationFiles#writtenRecovery}); empty for the start of a primary
 * @param synchronousStandbyNames managed value; empty: the parameter is removed
 * @param syncManaged true: {@code synchronousStandbyNames} counts whatever the user configured; false: the user's own value
 * @param bounds parameters that are bounded while a standby is about to lead, with their values; they win over the configured ones
 * @param controlSettings "setting" lines of the control file ({@code max_connections} and so on), by any of the names that
 *     {@code pg_controldata} uses; for everything but a primary, else empty
 */
public record Wanted(
        PostgresSettings settings,
        ServerVersion version,
        boolean standby,
        LinkedHashMap<String, String> recovery,
        Optional<String> synchronousStandbyNames,
        boolean syncManaged,
        Map<String, String> bounds,
        Map<String, String> controlSettings) {

    public Wanted {
        recovery = new LinkedHashMap<>(recovery);
        bounds = Map.copyOf(bounds);
        controlSettings = Map.copyOf(controlSettings);
    }

    /** The same with other values of what changes while the server runs. */
    public Wanted managed(Optional<String> names, boolean namesManaged, Map<String, String> bounds) {
        return new Wanted(settings, version, standby, recovery, names, namesManaged, bounds, controlSettings);
    }
}
