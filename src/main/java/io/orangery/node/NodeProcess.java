package io.orangery.node;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import com.typesafe.config.ConfigFactory;
import io.orangery.Main;
import io.orangery.actors.NodeActor;
import io.orangery.actors.NodePorts;
import io.orangery.actors.SettingsSource;
import io.orangery.actors.Situation;
import io.orangery.actors.mesh.Mesh;
import io.orangery.actors.mesh.MeshPeers;
import io.orangery.actors.mesh.MeshTls;
import io.orangery.config.Configuration;
import io.orangery.config.LocalConfiguration;
import io.orangery.config.TimingLimits;
import io.orangery.core.policy.Request;
import io.orangery.core.settings.NodeSettings;
import io.orangery.core.time.Ticker;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsPlugins;
import io.orangery.dcs.DcsProvider;
import io.orangery.dcs.DcsSettings;
import io.orangery.http.RestServer;
import io.orangery.http.tls.MutualTls;
import io.orangery.postgres.HostPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One agent: checks what it was given, connects everything, runs until it is told to stop. */
public final class NodeProcess {
    private static final Logger LOG = LoggerFactory.getLogger(NodeProcess.class);

    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicInteger exitCode = new AtomicInteger();
    private final AtomicReference<Situation.Snapshot> board = new AtomicReference<>();
    private final Systemd systemd;

    private NodeProcess(Systemd systemd) {
        this.systemd = systemd;
    }

