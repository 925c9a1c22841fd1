package io.orangery.postgres.rewind;

import io.orangery.core.settings.PostgresSettings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Values that a stopped server would have, asked from {@code postgres -C}. */
final class OfflineParameters {
    private final PostgresSettings settings;
    private final PostgresTools tools;

    OfflineParameters(PostgresSettings settings, PostgresTools tools) {
        this.settings = settings;
        this.tools = tools;
    }

    /** Empty when the program cannot tell. */
    Optional<String> value(String name) throws IOException, InterruptedException {
        var conf = settings.configDir().resolve(settings.configBaseName() + ".conf");
        var finished = tools.run(
                "postgres",
                List.of("-D", settings.dataDir().toString(), "-C", name, "--config-file=" + conf),
                Map.of());
        return finished.exitCode() == 0 ? Optional.of(finished.stdout().strip()) : Optional.empty();
    }
}
