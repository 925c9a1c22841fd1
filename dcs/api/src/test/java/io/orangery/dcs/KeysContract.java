package io.orangery.dcs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** First part of the contract: permanent keys, their versions, groups, and reads. */
abstract class KeysContract extends ContractCase {
    @Test
    void writtenValueIsReadBackByEverybody() {
        Connection a = member("a");
        Connection b = member("b");
        String value = "{\"naïve\":\"ключ 🍊\",\"slash\":\"/\",\"list\":[1,2]}";
        long version = a.write("config", value, Condition.always());
        Entry read = key(b.linearizable(), "config");
        assertThat(read.value()).isEqualTo(value);
        assertThat(read.version()).isEqualTo(version).isPositive();
        assertThat(read.session()).isEmpty();
    }

    @Test
    void emptyValueIsAKeyLikeAnyOther() {
        Connection a = member("a");
        a.write("initialize", "", Condition.absent());
        a.write("optime/leader", "67108864", Condition.always());
        assertKeys(a.linearizable(), "initialize", "optime/leader");
        assertThat(key(a.linearizable(), "initialize").value()).isEmpty();
    }

    @Test
    void emptyScopeIsAnEmptyTree() {
        Connection a = member("a");
        assertKeys(a.linearizable());
        assertKeys(a.done(a.dcs().read()));
    }

    @Test
    void writeWithoutConditionReplacesAndChangesTheVersion() {
        Connection a = member("a");
        long first = a.write("status", "1", Condition.always());
        Entry before = key(a.linearizable(), "status");
        long second = a.write("status", "2", Condition.always());
        Entry after = key(a.linearizable(), "status");
        assertThat(second).isGreaterThan(first);
        assertThat(after.value()).isEqualTo("2");
        assertThat(after.modifyVersion()).isNotEqualTo(before.modifyVersion());
    }

    @Test
    void creatingIsRefusedWhenTheKeyExists() {
        Connection a = member("a");
        Connection b = member("b");
        a.write("initialize", "", Condition.absent());
        b.refused(b.dcs().write("initialize", "", Condition.absent()));
        b.refused(b.dcs().write("initialize", "7", Condition.absent()));
        assertThat(key(a.linearizable(), "initialize").value()).isEmpty();
    }

    @Test
    void compareAndSetSucceedsOnlyWithTheCurrentVersion() {
        Connection a = member("a");
        Connection b = member("b");
        long first = a.write("sync", "1", Condition.absent());
        long second = b.write("sync", "2", Condition.version(first));
        a.refused(a.dcs().write("sync", "3", Condition.version(first)));
        Entry read = key(a.linearizable(), "sync");
        assertThat(read.value()).isEqualTo("2");
        assertThat(read.version()).isEqualTo(second);
        a.write("sync", "3", Condition.version(second));
    }

    @Test
    void versionNeverMeansAny() {
        Connection a = member("a");
        a.write("config", "{}", Condition.absent());
        a.refused(a.dcs().write("config", "1", Condition.version(0)));
        a.refused(a.dcs().write("config", "1", Condition.version(-1)));
        a.refused(a.dcs().write("history", "[]", Condition.version(1)));
        assertThat(key(a.linearizable(), "config").value()).isEqualTo("{}");
        assertKeys(a.linearizable(), "config");
    }

    @Test
    void oneOfManyConcurrentWritersWins() {
        List<Connection> members =
                Stream.of("a", "b", "c", "d").map(this::member).toList();
        long version = members.getFirst().write("failover", "{}", Condition.always());
        var requests = members.stream()
                .map(member -> member.dcs().write("failover", member.toString(), Condition.version(version)))
                .toList();
        long winners = requests.stream()
                .filter(request -> members.getFirst().ask(request).succeeded())
                .count();
        assertThat(winners).isEqualTo(1);
    }

    @Test
    void deletesWithAndWithoutCondition() {
        Connection a = member("a");
        a.done(a.dcs().delete("failover", Condition.always()));
        long first = a.write("failover", "1", Condition.always());
        long second = a.write("failover", "2", Condition.always());
        a.refused(a.dcs().delete("failover", Condition.version(first)));
        assertThat(key(a.linearizable(), "failover").value()).isEqualTo("2");
        a.done(a.dcs().delete("failover", Condition.version(second)));
        assertKeys(a.linearizable());
        a.refused(a.dcs().delete("failover", Condition.version(second)));
        a.write("sync", "{}", Condition.always());
        a.done(a.dcs().delete("sync", Condition.always()));
        assertKeys(a.linearizable());
    }

