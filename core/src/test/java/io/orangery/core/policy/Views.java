package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterStatus;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.FailoverRequest;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HandOver;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.LeaderKey;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.MemberData;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.cluster.SyncKey;
import io.orangery.core.cluster.Tags;
import io.orangery.core.cluster.TimelineHistory;
import io.orangery.core.postgres.ControlData;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.BootstrapSettings;
import io.orangery.core.settings.CitusSettings;
import io.orangery.core.settings.DynamicSettings;
import io.orangery.core.settings.MeshSettings;
import io.orangery.core.settings.NodeSettings;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.RestApiSettings;
import io.orangery.core.settings.SynchronousMode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Builds the view of one node, beginning in an ordinary state: a cluster of a, b and c, nobody leads, a standby at position 1000. */
final class Views {
    static final String SYSTEM = "7179854923829112860";
    static final Duration NOW = Duration.ofSeconds(1000);

    private final String self;
    private List<String> members = List.of("a", "b", "c");
    private Optional<String> leader = Optional.empty();
    private Optional<String> initialize = Optional.of(SYSTEM);
    private LeaseSeen lease = new LeaseSeen.NotHeld(Optional.empty(), Duration.ZERO);
    private SyncKey sync = SyncKey.ABSENT;
    private SynchronousMode mode = SynchronousMode.OFF;
    private Optional<FailoverRequest> failover = Optional.empty();
    private Optional<PostgresSeen> postgres;
    private final Map<NodeId, PeerAnswer> answers = new HashMap<>();
    private boolean evidence;
    private Duration evidenceAge = Duration.ZERO;
    private boolean paused;
    private boolean standbyCluster;
    private Memory memory = Memory.BLANK;
    private Optional<Operation.Running> operation = Optional.empty();
    private Optional<Request> request = Optional.empty();
    private Map<String, Object> tags = Map.of();
    private Optional<Integer> group = Optional.empty();
    private long optime = 1000;
    private int clusterTimeline = 1;
    private Optional<DcsSeen> dcs = Optional.empty();
    private boolean bootstrapSection = true;
    private final Map<String, Map<String, Object>> tagsOfOthers = new HashMap<>();
    private boolean linearizable = true;
    private boolean usePgRewind = true;

    private Views(String self) {
        this.self = self;
        standby(1000);
    }

    static Views of(String self) {
        return new Views(self);
    }

    Views members(String... names) {
        members = List.of(names);
        return this;
    }

    Views ledBy(String name) {
        leader = Optional.of(name);
        return this;
    }

    Views initialize(String value) {
        initialize = Optional.ofNullable(value);
        return this;
    }

    Views holdingLease() {
        return leaseUntil(NOW.plusSeconds(20)).ledBy(self);
    }

    Views leaseUntil(Duration until) {
        lease = new LeaseSeen.Held(until, NOW.minusSeconds(1), NOW.minusSeconds(1));
        return this;
    }

    Views leaseUnknownUntil(Duration until) {
        lease = new LeaseSeen.Unknown(until, NOW.minusSeconds(30), NOW.minusSeconds(5), "no answer");
        return this;
    }

    Views leaseLost(String why) {
        lease = new LeaseSeen.NotHeld(Optional.of(why), NOW.minusMillis(1));
        return this;
    }

    Views dcs(DcsSeen seen) {
        dcs = Optional.of(seen);
        return this;
    }

    Views readBeforeLease() {
        linearizable = false;
        return this;
    }

    Views sync(SynchronousMode requested, String syncLeader, int quorum, String... voters) {
        mode = requested;
        sync = new SyncKey(
                Optional.of(new NodeId(syncLeader)),
                Arrays.stream(voters).map(NodeId::new).collect(Collectors.toSet()),
                quorum,
                7);
        return this;
    }

    Views failover(String from, String to) {
        failover = Optional.of(new FailoverRequest(
                Optional.ofNullable(from).map(NodeId::new),
                Optional.ofNullable(to).map(NodeId::new),
                Optional.empty(),
                false,
                11));
        return this;
    }

    /** A switchover whose former leader has stopped; written in the transaction that wrote the keys with this modification number. */
    Views handedOver(String from, String to, HandOver left, long modified) {
        failover = Optional.of(new FailoverRequest(
                Optional.of(new NodeId(from)),
                Optional.of(new NodeId(to)),
                Optional.empty(),
                false,
                11,
                Optional.of(left),
                modified));
        return this;
    }

    Views scheduledSwitchover(String from, String to) {
        failover = Optional.of(new FailoverRequest(
                Optional.of(new NodeId(from)), Optional.of(new NodeId(to)), Optional.of(Instant.MAX), false, 11));
        return this;
    }

    Views standby(long position) {
        postgres = Optional.of(seen(
                present("in archive recovery", true),
                Optional.of(42L),
                PostgresState.RUNNING,
                Role.REPLICA,
                row(0, position)));
        return this;
    }

