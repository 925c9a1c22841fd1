package io.orangery.http;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.Tags;
import io.orangery.core.settings.BootstrapSettings;
import io.orangery.core.settings.CitusSettings;
import io.orangery.core.settings.DynamicSettings;
import io.orangery.core.settings.MeshSettings;
import io.orangery.core.settings.NodeSettings;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.PostgresSettings.Credentials;
import io.orangery.core.settings.RestApiSettings;
import io.orangery.core.settings.SynchronousMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Configurations that nothing is wrong with. */
final class SampleSettings {
    private SampleSettings() {}

    static NodeSettings node(
            String name,
            Optional<CitusSettings> citus,
            Tags tags,
            SynchronousMode mode,
            boolean paused,
            Map<String, Object> standbyCluster) {
        return new NodeSettings(
                "demo",
                new NodeId(name),
                "service",
                citus,
                tags,
                dynamic(mode, paused, standbyCluster),
                postgres(name),
                new BootstrapSettings(true, Map.of(), "initdb", List.of(), List.of(), Optional.empty()),
                restApi(),
                new MeshSettings(false, "127.0.0.1", 0, "127.0.0.1", 1, Optional.empty()),
                "etcd3",
                Map.of(),
                Path.of("state"),
                "off",
                io.orangery.core.settings.PauseSettings.DEFAULT);
    }

    private static DynamicSettings dynamic(SynchronousMode mode, boolean paused, Map<String, Object> standbyCluster) {
        return new DynamicSettings(
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                1_048_576,
                -1,
                0,
                false,
                Duration.ofSeconds(300),
                Duration.ZERO,
                Duration.ZERO,
                mode,
                false,
                1,
                Duration.ofSeconds(1800),
                false,
                paused,
                true,
                Map.of(),
                List.of(),
                standbyCluster,
                Map.of());
    }

    /** Plain HTTP on a free port of the loopback, no restrictions. */
    static RestApiSettings restApi() {
        return new RestApiSettings(
                "127.0.0.1",
                0,
                "127.0.0.1:8008",
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
                true);
    }

    private static PostgresSettings postgres(String name) {
        return new PostgresSettings(
                "demo",
                name,
                "*",
                5432,
                new HostPort("10.0.0.11", 5432),
                Optional.empty(),
                Path.of("data"),
                Path.of("data"),
                "postgresql",
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                "postgres",
                Path.of("pgpass"),
                false,
                false,
                Optional.empty(),
                Credentials.NONE,
                Credentials.NONE,
                Credentials.NONE,
                true,
                true,
                List.of(),
                false,
                false,
                Map.of(),
                List.of(),
                Map.of(),
                List.of(),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Map.of(),
                List.of(),
                List.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                false);
    }
}
