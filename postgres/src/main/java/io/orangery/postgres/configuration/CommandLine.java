package io.orangery.postgres.configuration;

import java.util.ArrayList;
import java.util.List;

/** Arguments of {@code postgres -D dir} (configuration.md 8.3): what {@code ALTER SYSTEM} must not change. */
public final class CommandLine {
    private CommandLine() {}

    /** {@code --config-file=...} and {@code --name=value} for each parameter that applies; the data directory is not in it. */
    public static List<String> of(Wanted wanted) {
        var settings = wanted.settings();
        var arguments = new ArrayList<String>();
        arguments.add("--config-file=" + settings.configDir().resolve(settings.configBaseName() + ".conf"));
        var parameters = EffectiveParameters.of(wanted).all();
        EffectiveParameters.ON_COMMAND_LINE.stream()
                .filter(parameters::containsKey)
                .forEach(name -> arguments.add("--" + name + "=" + parameters.get(name)));
        return List.copyOf(arguments);
    }
}
