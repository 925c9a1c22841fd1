package io.orangery.simulation;

import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.SyncKey;
import io.orangery.core.settings.SynchronousMode;
import io.orangery.core.sync.QuorumState;
import io.orangery.core.sync.StandbySet;
import io.orangery.core.sync.SynchronousStandbyNames;
import io.orangery.core.sync.SynchronousStandbyNames.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** What must hold after every event, whatever goes wrong (ha-behaviour 3). */
final class Invariants {
    private final World world;
    /** Rows acknowledged while /sync named the server as its keeper: these are promised. */
    private final SortedSet<Long> promised = new TreeSet<>();

    private final SortedSet<Long> acknowledged = new TreeSet<>();
    private String checkedNames = "";
    private SyncKey checkedKey = SyncKey.ABSENT;

    Invariants(World world) {
        this.world = world;
    }

    SortedSet<Long> acknowledgedRows() {
        return acknowledged;
    }

    void acknowledged(PostgresServer server, long row) {
        acknowledged.add(row);
        if (world.host(server.host()).unfenced()) {
            return;
        }
        if (sync().leaderIs(new NodeId(server.host()))) {
            promised.add(row);
        }
    }

    /** A later primary has everything that was promised. */
    void becameWritable(PostgresServer server) {
        SortedSet<Long> missing = new TreeSet<>(promised);
        missing.removeAll(server.wal().rows());
        if (!missing.isEmpty()) {
            violated(server.host() + " became primary without " + missing.size() + " acknowledged rows: " + missing);
        }
    }

    void check() {
        List<String> writers = new ArrayList<>();
        for (Host host : world.hosts()) {
            if (host.acceptsWrites() && !host.unfenced()) {
                writers.add(host.name());
                checkLease(host);
                checkSync(host);
            }
        }
        if (writers.size() > 1) {
            violated("two servers accept writes: " + writers);
        }
    }

    /** S1: whoever may be written to is not known to the store as dethroned. */
    private void checkLease(Host host) {
        Optional<String> leader = world.keys().leader();
        if (leader.filter(name -> !name.equals(host.name())).isPresent()) {
            violated(host.name() + " accepts writes while the leader key names " + leader.get());
        }
    }

    /** S7 and S8, for the server that keeps /sync. */
    private void checkSync(Host host) {
        SyncKey key = sync();
        String names = host.server().namesInForce();
        NodeId self = new NodeId(host.name());
        if (names.equals(checkedNames) && key.equals(checkedKey) || !key.leaderIs(self)) {
            return;
        }
        checkedNames = names;
        checkedKey = key;
        SynchronousStandbyNames inForce = SynchronousStandbyNames.parse(names).orElseThrow();
        if (world.settings().synchronousMode() == SynchronousMode.QUORUM) {
            checkQuorum(self, key, inForce);
        } else if (world.settings().synchronousMode() == SynchronousMode.PRIORITY
                && !inForce.names().containsAll(StandbySet.of(key.voters()))) {
            violated("S7: /sync names " + key.voters() + " but synchronous_standby_names of " + host.name() + " is '"
                    + names + "'");
        }
    }

    private void checkQuorum(NodeId self, SyncKey key, SynchronousStandbyNames inForce) {
        try {
            new QuorumState(
                            self,
                            key.leader().orElseThrow(),
                            key.quorum(),
                            StandbySet.of(key.voters()),
                            inForce.type() == Type.OFF ? 0 : inForce.number(),
                            inForce.names(),
                            0,
                            StandbySet.EMPTY,
                            0)
                    .checkInvariants();
        } catch (RuntimeException violation) {
            violated("S8: " + violation.getMessage());
        }
    }

    private SyncKey sync() {
        return world.keys().sync();
    }

    private void violated(String what) {
        throw new InvariantViolation(world.describe(what));
    }
}
