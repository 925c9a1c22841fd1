package io.orangery.http;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.MemberData.ChangedParameter;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.cluster.Tags;
import io.orangery.core.policy.DcsSeen;
import io.orangery.core.policy.LeaseSeen;
import io.orangery.core.policy.Memory;
import io.orangery.core.policy.Operation;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.ControlData;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.CitusSettings;
import io.orangery.core.settings.SynchronousMode;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.StoredKey;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Views of a node of the cluster of rest-api 22: alpha leads, bravo and charlie stream from it. Starts in that state, healthy. */
final class NodeBuilder {
    static final Duration NOW = Duration.ofSeconds(1_000);
    static final Instant WALL = Instant.parse("2026-11-22T22:30:00Z");
    static final long POSITION = 50_331_744;

    private final String name;
    private final SortedMap<String, StoredKey> keys = new TreeMap<>();
    private final Map<String, Object> tags = new LinkedHashMap<>(Map.of("clonefrom", true));
    private Optional<CitusSettings> citus = Optional.empty();
    private LeaseSeen lease;
    private boolean reachable = true;
    private boolean paused;
    private SynchronousMode mode = SynchronousMode.OFF;
    private Map<String, Object> standbyCluster = Map.of();
    private PostgresState state = PostgresState.RUNNING;
    private Role role;
    private boolean answers = true;
    private boolean inRecovery;
    private boolean streaming = true;
    private long replayed = POSITION;
    private Map<String, ChangedParameter> pending = Map.of();
    private Optional<Operation.Running> operation = Optional.empty();
    private Map<String, Long> lastPause = Map.of();
    private Memory memory = Memory.BLANK;

    private NodeBuilder(String name, boolean primary) {
        this.name = name;
        this.inRecovery = !primary;
        this.role = primary ? Role.PRIMARY : Role.REPLICA;
        this.lease =
                primary ? held(Duration.ofSeconds(30)) : new LeaseSeen.NotHeld(Optional.empty(), NOW.minusSeconds(60));
        key("leader", "alpha");
        key("initialize", "7711124659357654545");
        key("status", "{\"optime\":" + POSITION + "}");
        key("config", "{\"ttl\":30,\"loop_wait\":10,\"retry_timeout\":10}");
        key(
                "history",
                "[[1,50604840,\"no recovery target specified\",\"2026-11-22T22:23:48.488958+00:00\",\"alpha\"]]");
        member("alpha", 11, "primary", "");
        member(
                "bravo",
                12,
                "replica",
                ",\"replication_state\":\"streaming\",\"receive_lsn\":50331744,\"replay_lsn\":50331700");
        member("charlie", 13, "replica", "");
    }

    static NodeBuilder primary() {
        return new NodeBuilder("alpha", true);
    }

    static NodeBuilder replica() {
        return new NodeBuilder("bravo", false);
    }

    private static LeaseSeen held(Duration rest) {
        return new LeaseSeen.Held(NOW.plus(rest), Duration.ofSeconds(10), NOW.minusSeconds(1));
    }

    private void member(String member, int host, String memberRole, String more) {
        key("members/" + member, """
                {"conn_url":"postgres://10.0.0.%d:5432/postgres","api_url":"http://10.0.0.%d:8008/patroni","state":"running",\
                "role":"%s","version":"4.1.4","xlog_location":50331744,"timeline":1%s}""".formatted(host, host, memberRole, more));
    }

    NodeBuilder key(String path, String value) {
        keys.put(path, new StoredKey(value, keys.size() + 1, keys.size() + 1, ""));
        return this;
    }

    NodeBuilder withoutKey(String path) {
        keys.remove(path);
        return this;
    }

    NodeBuilder tag(String tag, Object value) {
        tags.put(tag, value);
        return this;
    }

    NodeBuilder leaseEndsIn(Duration rest) {
        lease = held(rest);
        return this;
    }

    NodeBuilder withoutLease() {
        lease = new LeaseSeen.NotHeld(Optional.empty(), NOW.minusSeconds(60));
        return this;
    }

    NodeBuilder storeUnreachable() {
        reachable = false;
        return this;
    }

    NodeBuilder paused() {
        paused = true;
        return key("config", "{\"ttl\":30,\"loop_wait\":10,\"retry_timeout\":10,\"pause\":true}");
    }

