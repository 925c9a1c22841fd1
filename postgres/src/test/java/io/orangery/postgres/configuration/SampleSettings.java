package io.orangery.postgres.configuration;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.PostgresSettings.Credentials;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings of member {@code node-1} in cluster {@code demo}, changed by the name of what matters to a test. */
public final class SampleSettings {
    private Path directory = Path.of("/srv/demo");
    private String listen = "10.0.0.1";
    private int port = 5432;
    private Optional<Path> custom = Optional.empty();
    private List<String> hba = List.of();
    private boolean slots = true;
    private Credentials superuser = login("admin");
    private Credentials replication = login("standby");
    private Credentials rewind = login("rewinder");
    private Map<String, String> recovery = Map.of();
    private final Map<String, String> parameters = new LinkedHashMap<>();

    public static Credentials login(String user) {
        return new Credentials(Optional.of(user), Optional.of("secret:of\\" + user), Map.of());
    }

    public SampleSettings in(Path parent) {
        directory = parent;
        return this;
    }

    public SampleSettings listen(String addresses, int onPort) {
        listen = addresses;
        port = onPort;
        return this;
    }

    SampleSettings customConf(String path) {
        custom = Optional.of(Path.of(path));
        return this;
    }

    SampleSettings hba(String... lines) {
        hba = List.of(lines);
        return this;
    }

    SampleSettings withoutSlots() {
        slots = false;
        return this;
    }

    public SampleSettings superuser(Credentials credentials) {
        superuser = credentials;
        return this;
    }

    public SampleSettings replication(Credentials credentials) {
        replication = credentials;
        return this;
    }

    public SampleSettings rewind(Credentials credentials) {
        rewind = credentials;
        return this;
    }

    SampleSettings recoveryConf(Map<String, String> settings) {
        recovery = settings;
        return this;
    }

    public SampleSettings parameter(String name, String value) {
        parameters.put(name, value);
        return this;
    }

    public PostgresSettings build() {
        return new PostgresSettings(
                "demo",
                "node-1",
                listen,
                port,
                new HostPort("10.0.0.1", port),
                Optional.empty(),
                directory.resolve("data"),
                directory.resolve("data"),
                "postgresql",
                custom,
                Optional.empty(),
                Map.of(),
                "postgres",
                directory.resolve("pgpass"),
                false,
                false,
                Optional.empty(),
                superuser,
                replication,
                rewind,
                true,
                slots,
                List.of(),
                false,
                false,
                recovery,
                List.of(),
                Map.of(),
                List.of(),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Map.copyOf(parameters),
                hba,
                List.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                false);
    }
}
