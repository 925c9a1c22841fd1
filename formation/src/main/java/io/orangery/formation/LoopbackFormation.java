package io.orangery.formation;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A whole formation on loopback: a server for the leases and nodes in groups, each a real process. Nothing of it is left when
 * {@link #close} returns, and {@code close} also runs when this JVM is ended by Ctrl-C or SIGTERM. Thread-safe to close.
 */
public final class LoopbackFormation implements AutoCloseable {

    /** How long agents may take to stop their PostgreSQL before everything is killed. */
    private static final Duration STOP = Duration.ofSeconds(20);

    private static final int FIRST_REST_PORT = 18_001;
    private static final int FIRST_POSTGRES_PORT = 15_001;

    /** The mesh listens this much above the REST port. */
    private static final int MESH_OFFSET = 10_000;

    private final FormationPlan plan;
    private final PostgresInstallation postgres;
    private final UnprivilegedUser user;
    private final WorkFolder work;
    private final Secrets secrets = Secrets.draw();
    private final List<FormationNode> nodes = new CopyOnWriteArrayList<>();
    private final Thread atExit = new Thread(this::stopEverything, "stop-formation");
    private DcsServer dcs;
    private boolean stopped;

    private LoopbackFormation(
            FormationPlan plan, PostgresInstallation postgres, UnprivilegedUser user, WorkFolder work) {
        this.plan = plan;
        this.postgres = postgres;
        this.user = user;
        this.work = work;
    }

    /**
     * Prepares folder and files and starts the server for the leases; the nodes are started by {@link #startNodes}. In Citus
     * mode an installation without Citus gets the stand-in, in a private copy.
     *
     * @throws IOException when the folder holds something else, or a process cannot be started
     * @throws TimeoutException when the server for the leases does not answer
     */
    public static LoopbackFormation prepare(FormationPlan plan, PostgresInstallation installed)
            throws IOException, TimeoutException {
        UnprivilegedUser user = UnprivilegedUser.current();
        WorkFolder work = WorkFolder.take(plan.folder());
        user.own(plan.folder());
        boolean needsStandIn = plan.hasCitus() && !installed.hasCitus();
        Path copy = plan.folder().resolve("pg");
        PostgresInstallation postgres = needsStandIn ? StandInCitus.install(installed, copy) : installed;
        if (needsStandIn) {
            user.own(copy); // with a strict umask nobody else could enter its folders
        }
        FormationPlan readable = plan.jvm(plan.jvm().readableBy(user, plan.folder()));
        LoopbackFormation formation = new LoopbackFormation(readable, postgres, user, work);
        Runtime.getRuntime().addShutdownHook(formation.atExit);
        try {
            formation.startDcs();
            formation.writeNodes();
            return formation;
        } catch (IOException | TimeoutException | RuntimeException failed) {
            formation.close();
            throw failed;
        }
    }

    private void startDcs() throws IOException, TimeoutException {
        dcs = switch (plan.dcs()) {
            case ZOOKEEPER -> ZooKeeperServerProcess.start(plan.folder().resolve("zookeeper"), user, plan.jvm());
            case ETCD -> EtcdServerProcess.start(plan.folder().resolve("etcd"), user);
        };
    }

    private void writeNodes() throws IOException {
        NodeFile content = new NodeFile(plan, postgres, dcs.section(), secrets);
        for (int group = 0; group < plan.groups().size(); group++) {
            for (int member = 1; member <= plan.groups().get(group); member++) {
                String name = group == 0 ? "coord" + member : "work" + group + "-" + member;
                FormationNode node = new FormationNode(
                        name,
                        group,
                        FreePorts.from(FIRST_REST_PORT, MESH_OFFSET),
                        FreePorts.from(FIRST_POSTGRES_PORT),
                        plan,
                        user);
                node.writeFile(content);
                nodes.add(node);
            }
        }
    }

    /** Starts every agent and returns at once. */
    public void startNodes() throws IOException {
        for (FormationNode node : nodes) {
            node.start();
        }
    }

    public FormationPlan plan() {
        return plan;
    }

    /** The installation in use; the private copy with the stand-in where Citus is not installed. */
    public PostgresInstallation postgres() {
        return postgres;
    }

    public DcsServer dcs() {
        return dcs;
    }

    public List<FormationNode> nodes() {
        return List.copyOf(nodes);
    }

    /** The nodes of each group, by group number. */
    public Map<Integer, List<FormationNode>> groups() {
        Map<Integer, List<FormationNode>> groups = new LinkedHashMap<>();
        IntStream.range(0, plan.groups().size()).forEach(group -> groups.put(group, group(group)));
        return groups;
    }

    public List<FormationNode> group(int group) {
        return nodes.stream().filter(node -> node.group() == group).toList();
    }

    /** The node of this name. */
    public FormationNode node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no node " + name));
    }

    /** Asks the nodes' REST APIs. */
    public NodeRest rest() {
        return new NodeRest("orangery", secrets.api());
    }

    /** The password of PostgreSQL's superuser {@code postgres}, for tools that are not given a connection. */
    public String superuserPassword() {
        return secrets.superuser();
    }

    /**
     * The JDBC address by which an application finds the primary of the coordinator group, also after its failover: all members
     * are named and the driver looks for the one that accepts writes, remembering nothing about the others.
     */
    public String coordinatorUrl() {
        String hosts = group(0).stream()
                .map(node -> "127.0.0.1:" + node.postgresPort())
                .collect(Collectors.joining(","));
        return "jdbc:postgresql://" + hosts + "/" + (plan.hasCitus() ? FormationPlan.DATABASE : "postgres")
                + "?targetServerType=primary&hostRecheckSeconds=0";
    }

    /** A new connection, as superuser, to the primary of the coordinator group. */
    public Connection connectToCoordinator() throws SQLException {
        return connect(coordinatorUrl());
    }

    /** A new connection, as superuser, to the PostgreSQL of one node, whatever its role. */
    public Connection connect(FormationNode node, String database) throws SQLException {
        return connect("jdbc:postgresql://127.0.0.1:" + node.postgresPort() + "/" + database);
    }

    private Connection connect(String url) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "postgres");
        properties.setProperty("password", secrets.superuser());
        properties.setProperty("connectTimeout", "3");
        properties.setProperty("loginTimeout", "5");
        // Longer than any pause: a frozen server ends a client's patience, a paused group does not.
        properties.setProperty("socketTimeout", Long.toString(2 * plan.ttl().toSeconds() + 30));
        return DriverManager.getConnection(url, properties);
    }

    /** Stops everything; files stay. Returns when no process is left. May be called twice. */
    @Override
    public void close() {
        stopEverything();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException alreadyExiting) {
            // The hook has just been waited for by stopEverything.
        }
    }

    private synchronized void stopEverything() {
        if (stopped) {
            return;
        }
        stopped = true;
        nodes.forEach(FormationNode::retire);
        List<Thread> stopping = nodes.stream()
                .map(node -> Thread.ofVirtual().start(() -> node.stopAgent(STOP)))
                .toList();
        stopping.forEach(LoopbackFormation::join);
        nodes.forEach(FormationNode::stopPostgres);
        if (dcs != null) {
            dcs.close();
        }
        try {
            WorkFolder.stopLeftovers(plan.folder());
        } catch (IOException folderIsGone) {
            // Then nobody works in it either.
        }
        work.close();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
