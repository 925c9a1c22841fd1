package io.orangery.formation;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a formation on loopback is made of. Immutable; start from {@link #in} and change what a test is about.
 *
 * @param folder holds everything that is written, absolute; emptied at the start
 * @param groups the number of members of each group, the coordinator group first
 * @param hasCitus whether the nodes run in Citus mode; without it there is one group
 * @param dcs the kind of server for the leases
 * @param ttl the lease of a leader
 * @param agent whose agents the nodes are
 * @param jvm how Orangery's nodes, and a ZooKeeper, are started
 * @param parameters further PostgreSQL parameters of every node
 */
public record FormationPlan(
        Path folder,
        List<Integer> groups,
        boolean hasCitus,
        DcsServer.Kind dcs,
        Duration ttl,
        Agent agent,
        AgentJvm jvm,
        Map<String, Object> parameters) {

    public static final String SCOPE = "demo";

    /** The database with the distributed tables; the maintenance database is {@code postgres} as ever. */
    public static final String DATABASE = "app";

    private static final String PATRONI_PROGRAM = "patroni";
    private static final Duration DEFAULT_TTL = Duration.ofSeconds(20);

    /** Whose agents run the nodes: both read the same files and speak the same protocol. */
    public enum Agent {
        ORANGERY,
        /** The program {@code patroni} on the search path, to compare with. */
        PATRONI;

        /** Whether such nodes can be started on this machine. */
        public boolean isInstalled() {
            return this == ORANGERY || Command.exists(PATRONI_PROGRAM);
        }
    }

    public FormationPlan {
        groups = List.copyOf(groups);
        parameters = Map.copyOf(parameters);
        if (groups.isEmpty() || groups.stream().anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException(
                    "groups: " + groups + ": expected at least one group of at least one member");
        }
        if (!hasCitus && groups.size() > 1) {
            throw new IllegalArgumentException("groups: " + groups + ": only Citus has more than one group");
        }
    }

    /** A coordinator group and two worker groups of two, with ZooKeeper, started as this JVM was. */
    public static FormationPlan in(Path folder) {
        return new FormationPlan(
                folder.toAbsolutePath().normalize(),
                List.of(2, 2, 2),
                true,
                DcsServer.Kind.ZOOKEEPER,
                DEFAULT_TTL,
                Agent.ORANGERY,
                AgentJvm.likeThisOne(),
                Map.of());
    }

    public FormationPlan groups(List<Integer> sizes) {
        return new FormationPlan(folder, sizes, hasCitus, dcs, ttl, agent, jvm, parameters);
    }

    /** One group of ordinary PostgreSQL. */
    public FormationPlan withoutCitus(int members) {
        return new FormationPlan(folder, List.of(members), false, dcs, ttl, agent, jvm, parameters);
    }

    public FormationPlan dcs(DcsServer.Kind kind) {
        return new FormationPlan(folder, groups, hasCitus, kind, ttl, agent, jvm, parameters);
    }

    public FormationPlan ttl(Duration lease) {
        return new FormationPlan(folder, groups, hasCitus, dcs, lease, agent, jvm, parameters);
    }

    public FormationPlan agent(Agent other) {
        return new FormationPlan(folder, groups, hasCitus, dcs, ttl, other, jvm, parameters);
    }

    public FormationPlan jvm(AgentJvm other) {
        return new FormationPlan(folder, groups, hasCitus, dcs, ttl, agent, other, parameters);
    }

    public FormationPlan parameters(Map<String, Object> more) {
        return new FormationPlan(folder, groups, hasCitus, dcs, ttl, agent, jvm, more);
    }

    /** The command that starts an agent of this kind for the node which the file describes. */
    List<String> agentCommand(Agent kind, Path file) {
        return switch (kind) {
            case ORANGERY -> jvm.node(file);
            case PATRONI -> List.of(PATRONI_PROGRAM, file.toString());
        };
    }

    /** A quarter of the lease: {@code loop_wait + 2 * retry_timeout <= ttl} must hold. */
    long loopWaitSeconds() {
        return Math.max(1, ttl.toSeconds() / 4);
    }

    /** What is left of the lease, for two tries. */
    long retryTimeoutSeconds() {
        return Math.max(2, (ttl.toSeconds() - loopWaitSeconds()) / 2);
    }
}