    NodeBuilder synchronous(SynchronousMode synchronousMode, String standbys) {
        mode = synchronousMode;
        String value = synchronousMode == SynchronousMode.QUORUM ? "\"quorum\"" : "true";
        key("config", "{\"ttl\":30,\"synchronous_mode\":" + value + "}");
        return key("sync", "{\"leader\":\"alpha\",\"quorum\":0,\"sync_standby\":\"" + standbys + "\"}");
    }

    NodeBuilder standbyCluster() {
        standbyCluster = Map.of("host", "10.1.0.1");
        inRecovery = true;
        role = lease instanceof LeaseSeen.Held ? Role.STANDBY_LEADER : Role.REPLICA;
        return key("config", "{\"ttl\":30,\"standby_cluster\":{\"host\":\"10.1.0.1\"}}");
    }

    NodeBuilder state(PostgresState next) {
        state = next;
        answers = false;
        return this;
    }

    NodeBuilder silent() {
        answers = false;
        return this;
    }

    NodeBuilder notStreaming() {
        streaming = false;
        return this;
    }

    NodeBuilder replayed(long position) {
        replayed = position;
        return this;
    }

    NodeBuilder pendingRestart() {
        pending = Map.of("max_connections", new ChangedParameter("30", "40"));
        return this;
    }

    NodeBuilder busyWith(Operation.Kind kind) {
        operation = Optional.of(new Operation.Running(kind, NOW));
        return this;
    }

    NodeBuilder worker() {
        citus = Optional.of(new CitusSettings(new GroupId(1), "citus"));
        return this;
    }

    /** Writes were held for the last change. */
    NodeBuilder paused(Map<String, Long> millis) {
        lastPause = millis;
        return this;
    }

    NodeBuilder failed(Operation.Kind kind, String why, Duration at) {
        memory = memory.withFailure(Optional.of(new Memory.Failure(kind, why, at)));
        return this;
    }

    NodeBuilder coordinator() {
        citus = Optional.of(new CitusSettings(GroupId.COORDINATOR, "citus"));
        return this;
    }

    ClusterView cluster() {
        return ClusterKeys.view(keys, Optional.empty());
    }

    Agent.Seen seen() {
        return new Agent.Seen(view(), Optional.of("no action"), Optional.empty(), lastPause);
    }

    View view() {
        DcsSeen dcs = reachable
                ? new DcsSeen.Fresh(cluster(), NOW.minusSeconds(2), NOW.minusSeconds(2))
                : new DcsSeen.Unreachable(Optional.of(cluster()), NOW.minusSeconds(5), "no endpoint answers");
        return new View(
                SampleSettings.node(name, citus, new Tags(tags), mode, paused, standbyCluster),
                dcs,
                lease,
                Optional.of(postgres()),
                Optional.empty(),
                operation,
                Optional.empty(),
                memory,
                NOW,
                WALL,
                Duration.ZERO);
    }

    private PostgresSeen postgres() {
        ControlData control = new ControlData(
                "7711124659357654545", "in production", new Lsn(POSITION), 1, Lsn.ZERO, 0, true, 0, Map.of());
        Optional<MonitoringRow> row = answers ? Optional.of(row()) : Optional.empty();
        return new PostgresSeen(
                new DataDirectory.Present(15, Optional.of(control), inRecovery, false),
                Optional.of(4711L),
                state,
                NOW.minusSeconds(60),
                role,
                row,
                answers ? Optional.empty() : Optional.of("no answer"),
                pending,
                Optional.of(1),
                NOW);
    }

    private MonitoringRow row() {
        boolean receiving = inRecovery && streaming;
        return new MonitoringRow(
                inRecovery ? 0 : 1,
                inRecovery ? Lsn.ZERO : new Lsn(POSITION),
                inRecovery ? Optional.of(new Lsn(replayed)) : Optional.empty(),
                inRecovery ? new Lsn(POSITION) : Lsn.ZERO,
                receiving ? Optional.of(1) : Optional.empty(),
                receiving ? Optional.of("streaming") : Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                inRecovery && !streaming,
                "on",
                "",
                inRecovery ? List.of() : List.of(standby()),
                List.of(),
                inRecovery ? Optional.of("2026-11-22 22:26:10.352631+00") : Optional.empty(),
                "2026-11-22 22:21:59.403556+00",
                150_020);
    }

    private static MonitoringRow.Standby standby() {
        return new MonitoringRow.Standby(
                99,
                "bravo",
                "replicator",
                "10.0.0.12",
                40_000,
                "streaming",
                "async",
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
