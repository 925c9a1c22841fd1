package io.orangery.actors;

import akka.actor.typed.ActorRef;
import io.orangery.core.citus.CitusEvent;
import io.orangery.core.citus.EventReply;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.MemberData;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.cluster.Tags;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.policy.Request;
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
import io.orangery.core.time.Ticker;
import io.orangery.dcs.Entry;
import io.orangery.dcs.Tree;
import io.orangery.protocol.MemberJson;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Node {@code a} of a plain cluster of {@code a} and {@code b}, with everything outside of it in the hands of the test. */
final class NodeWorld implements AutoCloseable {
    static final Duration TTL = Duration.ofSeconds(20);
    static final Duration LOOP_WAIT = Duration.ofSeconds(5);
    private static final String SYSTEM = "7179854923829112860";

    final HandMovedTime time = new HandMovedTime();
    final ScriptedStore store = new ScriptedStore();
    final ScriptedPostgres postgres = new ScriptedPostgres();
    final List<Integer> exits = new ArrayList<>();
    final List<CitusEvent> told = new ArrayList<>();
    Runnable onSnapshot = () -> {};
    /** Renewals, releases and publications are answered at once. */
    boolean storeAnswers = true;

    private final Passing passing = new Passing();
    private final NodeSettings settings = settings(Optional.empty());

    NodePorts ports() {
        return new NodePorts(
                store,
                postgres,
                new QuietPeers(),
                new FixedSettings(),
                passing,
                () -> "id",
                Optional::empty,
                (code, why) -> exits.add(code));
    }

    /** Time that also passes, a little, while the test does not move it: a later read is later. */
    private final class Passing implements Ticker {
        private long nanos;

        @Override
        public Duration now() {
            return time.now().plusNanos(++nanos);
        }

        @Override
        public Instant wallClock() {
            return time.wallClock();
        }
    }

    private final class QuietPeers implements Peers {
        @Override
        public CompletionStage<Map<NodeId, PeerAnswer>> ask(List<Member> members, Duration limit) {
            return CompletableFuture.completedFuture(new HashMap<>());
        }

        @Override
        public CompletionStage<Optional<EventReply>> tellCoordinator(
                Member coordinator, CitusEvent event, Duration limit) {
            told.add(event);
            return CompletableFuture.completedFuture(Optional.of(EventReply.HEARD));
        }
    }

    private final class FixedSettings implements SettingsSource {
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
    }

    // --- the node

    /** A primary that holds the lease, has nothing to do, and runs under its agent since it was adopted. */
    ActorRef<NodeActor.Command> leader() {
        primary();
        store.keys = Optional.of(keys("a"));
        ActorRef<NodeActor.Command> node = time.here(NodeActor.create(ports(), snapshot -> onSnapshot.run()));
        pass(LOOP_WAIT);
        return node;
    }

    void ask(ActorRef<NodeActor.Command> node, Request request) {
        node.tell(new NodeActor.Asked(request, false, time.testKit.system().ignoreRef()));
    }

    /** Lets time pass and, as long as {@link #storeAnswers}, the store answer. */
    void pass(Duration span) {
        for (Duration left = span; left.isPositive(); left = left.minusMillis(100)) {
            if (storeAnswers) {
                store.answerAll(TTL);
            }
            time.pass(Duration.ofMillis(100));
        }
        if (storeAnswers) {
            store.answerAll(TTL);
        }
    }

    // --- what is seen

    void primary() {
        postgres.seen = () -> seen(Optional.of(42L), PostgresState.RUNNING, Role.PRIMARY, "in production", row(false));
    }

    void standby() {
        postgres.seen =
                () -> seen(Optional.of(43L), PostgresState.RUNNING, Role.REPLICA, "in archive recovery", row(true));
    }

    void stopped() {
        postgres.seen =
                () -> seen(Optional.empty(), PostgresState.STOPPED, Role.DEMOTED, "shut down", Optional.empty());
    }

    private PostgresSeen seen(
            Optional<Long> pid, PostgresState state, Role role, String control, Optional<MonitoringRow> row) {
        var data = new ControlData(SYSTEM, control, new Lsn(900), 1, Lsn.ZERO, 0, true, 0, Map.of());
        return new PostgresSeen(
                new DataDirectory.Present(15, Optional.of(data), role == Role.REPLICA, false),
                pid,
                state,
                time.now(),
                role,
                row,
                Optional.empty(),
                Map.of(),
                Optional.of(1),
                passing.now());
    }

    private static Optional<MonitoringRow> row(boolean standby) {
        return Optional.of(new MonitoringRow(
                standby ? 0 : 1,
                standby ? Lsn.ZERO : new Lsn(1000),
                standby ? Optional.of(new Lsn(1000)) : Optional.empty(),
                standby ? new Lsn(1000) : Lsn.ZERO,
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

    static Tree keys(String leader) {
        TreeMap<String, Entry> keys = new TreeMap<>();
        keys.put("initialize", new Entry(SYSTEM, 1, 1, ""));
        keys.put("leader", new Entry(leader, 5, 5, "session"));
        for (String name : List.of("a", "b")) {
            keys.put(
                    "members/" + name,
                    new Entry(MemberJson.write(member(name, name.equals(leader))), 2, 2, "s-" + name));
        }
        return new Tree(keys);
    }

    static MemberData member(String name, boolean primary) {
        return new MemberData(
                Optional.of(new HostPort(name, 5432)),
                Optional.of("postgres://" + name + ":5432/postgres"),
                Optional.of("http://" + name + ":8008/patroni"),
                PostgresState.RUNNING,
                primary ? Role.PRIMARY : Role.REPLICA,
                Optional.empty(),
                Tags.NONE,
                Optional.empty(),
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

    // --- configuration

    static NodeSettings settings(Optional<Integer> group) {
        return new NodeSettings(
                "demo",
                new NodeId("a"),
                "service",
                group.map(number -> new CitusSettings(new GroupId(number), "citus")),
                Tags.NONE,
                dynamic(),
                postgresSettings(),
                new BootstrapSettings(true, Map.of(), "initdb", List.of(), List.of(), Optional.empty()),
                restApi(),
                new MeshSettings(false, "127.0.0.1", 0, "127.0.0.1", 0, Optional.empty()),
                "memory",
                Map.of(),
                Path.of("/state"),
                "off",
                io.orangery.core.settings.PauseSettings.DEFAULT);
    }

    private static DynamicSettings dynamic() {
        return new DynamicSettings(
                TTL,
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
    }

    private static RestApiSettings restApi() {
        return new RestApiSettings(
                "127.0.0.1",
                8008,
                "a:8008",
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

    private static PostgresSettings postgresSettings() {
        return new PostgresSettings(
                "demo",
                "a",
                "127.0.0.1",
                5432,
                new HostPort("a", 5432),
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
                true,
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
                false);
    }

    @Override
    public void close() {
        time.close();
    }
}