    /**
     * Runs an agent in the foreground.
     *
     * @return exit code of the process
     */
    public static int run(Optional<Path> file, Map<String, String> environment) {
        try {
            LocalConfiguration local = LocalConfiguration.load(file, environment);
            Logging.apply(Configuration.log(local));
            refuseRoot();
            return new NodeProcess(new Systemd(Optional.ofNullable(environment.get("NOTIFY_SOCKET")))).run(local);
        } catch (io.orangery.config.InvalidConfiguration | DcsProvider.InvalidDcsSection invalid) {
            LOG.error("the configuration cannot be used:\n{}", invalid.getMessage());
            return 1;
        } catch (StartRefused refused) {
            LOG.error("not starting: {}", refused.getMessage());
            return 1;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private static void refuseRoot() throws StartRefused {
        try {
            if (Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid && uid == 0) {
                throw new StartRefused(
                        "the agent must not run as root, as PostgreSQL must not; start it as the user who owns the data directory");
            }
        } catch (java.io.IOException | UnsupportedOperationException notLinux) {
            LOG.debug("the user cannot be determined: {}", notLinux.toString());
        }
    }

    private int run(LocalConfiguration local) throws StartRefused, InterruptedException {
        ConfiguredSettings source = new ConfiguredSettings(configuration(), local);
        NodeSettings settings = source.current();
        Ticker ticker = new SystemTicker();
        HostPostgres postgres = new HostPostgres(settings.postgres(), settings.stateDir(), ticker);
        StartChecks.tools(postgres.installation(), settings);
        StateDirectory state = StateDirectory.hold(settings.stateDir());
        try (Dcs dcs = openStore(settings);
                PeerConnections peers = new PeerConnections(settings.restApi(), Main.version())) {
            LOG.info(
                    "starting {} of {}{}",
                    settings.name(),
                    settings.scope(),
                    settings.group().map(group -> ", group " + group).orElse(""));
            StartChecks.ports(settings, postgres);
            StartChecks.uniqueName(dcs, settings, peers, ticker, postgres);
            return run(source, dcs, postgres, peers, ticker);
        } finally {
            postgres.close();
            state.close();
        }
    }

    private int run(SettingsSource source, Dcs dcs, HostPostgres postgres, PeerConnections peers, Ticker ticker)
            throws StartRefused, InterruptedException {
        NodeSettings settings = source.current();
        SystemRandomness ids = new SystemRandomness();
        try (Mesh mesh = Mesh.start(settings, MutualTls.read(settings.restApi()).map(MeshTls::new), dcs, ticker, ids)) {
            NodePorts ports = new NodePorts(
                    dcs,
                    postgres,
                    new MeshPeers(mesh, peers, settings.group(), ticker),
                    source,
                    ticker,
                    ids,
                    mesh::address,
                    this::exit);
            return run(ports, peers, mesh, settings);
        }
    }

    private int run(NodePorts ports, PeerConnections peers, Mesh mesh, NodeSettings settings)
            throws StartRefused, InterruptedException {
        Topology topology = Topology.of(settings, ports);
        ActorSystem<NodeActor.Command> system = ActorSystem.create(
                NodeActor.create(ports, snapshot -> {
                    board.set(snapshot);
                    topology.observe(snapshot.view());
                    mesh.observe(snapshot.view());
                }),
                "node",
                ConfigFactory.parseResources("node.conf").withFallback(ConfigFactory.load()));
        try {
            topology.spawn(system);
            ActorAgent agent = new ActorAgent(system, ports, system, board, topology::tell);
            mesh.attach(new MeshNode(agent, ports.postgres()));
            return serve(system, ports, peers, agent, settings);
        } finally {
            system.terminate();
            topology.close();
        }
    }

    private int serve(
            ActorSystem<NodeActor.Command> system,
            NodePorts ports,
            PeerConnections peers,
            ActorAgent agent,
            NodeSettings settings)
            throws StartRefused, InterruptedException {
        RestServer rest = listen(system, ports, peers, settings, agent);
        Signals.on("TERM", () -> stop(system));
        Signals.on("INT", () -> stop(system));
        Signals.on("HUP", () -> reload(system, ports, rest));
        systemd.ready();
        ended.await();
        await(rest.stop(), "the REST server did not stop");
        return exitCode.get();
    }

    private static RestServer listen(
            ActorSystem<?> system, NodePorts ports, PeerConnections peers, NodeSettings settings, ActorAgent agent)
            throws StartRefused, InterruptedException {
        var surroundings =
                new RestServer.Surroundings(agent, peers.rest(), ports.ticker(), ports.ids(), Main.version());
        try {
            return RestServer.start(system, surroundings, settings.restApi())
                    .toCompletableFuture()
                    .get();
        } catch (ExecutionException failure) {
            throw new StartRefused(failure.getCause().getMessage());
        }
    }

    private void reload(ActorSystem<NodeActor.Command> system, NodePorts ports, RestServer rest) {
        systemd.reloading(SystemTicker.monotonicMicros());
        AskPattern.<NodeActor.Command, NodeActor.Reply>ask(
                        system, NodeActor.Reload::new, Duration.ofSeconds(10), system.scheduler())
                .thenCompose(reply -> rest.reload(ports.settings().current().restApi()))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        LOG.error("the reload is not complete: {}", failure.toString());
                    }
                    systemd.ready();
                });
    }

    private static void await(CompletionStage<?> stage, String otherwise) throws InterruptedException {
        try {
            stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            LOG.warn("{}: {}", otherwise, failure.toString());
        }
    }

    /** The plugins at hand decide which sections count, and how short a lease each can hold. */
    private static Configuration configuration() {
        DcsPlugins plugins = DcsPlugins.installed();
        Map<String, Integer> floors = new TreeMap<>();
        plugins.sections()
                .forEach(section -> floors.put(
                        section, (int) plugins.forSection(section).minimumTtl().toSeconds()));
        return new Configuration(floors, TimingLimits.WITHOUT_FENCE);
    }

    private static Dcs openStore(NodeSettings settings) {
        DcsProvider provider = DcsPlugins.installed().forSection(settings.dcsSection());
        return provider.open(dcsSettings(settings));
    }

    private static DcsSettings dcsSettings(NodeSettings settings) {
        return new DcsSettings(
                settings.dcs(),
                settings.dcsSection(),
                settings.namespace(),
                settings.scope(),
                settings.group().map(group -> group.number()),
                settings.coordinator(),
                Optional.of(settings.name().name()),
                settings.dynamic().ttl(),
                settings.dynamic().loopWait(),
                settings.dynamic().retryTimeout());
    }

    /** The actors have said why. */
    private void exit(int code, String why) {
        exitCode.set(code);
        ended.countDown();
    }

    /** SIGTERM and SIGINT: PostgreSQL is stopped as the specification says, then the process ends by itself. */
    private void stop(ActorSystem<NodeActor.Command> system) {
        systemd.stopping();
        system.tell(new NodeActor.Asked(new Request.Shutdown(), false, system.ignoreRef()));
    }
}
