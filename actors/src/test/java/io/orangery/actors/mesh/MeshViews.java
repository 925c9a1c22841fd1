package io.orangery.actors.mesh;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.LeaderKey;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.MemberData;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.cluster.Tags;
import io.orangery.core.policy.DcsSeen;
import io.orangery.core.policy.LeaseSeen;
import io.orangery.core.policy.Memory;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.CitusSettings;
import io.orangery.core.settings.DynamicSettings;
import io.orangery.core.settings.MeshSettings;
import io.orangery.core.settings.NodeSettings;
import io.orangery.core.settings.SynchronousMode;
import io.orangery.protocol.MemberJson;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Views as the mesh sees them: what it never looks at is absent, so that looking at it fails. */
final class MeshViews {
    static final Duration LOOP_WAIT = Duration.ofSeconds(5);

    private MeshViews() {}

    static NodeSettings settings(Optional<Integer> group, String name, MeshSettings mesh) {
        DynamicSettings dynamic = new DynamicSettings(
                Duration.ofSeconds(20),
                LOOP_WAIT,
                Duration.ofSeconds(5),
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
                new NodeId(name),
                "service",
                group.map(number -> new CitusSettings(new GroupId(number), "citus")),
                new Tags(Map.of("zone", "a")),
                dynamic,
                null,
                null,
                null,
                mesh,
                "memory",
                Map.of(),
                Path.of("state"),
                "off",
                io.orangery.core.settings.PauseSettings.DEFAULT);
    }

    static MeshSettings mesh(Optional<String> secret) {
        return new MeshSettings(true, "127.0.0.1", 0, "127.0.0.1", 0, secret);
    }

    static Member member(String name, Optional<String> meshAddress) {
        Map<String, Object> json = new TreeMap<>();
        meshAddress.ifPresent(address -> json.put(MemberJson.MESH_FIELD, address));
        MemberData data = MemberJson.read(io.orangery.protocol.Json.write(json));
        return new Member(new NodeId(name), data, "", 1);
    }

    static ClusterView cluster(
            Optional<String> leader,
            List<Member> members,
            Optional<String> meshId,
            SortedMap<GroupId, ClusterView> workers) {
        return new ClusterView(
                Optional.empty(),
                Optional.empty(),
                leader.map(name -> new LeaderKey(new NodeId(name), "", 1)),
                ClusterView.EMPTY.status(),
                members,
                Optional.empty(),
                ClusterView.EMPTY.sync(),
                ClusterView.EMPTY.history(),
                Map.of(),
                workers,
                meshId);
    }

    static View view(NodeSettings settings, DcsSeen dcs, boolean leads, Duration now) {
        LeaseSeen lease = leads
                ? new LeaseSeen.Held(now.plusSeconds(15), Duration.ZERO, now)
                : new LeaseSeen.NotHeld(Optional.empty(), Duration.ZERO);
        return new View(
                settings,
                dcs,
                lease,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Memory.BLANK,
                now,
                Instant.EPOCH,
                Duration.ZERO);
    }

    /** A standby that streams, at this position. */
    static PostgresSeen standbyAt(long position) {
        MonitoringRow row = new MonitoringRow(
                0,
                Lsn.ZERO,
                Optional.of(new Lsn(position)),
                new Lsn(position),
                Optional.of(2),
                Optional.of("streaming"),
                Optional.empty(),
                Optional.empty(),
                false,
                false,
                "on",
                "",
                List.of(),
                List.of(),
                Optional.empty(),
                "2026-01-01 00:00:00+00",
                150000);
        return new PostgresSeen(
                new DataDirectory.Empty(),
                Optional.of(1L),
                PostgresState.RUNNING,
                Duration.ZERO,
                Role.REPLICA,
                Optional.of(row),
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                Duration.ZERO);
    }
}
