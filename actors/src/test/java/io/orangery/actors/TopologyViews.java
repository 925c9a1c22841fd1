package io.orangery.actors;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.cluster.Tags;
import io.orangery.core.policy.DcsSeen;
import io.orangery.core.policy.LeaseSeen;
import io.orangery.core.policy.Memory;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.CitusSettings;
import io.orangery.core.settings.DynamicSettings;
import io.orangery.core.settings.NodeSettings;
import io.orangery.core.settings.SynchronousMode;
import io.orangery.dcs.memory.InMemoryStore;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.StoredKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Views of the node {@code x} of group 0, from what is in the store. */
final class TopologyViews {
    private static final String BASE = "/service/demo/";

    private TopologyViews() {}

    static SortedMap<GroupId, ClusterView> groups(InMemoryStore store) {
        return ClusterKeys.groups(keys(store));
    }

    private static SortedMap<String, StoredKey> keys(InMemoryStore store) {
        SortedMap<String, StoredKey> keys = new TreeMap<>();
        store.snapshot()
                .forEach((path, entry) -> keys.put(
                        path.substring(BASE.length()),
                        new StoredKey(entry.value(), entry.version(), entry.modifyVersion(), entry.session())));
        return keys;
    }

    static View of(InMemoryStore store, Duration now, boolean leading, long postmaster) {
        ClusterView cluster = ClusterKeys.view(keys(store), Optional.of(GroupId.COORDINATOR));
        return new View(
                settings(),
                new DcsSeen.Fresh(cluster, now, now),
                leading
                        ? new LeaseSeen.Held(now.plus(TopologyWorld.TTL), Duration.ZERO, now)
                        : new LeaseSeen.NotHeld(Optional.of("taken by another"), now),
                Optional.of(postgres(now, leading, postmaster)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Memory.BLANK,
                now,
                Instant.EPOCH,
                Duration.ZERO);
    }

    private static PostgresSeen postgres(Duration now, boolean primary, long postmaster) {
        return new PostgresSeen(
                new DataDirectory.Empty(),
                Optional.of(postmaster),
                PostgresState.RUNNING,
                now,
                primary ? Role.PRIMARY : Role.REPLICA,
                Optional.empty(),
                Optional.of("not asked"),
                Map.of(),
                Optional.empty(),
                now);
    }

    /** Sections that the topology does not look at are null: it would fail if it did. */
    private static NodeSettings settings() {
        DynamicSettings dynamic = new DynamicSettings(
                TopologyWorld.TTL,
                TopologyWorld.LOOP_WAIT,
                TopologyWorld.LOOP_WAIT,
                1048576,
                -1,
                0,
                false,
                Duration.ofSeconds(300),
                Duration.ZERO,
                Duration.ZERO,
                SynchronousMode.OFF,
                false,
                1,
                Duration.ofMinutes(30),
                false,
                false,
                true,
                Map.of(),
                List.of(),
                Map.of(),
                Map.of());
        return new NodeSettings(
                "demo",
                new NodeId("x"),
                "service",
                Optional.of(new CitusSettings(GroupId.COORDINATOR, "citus")),
                Tags.NONE,
                dynamic,
                null,
                null,
                null,
                null,
                "memory",
                Map.of(),
                Path.of("/state"),
                "off",
                io.orangery.core.settings.PauseSettings.DEFAULT);
    }
}