    @Test
    void readContainsOwnWritesAtOnce() {
        Connection a = member("a");
        for (int round = 0; round < 20; round++) {
            String value = Integer.toString(round);
            a.write("status", value, Condition.always());
            assertThat(key(a.done(a.dcs().read()), "status").value()).isEqualTo(value);
            a.done(a.dcs().delete("status", Condition.always()));
            assertKeys(a.done(a.dcs().read()));
        }
        a.done(a.dcs().acquireLeader());
        a.done(a.dcs().touchMember("{}"));
        assertKeys(a.done(a.dcs().read()), "leader", "members/a");
        a.done(a.dcs().releaseLeader());
        assertKeys(a.done(a.dcs().read()), "members/a");
    }

    @Test
    void readFollowsTheWritesOfOthers() {
        Connection a = member("a");
        Connection b = member("b");
        assertKeys(b.done(b.dcs().read()));
        long version = a.write("config", "{}", Condition.always());
        b.await(
                "the other's write",
                () -> b.done(b.dcs().read())
                        .get("config")
                        .filter(entry -> entry.version() == version)
                        .isPresent());
        a.done(a.dcs().delete("config", Condition.always()));
        b.await("the other's delete", () -> b.done(b.dcs().read()).entries().isEmpty());
    }

    @Test
    void coordinatorSeesTheFormationAndAWorkerItsGroup() {
        Connection coordinator = member("c", 0);
        Connection worker = member("w", 1);
        Connection other = member("x", 11);
        coordinator.write("0/config", "0", Condition.always());
        worker.write("1/config", "1", Condition.always());
        other.write("11/config", "11", Condition.always());
        coordinator.await(
                "all groups",
                () -> coordinator.done(coordinator.dcs().read()).entries().size() == 3);
        assertKeys(coordinator.done(coordinator.dcs().read()), "0/config", "1/config", "11/config");
        assertKeys(coordinator.linearizable(), "0/config");
        assertKeys(worker.done(worker.dcs().read()), "1/config");
        assertKeys(worker.linearizable(), "1/config");
        assertKeys(worker.done(worker.dcs().readGroup(0)), "0/config");
        assertKeys(worker.done(worker.dcs().readGroup(11)), "11/config");
        assertKeys(worker.done(worker.dcs().readGroup(7)));
    }

    @Test
    void leaderOfAnotherGroupCanBeAsked() {
        Connection coordinator = member("c", 0);
        Connection worker = member("w", 1);
        assertThat(worker.leader(Optional.of(0))).isEmpty();
        Lease lease = coordinator.done(coordinator.dcs().acquireLeader());
        Entry leader = worker.leader(Optional.of(0)).orElseThrow();
        assertThat(leader.value()).isEqualTo("c");
        assertThat(leader.session()).isEqualTo(lease.session());
        assertThat(leader.version()).isEqualTo(lease.version());
        assertThat(worker.leader(Optional.of(1))).isEmpty();
    }

    @Test
    void deleteClusterRemovesOnlyTheOwnGroupOrScope() {
        Connection worker = member("w", 1);
        Connection other = member("x", 11);
        Connection neighbour = memberOfScope("batman2", "n");
        worker.write("1/config", "{}", Condition.always());
        worker.done(worker.dcs().touchMember("{}"));
        other.write("11/config", "{}", Condition.always());
        neighbour.write("config", "{}", Condition.always());
        worker.done(worker.dcs().deleteCluster());
        assertKeys(worker.linearizable());
        assertKeys(other.linearizable(), "11/config");
        assertKeys(neighbour.linearizable(), "config");
        worker.done(worker.dcs().deleteCluster());
    }

    @Test
    void commandLineReadsAndWritesButIsNoMember() {
        Connection ctl = commandLine();
        long version = ctl.write("failover", "{\"member\":\"b\"}", Condition.always());
        assertKeys(ctl.linearizable(), "failover");
        ctl.refused(ctl.dcs().touchMember("{}"));
        ctl.refused(ctl.dcs().acquireLeader());
        ctl.refused(ctl.dcs().renewLeader());
        ctl.refused(ctl.dcs().takeLeader());
        ctl.refused(ctl.dcs().releaseLeader());
        ctl.refused(ctl.dcs().handOver(new HandOver("b", "{}", version, Optional.empty())));
        assertKeys(ctl.linearizable(), "failover");
    }
}
