package io.orangery.core.sync;

import static io.orangery.core.sync.Names.letters;
import static io.orangery.core.sync.Names.node;
import static io.orangery.core.sync.Names.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.SyncKey;
import io.orangery.core.cluster.Tags;
import io.orangery.core.settings.SynchronousMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplicationStateTest {
    private final List<Member> members = new ArrayList<>(List.of(ReplicationWorld.member(node("a"))));
    private final List<StandbyRow> rows = new ArrayList<>();
    private String names = "";
    private SynchronousCommit synchronousCommit = SynchronousCommit.FLUSH;
    private long flushed = 100;
    private SyncKey key = SyncKey.ABSENT;
    private SynchronousMode mode = SynchronousMode.PRIORITY;
    private int wanted = 1;
    private long maximumLag = 0;

    @Test
    void prefersPriorityTagThenSyncStateThenPosition() {
        standby("b", SyncState.ASYNC, 100, Map.of());
        standby("c", SyncState.POTENTIAL, 90, Map.of());
        standby("d", SyncState.POTENTIAL, 95, Map.of());
        assertThat(letters(observe().active())).isEqualTo("d");
        standby("e", SyncState.ASYNC, 10, Map.of("sync_priority", 2));
        assertThat(letters(observe().active())).isEqualTo("e");
    }

    @Test
    void takesMembersThatMayNotFailOverLast() {
        wanted = 2;
        standby("b", SyncState.SYNC, 100, Map.of("nofailover", true));
        standby("c", SyncState.ASYNC, 10, Map.of());
        assertThat(letters(observe().active())).isEqualTo("bc");
        standby("d", SyncState.ASYNC, 10, Map.of());
        assertThat(letters(observe().active())).isEqualTo("cd");
    }

    @Test
    void countsMembersThatMayNotFailOverInQuorumOnlyWhereOthersAreMissing() {
        mode = SynchronousMode.QUORUM;
        standby("b", SyncState.QUORUM, 100, Map.of("nofailover", true));
        assertThat(letters(observe().active())).isEqualTo("b");
        standby("c", SyncState.QUORUM, 100, Map.of());
        assertThat(letters(observe().active())).isEqualTo("c");
    }

    @Test
    void leavesOutThoseThatAreNotFit() {
        wanted = 9;
        standby("b", SyncState.SYNC, 100, Map.of("nosync", true));
        standby("A", SyncState.SYNC, 100, Map.of());
        rows.add(new StandbyRow("pg_basebackup", SyncState.ASYNC, at(100), at(100), at(100)));
        rows.add(new StandbyRow("", SyncState.ASYNC, at(100), at(100), at(100)));
        assertThat(letters(observe().active())).isEqualTo("-");
    }

    @Test
    void leavesOutThoseThatShouldReplicateFromAnotherStandby() {
        wanted = 9;
        standby("b", SyncState.SYNC, 100, Map.of());
        standby("c", SyncState.SYNC, 100, Map.of("replicatefrom", "B"));
        members.add(ReplicationWorld.member(node("d"), new Tags(Map.of("replicatefrom", "b"))));
        standby("e", SyncState.SYNC, 100, Map.of("replicatefrom", "d"));
        standby("f", SyncState.SYNC, 100, Map.of("replicatefrom", "unknown"));
        assertThat(letters(observe().active())).isEqualTo("bf");
    }

    @Test
    void endsWhereStandbysAreToldToReplicateFromEachOther() {
        wanted = 9;
        members.add(ReplicationWorld.member(node("b"), new Tags(Map.of("replicatefrom", "c"))));
        members.add(ReplicationWorld.member(node("c"), new Tags(Map.of("replicatefrom", "b"))));
        standby("d", SyncState.SYNC, 100, Map.of("replicatefrom", "b"));
        assertThat(letters(observe().active())).isEqualTo("d");
    }

    @Test
    void matchesNamesWithoutRegardToCase() {
        members.add(ReplicationWorld.member(node("Replica")));
        rows.add(new StandbyRow("rEPLICA", SyncState.SYNC, at(100), at(100), at(100)));
        assertThat(observe().active().contains(node("replica"))).isTrue();
    }

    @Test
    void readsThePositionThatAcknowledgesCommits() {
        members.add(ReplicationWorld.member(node("b")));
        rows.add(new StandbyRow("b", SyncState.SYNC, at(100), at(90), Optional.empty()));
        maximumLag = 5;
        assertThat(letters(observe().active())).isEqualTo("-");
        synchronousCommit = SynchronousCommit.REMOTE_WRITE;
        assertThat(letters(observe().active())).isEqualTo("b");
        synchronousCommit = SynchronousCommit.REMOTE_APPLY;
        assertThat(letters(observe().active())).isEqualTo("-");
    }

    @Test
    void comparesLagWithTheBestStandbyWhenThereAreSeveral() {
        maximumLag = 10;
        standby("b", SyncState.SYNC, 50, Map.of());
        assertThat(letters(observe().active())).isEqualTo("-");
        standby("c", SyncState.ASYNC, 45, Map.of());
        assertThat(letters(observe().active())).isEqualTo("b");
    }

    @Test
    void confirmsListedStandbyOnceItReachedTheThreshold() {
        names = "b";
        standby("b", SyncState.SYNC, 99, Map.of());
        ReplicationState first = observe();
        assertThat(first.listChanged()).isTrue();
        assertThat(first.memory().threshold()).isEqualTo(new Lsn(100));
        assertThat(letters(first.confirmed())).isEqualTo("-");

        flushed = 500;
        rows.clear();
        rows.add(new StandbyRow("b", SyncState.SYNC, at(100), at(100), at(100)));
        ReplicationState second = observe(first.memory());
        assertThat(second.listChanged()).isFalse();
        assertThat(letters(second.confirmed())).isEqualTo("b");
    }

    @Test
    void believesThePriorityKeyButNotOneWithQuorum() {
        names = "b";
        standby("b", SyncState.SYNC, 1, Map.of());
        key = new SyncKey(Optional.of(node("a")), Set.of(node("b")), 0, 1);
        assertThat(letters(observe().confirmed())).isEqualTo("b");
        key = new SyncKey(Optional.of(node("a")), Set.of(node("b"), node("c")), 1, 1);
        assertThat(letters(observe().confirmed())).isEqualTo("-");
    }

    @Test
    void doesNotTakeReadinessUnderAnEarlierListForProofInPriorityMode() {
        wanted = 2;
        names = "2 (b,c)";
        standby("b", SyncState.SYNC, 100, Map.of());
        standby("c", SyncState.SYNC, 40, Map.of());
        var before = new SyncMemory(
                "ANY 1 (b,c)",
                SynchronousStandbyNames.parse("ANY 1 (b,c)").orElseThrow(),
                new Lsn(10),
                set("bc"),
                set("bc"));
        assertThat(letters(observe(before).confirmed())).isEqualTo("b");
    }

    @Test
    void forgetsReadinessOfUnlistedNamesOnly() {
        var before = new SyncMemory(
                "ANY 1 (b,c)",
                SynchronousStandbyNames.parse("ANY 1 (b,c)").orElseThrow(),
                new Lsn(10),
                set("bc"),
                set("bc"));
        names = "ANY 1 (c,d)";
        ReplicationState state = observe(before);
        assertThat(letters(state.memory().ready())).isEqualTo("c");
        assertThat(letters(state.memory().settled())).isEqualTo("-");
        assertThat(state.settled()).isFalse();
    }

    private ReplicationState observe() {
        return observe(SyncMemory.NOTHING);
    }

    private ReplicationState observe(SyncMemory memory) {
        return ReplicationState.observe(
                new ReplicationObservation(
                        node("a"),
                        members,
                        rows,
                        names,
                        synchronousCommit,
                        new Lsn(flushed),
                        key,
                        mode,
                        wanted,
                        maximumLag),
                memory);
    }

    private void standby(String name, SyncState state, long position, Map<String, Object> tags) {
        var id = new NodeId(name);
        members.add(ReplicationWorld.member(id, new Tags(tags)));
        rows.add(new StandbyRow(name, state, at(position), at(position), at(position)));
    }

    private static Optional<Lsn> at(long position) {
        return Optional.of(new Lsn(position));
    }
}
