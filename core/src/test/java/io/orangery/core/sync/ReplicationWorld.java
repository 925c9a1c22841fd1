package io.orangery.core.sync;

import static io.orangery.core.sync.Names.node;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.MemberData;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.cluster.SyncKey;
import io.orangery.core.cluster.Tags;
import io.orangery.core.settings.SynchronousMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A primary, its standbys and their positions. Commits are acknowledged exactly as PostgreSQL would by the list in force, and whoever
 * the key allows to be elected must have all of them.
 */
final class ReplicationWorld {
    private final Map<NodeId, Long> positions = new TreeMap<>();
    private final Set<NodeId> connected = new TreeSet<>();
    private NodeId primary = node("a");
    private long acknowledged;
    private SynchronousStandbyNames names = SynchronousStandbyNames.OFF;
    private SyncKey key = SyncKey.ABSENT;
    private SyncMemory memory = SyncMemory.NOTHING;
    SynchronousMode mode = SynchronousMode.QUORUM;
    int wanted = 1;
    boolean strict = false;

    ReplicationWorld(String nodes) {
        nodes.chars().forEach(letter -> positions.put(node(String.valueOf((char) letter)), 0L));
    }

    private long head() {
        return positions.get(primary);
    }

    NodeId nodeAt(int index) {
        return new ArrayList<>(positions.keySet()).get(index % positions.size());
    }

    SyncKey key() {
        return key;
    }

    SynchronousStandbyNames names() {
        return names;
    }

    Set<NodeId> connected() {
        return connected;
    }

    void write(int bytes) {
        positions.merge(primary, (long) bytes, Long::sum);
        acknowledge();
    }

    void receive(NodeId standby, int bytes) {
        if (connected.contains(standby)) {
            positions.merge(standby, (long) bytes, (a, b) -> Math.min(head(), a + b));
            acknowledge();
        }
    }

    void toggleConnection(NodeId standby) {
        if (!standby.equals(primary) && !connected.remove(standby)) {
            connected.add(standby);
        }
    }

    void healEverything() {
        positions.keySet().stream().filter(name -> !name.equals(primary)).forEach(connected::add);
        connected.forEach(standby -> positions.put(standby, head()));
        acknowledge();
    }

    /** What PostgreSQL releases waiting commits by. */
    private void acknowledge() {
        List<Long> confirming = connected.stream()
                .filter(names.names()::contains)
                .limit(names.type() == SynchronousStandbyNames.Type.PRIORITY ? names.number() : Integer.MAX_VALUE)
                .map(positions::get)
                .sorted(Comparator.reverseOrder())
                .toList();
        if (names.number() == 0) {
            acknowledged = head();
        } else if (confirming.size() >= names.number()) {
            acknowledged = Math.max(acknowledged, confirming.get(names.number() - 1));
        }
    }

    /** One call of the driver; true when there was something to do. */
    boolean step() {
        Optional<SyncStep> step = SyncDriver.next(situation());
        step.ifPresent(this::carryOut);
        return step.isPresent();
    }

    SyncSituation situation() {
        String text = names.render().orElse("");
        var state = ReplicationState.observe(
                new ReplicationObservation(
                        primary,
                        positions.keySet().stream()
                                .map(ReplicationWorld::member)
                                .toList(),
                        rows(),
                        text,
                        SynchronousCommit.FLUSH,
                        new Lsn(head()),
                        key,
                        mode,
                        wanted,
                        0),
                memory);
        memory = state.memory();
        return new SyncSituation(primary, key, state, text, mode, wanted, strict, Optional.empty());
    }

    private List<StandbyRow> rows() {
        var rows = new ArrayList<StandbyRow>();
        int rank = 0;
        for (NodeId standby : connected) {
            SyncState state = SyncState.ASYNC;
            if (names.names().contains(standby)) {
                boolean first = rank++ < names.number();
                state = names.type() == SynchronousStandbyNames.Type.QUORUM
                        ? SyncState.QUORUM
                        : first ? SyncState.SYNC : SyncState.POTENTIAL;
            }
            var position = Optional.of(new Lsn(positions.get(standby)));
            rows.add(new StandbyRow(standby.name(), state, position, position, position));
        }
        return rows;
    }

    private void carryOut(SyncStep step) {
        switch (step) {
            case SyncStep.WriteKey write ->
                key = new SyncKey(
                        Optional.of(write.leader()),
                        new TreeSet<>(write.voters().sorted()),
                        write.quorum(),
                        key.version() + 1);
            case SyncStep.DeleteKey delete -> key = SyncKey.ABSENT;
            case SyncStep.SetNames set -> inForce(set.names());
            case SyncStep.UseConfiguredNames configured -> inForce(SynchronousStandbyNames.OFF);
            case SyncStep.Restart restart -> {}
        }
    }

    private void inForce(SynchronousStandbyNames value) {
        names = value;
        acknowledge();
    }

    /** Whoever could win a race in which the others answer that are not ahead (ha-behaviour 12.3). */
    List<NodeId> electable() {
        if (!key.active()) {
            return List.of();
        }
        return positions.keySet().stream()
                .filter(candidate -> !candidate.equals(primary))
                .filter(candidate -> mode == SynchronousMode.QUORUM || key.votes(candidate))
                .filter(candidate -> votes(candidate) >= key.quorum())
                .toList();
    }

    private long votes(NodeId candidate) {
        long notAhead = positions.keySet().stream()
                .filter(key::names)
                .filter(other -> !other.equals(candidate))
                .filter(other -> positions.get(other) <= positions.get(candidate))
                .count();
        return key.names(candidate) ? notAhead : notAhead - 1;
    }

    boolean hasEverythingAcknowledged(NodeId candidate) {
        return positions.get(candidate) >= acknowledged;
    }

    /** The candidate wins, the others lose what they have beyond it. Nobody is connected yet. */
    void failOver(NodeId candidate) {
        promote(candidate, Optional.empty());
    }

    /** The primary stops cleanly, the successor has received everything and promotes. */
    void handOver(NodeId successor) {
        positions.put(successor, head());
        promote(successor, Optional.of(primary));
    }

    private void promote(NodeId candidate, Optional<NodeId> stopped) {
        var before = BeforePromotion.of(key, candidate, mode, strict, stopped);
        primary = candidate;
        connected.clear();
        memory = SyncMemory.NOTHING;
        positions.replaceAll((name, position) -> Math.min(position, head()));
        before.key().ifPresent(this::carryOut);
        inForce(before.names().orElse(SynchronousStandbyNames.OFF));
    }

    static Member member(NodeId name) {
        return member(name, Tags.NONE);
    }

    static Member member(NodeId name, Tags tags) {
        MemberData none = MemberData.NONE;
        var data = new MemberData(
                none.address(),
                none.connUrl(),
                none.apiUrl(),
                PostgresState.RUNNING,
                Role.REPLICA,
                none.softwareVersion(),
                tags,
                none.walLocation(),
                none.replayLsn(),
                none.receiveLsn(),
                none.replicationState(),
                none.timeline(),
                none.pendingRestart(),
                none.pendingRestartFlag(),
                none.checkpointAfterPromote(),
                none.pause(),
                none.meshAddress(),
                none.extra());
        return new Member(name, data, "", 1);
    }

    @Override
    public String toString() {
        return "primary " + primary + " acknowledged " + acknowledged + " positions " + positions + " connected "
                + connected + " list " + names + " key " + key + " mode " + mode + " wanted " + wanted;
    }
}