    Views primary(long position) {
        return primary(position, 1);
    }

    Views primary(long position, int timeline) {
        postgres = Optional.of(seen(
                present("in production", false),
                Optional.of(42L),
                PostgresState.RUNNING,
                Role.PRIMARY,
                row(timeline, position)));
        return this;
    }

    /** A primary whose server does not answer in time. */
    Views silentPrimary() {
        postgres = Optional.of(seen(
                present("in production", false),
                Optional.of(42L),
                PostgresState.RUNNING,
                Role.PRIMARY,
                Optional.empty()));
        return this;
    }

    Views stopped(String controlState, PostgresState state, Role role) {
        postgres = Optional.of(seen(
                present(controlState, controlState.contains("recovery") && !controlState.equals("in crash recovery")),
                Optional.empty(),
                state,
                role,
                Optional.empty()));
        return this;
    }

    Views emptyDirectory() {
        postgres = Optional.of(seen(
                new DataDirectory.Empty(),
                Optional.empty(),
                PostgresState.STOPPED,
                Role.UNINITIALIZED,
                Optional.empty()));
        return this;
    }

    Views unseenPostgres() {
        postgres = Optional.empty();
        return this;
    }

    /** What the others answered, asked on the present keys. */
    Views answer(String peer, PeerAnswer answer) {
        answers.put(new NodeId(peer), answer);
        evidence = true;
        return this;
    }

    Views standbyAt(String peer, long position) {
        return answer(
                peer,
                new PeerAnswer.Answered(
                        true,
                        new Lsn(position),
                        1,
                        new Tags(tagsOfOthers.getOrDefault(peer, Map.of())),
                        false,
                        true,
                        Optional.of(SYSTEM)));
    }

    static PeerAnswer answered(boolean inRecovery, long position, int timeline) {
        return new PeerAnswer.Answered(
                inRecovery, new Lsn(position), timeline, Tags.NONE, false, true, Optional.of(SYSTEM));
    }

    /** Postgres without a data directory that could be read. */
    Views directory(DataDirectory directory) {
        postgres = postgres.map(seen -> new PostgresSeen(
                directory,
                seen.postmaster(),
                seen.state(),
                seen.stateSince(),
                seen.role(),
                seen.row(),
                seen.rowFailure(),
                seen.pendingRestart(),
                seen.replicationTimeline(),
                seen.lookedAt()));
        return this;
    }

    Views aliveAsPrimary(String peer) {
        return answer(
                peer, new PeerAnswer.Answered(false, new Lsn(1000), 1, Tags.NONE, false, true, Optional.of(SYSTEM)));
    }

    Views silent(String peer) {
        return answer(peer, new PeerAnswer.Silent("connection refused"));
    }

    Views evidenceAge(Duration age) {
        evidenceAge = age;
        return this;
    }

    Views paused() {
        paused = true;
        return this;
    }

    Views standbyCluster() {
        standbyCluster = true;
        return this;
    }

    Views memory(Memory remembered) {
        memory = remembered;
        return this;
    }

    Views formerLeader(String name) {
        ClusterView old =
                of(self).members(members.toArray(String[]::new)).ledBy(name).cluster();
        memory = memory.withLastWithLeader(old);
        return this;
    }

    Views during(Operation.Kind kind) {
        operation = Optional.of(new Operation.Running(kind, NOW.minusSeconds(1)));
        return this;
    }

    Views request(Request asked) {
        request = Optional.of(asked);
        return this;
    }

    Views tag(String tag, Object value) {
        tags = Map.of(tag, value);
        return this;
    }

    Views tagOf(String peer, String tag, Object value) {
        tagsOfOthers.put(peer, Map.of(tag, value));
        return this;
    }

    Views group(int number) {
        group = Optional.of(number);
        return this;
    }

    Views optime(long bytes) {
        optime = bytes;
        return this;
    }

    Views clusterTimeline(int timeline) {
        clusterTimeline = timeline;
        return this;
    }

    Views withoutBootstrapSection() {
        bootstrapSection = false;
        return this;
    }

    Views withoutPgRewind() {
        usePgRewind = false;
        return this;
    }

    View build() {
        ClusterView cluster = cluster();
        DcsSeen seen = dcs.orElseGet(() -> new DcsSeen.Fresh(cluster, NOW, linearizable ? NOW : NOW.minusSeconds(10)));
        return new View(
                settings(),
                seen,
                lease,
                postgres,
                evidence
                        ? Optional.of(
                                new Evidence(NOW.minus(evidenceAge), Evidence.Basis.of(cluster), Map.copyOf(answers)))
                        : Optional.empty(),
                operation,
                request,
                memory,
                NOW,
                Instant.EPOCH,
                Duration.ZERO);
    }

    Decision decide() {
        return NodePolicy.decide(build());
    }

