package io.orangery.simulation;

import io.orangery.actors.SettingsSource;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.Tags;
import io.orangery.core.settings.BootstrapSettings;
import io.orangery.core.settings.DynamicSettings;
import io.orangery.core.settings.MeshSettings;
import io.orangery.core.settings.NodeSettings;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.PostgresSettings.Credentials;
import io.orangery.core.settings.RestApiSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The configuration of one member of a world. The {@code config} key carries what every member is configured with anyway. */
final class ModelSettings implements SettingsSource {
    static final String SCOPE = "demo";
    static final String NAMESPACE = "service";

    private final WorldSettings world;
    private final String host;
    private final NodeSettings settings;

    ModelSettings(WorldSettings world, String host) {
        this.world = world;
        this.host = host;
        this.settings = node();
    }

    @Override
    public NodeSettings current() {
        return settings;
    }

    @Override
    public Applied apply(Map<String, Object> dynamic) {
        return new Applied.Settings(settings);
    }

    @Override
    public Applied reloadLocal() {
        return new Applied.Settings(settings);
    }

    private NodeSettings node() {
        return new NodeSettings(
                SCOPE,
                new NodeId(host),
                NAMESPACE,
                Optional.empty(),
                Tags.NONE,
                dynamic(),
                postgres(),
                new BootstrapSettings(true, raw(), "initdb", List.of(), List.of(), Optional.empty()),
                restApi(),
                new MeshSettings(false, "127.0.0.1", 0, "127.0.0.1", 0, Optional.empty()),
                "memory",
                Map.of(),
                Path.of("/state"),
                "off",
                io.orangery.core.settings.PauseSettings.DEFAULT);
    }

    private Map<String, Object> raw() {
        return Map.of("ttl", (int) world.ttl().toSeconds());
    }

    private DynamicSettings dynamic() {
        return new DynamicSettings(
                world.ttl(),
                world.loopWait(),
                world.retryTimeout(),
                1048576,
                -1,
                0,
                true,
                world.primaryStartTimeout(),
                Duration.ZERO,
                Duration.ZERO,
                world.synchronousMode(),
                false,
                world.synchronousNodeCount(),
                Duration.ofMinutes(30),
                false,
                false,
                true,
                Map.of(),
                List.of(),
                Map.of(),
                raw());
    }

    private RestApiSettings restApi() {
        return new RestApiSettings(
                "127.0.0.1",
                8008,
                host + ".host:8008",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "none",
                List.of(),
                false,
                Map.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false);
    }

    private PostgresSettings postgres() {
        return new PostgresSettings(
                SCOPE,
                host,
                "127.0.0.1",
                5432,
                address(host),
                Optional.empty(),
                Path.of("/data"),
                Path.of("/data"),
                "postgresql",
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                "postgres",
                Path.of("/pgpass"),
                false,
                false,
                Optional.empty(),
                Credentials.NONE,
                Credentials.NONE,
                Credentials.NONE,
                true,
                true,
                List.of(),
                true,
                true,
                Map.of(),
                List.of("basebackup"),
                Map.of(),
                List.of(),
                Duration.ofSeconds(60),
                world.retryTimeout(),
                Map.of(),
                List.of(),
                List.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                false);
    }

    static HostPort address(String host) {
        return new HostPort(host + ".host", 5432);
    }
}