    ClusterView cluster() {
        List<Member> keys = new ArrayList<>();
        members.forEach(name -> keys.add(new Member(new NodeId(name), data(name), "s-" + name, 1)));
        List<TimelineHistory.Entry> history = new ArrayList<>();
        for (int timeline = 1; timeline < clusterTimeline; timeline++) {
            history.add(new TimelineHistory.Entry(timeline, new Lsn(1), "", Optional.empty(), Optional.empty()));
        }
        return new ClusterView(
                initialize,
                Optional.empty(),
                leader.map(name -> new LeaderKey(new NodeId(name), "s-" + name, 5)),
                new ClusterStatus(new Lsn(optime), Map.of(), List.of(), 3),
                List.copyOf(keys),
                failover,
                sync,
                new TimelineHistory(history, true, 2),
                Map.of(),
                new TreeMap<GroupId, ClusterView>(),
                Optional.empty());
    }

    private MemberData data(String name) {
        boolean leads = leader.filter(name::equals).isPresent();
        return new MemberData(
                Optional.of(new HostPort(name + ".host", 5432)),
                Optional.of("postgres://" + name + ".host:5432/postgres"),
                Optional.of("http://" + name + ".host:8008/patroni"),
                PostgresState.RUNNING,
                leads ? Role.PRIMARY : Role.REPLICA,
                Optional.of("4.1.4"),
                new Tags(tagsOfOthers.getOrDefault(name, Map.of())),
                Optional.of(new Lsn(1000)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(1),
                Map.of(),
                false,
                true,
                false,
                Optional.empty(),
                Map.of());
    }

    private static DataDirectory present(String controlState, boolean standbySignal) {
        return new DataDirectory.Present(
                15,
                Optional.of(new ControlData(SYSTEM, controlState, new Lsn(900), 1, Lsn.ZERO, 0, true, 0, Map.of())),
                standbySignal,
                false);
    }

    private static PostgresSeen seen(
            DataDirectory directory, Optional<Long> pid, PostgresState state, Role role, Optional<MonitoringRow> row) {
        return new PostgresSeen(
                directory,
                pid,
                state,
                NOW.minusSeconds(60),
                role,
                row,
                Optional.empty(),
                Map.of(),
                Optional.of(1),
                NOW);
    }

    private static Optional<MonitoringRow> row(int timeline, long position) {
        boolean standby = timeline == 0;
        return Optional.of(new MonitoringRow(
                timeline,
                standby ? Lsn.ZERO : new Lsn(position),
                standby ? Optional.of(new Lsn(position)) : Optional.empty(),
                standby ? new Lsn(position) : Lsn.ZERO,
                standby ? Optional.of(1) : Optional.empty(),
                standby ? Optional.of("streaming") : Optional.empty(),
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
                150000));
    }

    private NodeSettings settings() {
        DynamicSettings dynamic = new DynamicSettings(
                Duration.ofSeconds(20),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                1048576,
                -1,
                0,
                false,
                Duration.ofSeconds(300),
                Duration.ZERO,
                Duration.ZERO,
                mode,
                false,
                1,
                Duration.ofMinutes(30),
                false,
                paused,
                true,
                Map.of(),
                List.of(),
                standbyCluster ? Map.of("host", "elsewhere") : Map.of(),
                Map.of("ttl", 20));
        return new NodeSettings(
                "demo",
                new NodeId(self),
                "service",
                group.map(number -> new CitusSettings(new GroupId(number), "citus")),
                new Tags(tags),
                dynamic,
                postgresSettings(),
                new BootstrapSettings(
                        bootstrapSection, Map.of("ttl", 20), "initdb", List.of(), List.of(), Optional.empty()),
                restApi(),
                new MeshSettings(false, "127.0.0.1", 0, "127.0.0.1", 0, Optional.empty()),
                "etcd3",
                Map.of(),
                Path.of("/state"),
                "off",
                io.orangery.core.settings.PauseSettings.DEFAULT);
    }

    private RestApiSettings restApi() {
        return new RestApiSettings(
                "127.0.0.1",
                8008,
                self + ".host:8008",
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

    private PostgresSettings postgresSettings() {
        return new PostgresSettings(
                "demo",
                self,
                "127.0.0.1",
                5432,
                new HostPort(self + ".host", 5432),
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
                PostgresSettings.Credentials.NONE,
                PostgresSettings.Credentials.NONE,
                PostgresSettings.Credentials.NONE,
                usePgRewind,
                true,
                List.of(),
                false,
                false,
                Map.of(),
                List.of("basebackup"),
                Map.of(),
                List.of(),
                Duration.ofSeconds(60),
                Duration.ofSeconds(5),
                Map.of(),
                List.of(),
                List.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                group.isPresent());
    }

    /** For assertions that name members. */
    static Set<NodeId> nodes(String... names) {
        return Arrays.stream(names).map(NodeId::new).collect(Collectors.toSet());
    }
}
