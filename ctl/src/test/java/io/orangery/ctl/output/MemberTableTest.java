package io.orangery.ctl.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.ctl.cluster.ClusterSeen;
import io.orangery.ctl.cluster.ClusterSeen.Extent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The samples of ctl.md 9.5, byte for byte. */
class MemberTableTest {
    private static final Extent PLAIN = new Extent.Plain();
    private static final String FOLLOWS_BRAVO = ", 'tags': {'replicatefrom': 'bravo', 'nofailover': true}";

    @Test
    void showsPlainCluster() {
        assertThat(table(Keys.demo(), PLAIN, Format.PRETTY)).isEqualTo("""
                + Cluster: demo (7277694203142172922) ------+----+-------------+-----+------------+-----+
                | Member  | Host      | Role    | State     | TL | Receive LSN | Lag | Replay LSN | Lag |
                +---------+-----------+---------+-----------+----+-------------+-----+------------+-----+
                | alpha   | 10.0.0.11 | Leader  | running   |  3 |             |     |            |     |
                | bravo   | 10.0.0.12 | Replica | streaming |  3 |   0/5000000 |   0 |  0/5000000 |   0 |
                | charlie | 10.0.0.13 | Replica | streaming |  3 |   0/5000000 |   0 |  0/4600000 |  10 |
                +---------+-----------+---------+-----------+----+-------------+-----+------------+-----+
                """);
    }

    @Test
    void drawsRulesBetweenRowsWhenTagsNeedSeveralLines() {
        assertThat(table(tagged(), PLAIN, Format.PRETTY)).isEqualTo("""
                + Cluster: demo (7277694203142172922) ------+----+-------------+-----+------------+-----+----------------------+
                | Member  | Host      | Role    | State     | TL | Receive LSN | Lag | Replay LSN | Lag | Tags                 |
                +---------+-----------+---------+-----------+----+-------------+-----+------------+-----+----------------------+
                | alpha   | 10.0.0.11 | Leader  | running   |  3 |             |     |            |     |                      |
                +---------+-----------+---------+-----------+----+-------------+-----+------------+-----+----------------------+
                | bravo   | 10.0.0.12 | Replica | streaming |  3 |   0/5000000 |   0 |  0/5000000 |   0 |                      |
                +---------+-----------+---------+-----------+----+-------------+-----+------------+-----+----------------------+
                | charlie | 10.0.0.13 | Replica | streaming |  3 |   0/5000000 |   0 |  0/4600000 |  10 | nofailover: true     |
                |         |           |         |           |    |             |     |            |     | replicatefrom: bravo |
                +---------+-----------+---------+-----------+----+-------------+-----+------------+-----+----------------------+
                """);
    }

    @Test
    void drawsTopology() {
        assertThat(table(tagged(), PLAIN, Format.TOPOLOGY)).isEqualTo("""
                + Cluster: demo (7277694203142172922) ----------+----+-------------+-----+------------+-----+------------------------------------------+
                | Member      | Host      | Role    | State     | TL | Receive LSN | Lag | Replay LSN | Lag | Tags                                     |
                +-------------+-----------+---------+-----------+----+-------------+-----+------------+-----+------------------------------------------+
                | alpha       | 10.0.0.11 | Leader  | running   |  3 |             |     |            |     |                                          |
                | + bravo     | 10.0.0.12 | Replica | streaming |  3 |   0/5000000 |   0 |  0/5000000 |   0 |                                          |
                |   + charlie | 10.0.0.13 | Replica | streaming |  3 |   0/5000000 |   0 |  0/4600000 |  10 | {nofailover: true, replicatefrom: bravo} |
                +-------------+-----------+---------+-----------+----+-------------+-----+------------+-----+------------------------------------------+
                """);
    }

    @Test
    void showsServiceLinesAndStoppedStandby() {
        Keys keys = Keys.demo()
                .with("config", "{'synchronous_mode': true, 'pause': true}")
                .with("sync", "{'leader': 'alpha', 'sync_standby': 'bravo'}")
                .with("failover", "{'leader': 'alpha', 'member': 'bravo', 'scheduled_at': '2027-01-01T10:00:00+01:00'}")
                .with(
                        "members/charlie",
                        "{'conn_url': 'postgres://10.0.0.13:5432/postgres', 'state': 'stopped', 'role': 'replica'}");
        assertThat(table(keys, PLAIN, Format.PRETTY)).isEqualTo("""
                + Cluster: demo (7277694203142172922) -----------+----+-------------+-----+------------+-----+
                | Member  | Host      | Role         | State     | TL | Receive LSN | Lag | Replay LSN | Lag |
                +---------+-----------+--------------+-----------+----+-------------+-----+------------+-----+
                | alpha   | 10.0.0.11 | Leader       | running   |  3 |             |     |            |     |
                | bravo   | 10.0.0.12 | Sync Standby | streaming |  3 |   0/5000000 |   0 |  0/5000000 |   0 |
                | charlie | 10.0.0.13 | Replica      | stopped   |    |     unknown |     |    unknown |     |
                +---------+-----------+--------------+-----------+----+-------------+-----+------------+-----+
                 Maintenance mode: on
                 Switchover scheduled at: 2027-01-01T10:00:00+01:00
                                    from: alpha
                                      to: bravo
                """);
    }

    @Test
    void showsPendingAndScheduledRestart() {
        Keys keys = Keys.demo()
                .with(
                        "members/bravo",
                        Keys.standby(
                                "10.0.0.12:5432",
                                Keys.END,
                                ", 'pending_restart': true, 'pending_restart_reason': {"
                                        + "'shared_preload_libraries': {'old_value': '', 'new_value': 'pg_stat_statements,auto_explain'},"
                                        + "'max_connections': {'old_value': '100', 'new_value': '200'}},"
                                        + "'scheduled_restart': {'schedule': '2027-01-01T10:00:00+01:00', 'postgres_version': '17.4'}"));
        keys.entries().remove("members/charlie");
        assertThat(table(keys, PLAIN, Format.PRETTY)).isEqualTo("""
                + Cluster: demo (7277694203142172922) -----+----+-------------+-----+------------+-----+-----------------+-----------------------------------------------+---------------------------------------------+
                | Member | Host      | Role    | State     | TL | Receive LSN | Lag | Replay LSN | Lag | Pending restart | Pending restart reason                        | Scheduled restart                           |
                +--------+-----------+---------+-----------+----+-------------+-----+------------+-----+-----------------+-----------------------------------------------+---------------------------------------------+
                | alpha  | 10.0.0.11 | Leader  | running   |  3 |             |     |            |     |                 |                                               |                                             |
                +--------+-----------+---------+-----------+----+-------------+-----+------------+-----+-----------------+-----------------------------------------------+---------------------------------------------+
                | bravo  | 10.0.0.12 | Replica | streaming |  3 |   0/5000000 |   0 |  0/5000000 |   0 | *               | max_connections: 100->200                     | 2027-01-01T10:00:00+01:00 if version < 17.4 |
                |        |           |         |           |    |             |     |            |     |                 | shared_preload_libraries: [hidden - too long] |                                             |
                +--------+-----------+---------+-----------+----+-------------+-----+------------+-----+-----------------+-----------------------------------------------+---------------------------------------------+
                """);
        assertThat(table(keys, PLAIN, Format.TSV).lines().toList().getLast())
                .endsWith("\t*\tmax_connections: 100->200; shared_preload_libraries: ->pg_stat_statements,auto_explain"
                        + "\t2027-01-01T10:00:00+01:00 if version < 17.4");
    }

    @Test
    void showsPortsOfAllWhenOneIsUnusual() {
        Keys keys = Keys.demo().with("members/bravo", Keys.standby("10.0.0.11:5433", Keys.END, ""));
        assertThat(table(keys, PLAIN, Format.PRETTY))
                .contains("| 10.0.0.11:5432 |", "| 10.0.0.11:5433 |", "| 10.0.0.13:5432 |");
    }

    /** The first rule as measured with the original tool; the sample has lost a + when its names were changed. */
    @Test
    void showsEmptyCluster() {
        assertThat(table(new Keys(), PLAIN, Format.PRETTY)).isEqualTo("""
                + Cluster: demo (uninitialized) ----+-------------+-----+------------+-----+
                | Member | Host | Role | State | TL | Receive LSN | Lag | Replay LSN | Lag |
                +--------+------+------+-------+----+-------------+-----+------------+-----+
                +--------+------+------+-------+----+-------------+-----+------------+-----+
                """);
        assertThat(table(new Keys(), PLAIN, Format.JSON)).isEqualTo("[]\n");
        assertThat(table(new Keys().with("initialize", ""), PLAIN, Format.PRETTY))
                .startsWith("+ Cluster: demo (initializing) ");
    }

    @Test
    void showsAllGroupsOfFormation() {
        assertThat(table(formation(), new Extent.AllGroups(), Format.PRETTY)).isEqualTo("""
                + Citus cluster: demo --------+----------------+-----------+----+-------------+-----+------------+-----+
                | Group | Member  | Host      | Role           | State     | TL | Receive LSN | Lag | Replay LSN | Lag |
                +-------+---------+-----------+----------------+-----------+----+-------------+-----+------------+-----+
                |     0 | coord1  | 10.0.0.11 | Leader         | running   |  3 |             |     |            |     |
                |     0 | coord2  | 10.0.0.12 | Quorum Standby | streaming |  3 |   0/5000000 |   0 |  0/5000000 |   0 |
                |     1 | work1-1 | 10.0.0.21 | Leader         | running   |  3 |             |     |            |     |
                |     1 | work1-2 | 10.0.0.22 | Quorum Standby | streaming |  3 |   0/5000000 |   0 |  0/5000000 |   0 |
                +-------+---------+-----------+----------------+-----------+----+-------------+-----+------------+-----+
                Citus group: 0
                 Switchover scheduled at: 2027-01-01T00:00:00+00:00
                                    from: coord1
                Citus group: 1
                 Maintenance mode: on
                """);
    }

    @Test
    void showsOneGroupOfFormation() {
        Keys keys = formation().with("1/config", "{'synchronous_mode': 'quorum'}");
        assertThat(table(keys, new Extent.OneGroup(1), Format.PRETTY)).isEqualTo("""
                + Citus cluster: demo (group: 1, 7277694203142173000) --+-------------+-----+------------+-----+
                | Member  | Host      | Role           | State     | TL | Receive LSN | Lag | Replay LSN | Lag |
                +---------+-----------+----------------+-----------+----+-------------+-----+------------+-----+
                | work1-1 | 10.0.0.21 | Leader         | running   |  3 |             |     |            |     |
                | work1-2 | 10.0.0.22 | Quorum Standby | streaming |  3 |   0/5000000 |   0 |  0/5000000 |   0 |
                +---------+-----------+----------------+-----------+----+-------------+-----+------------+-----+
                """);
        assertThat(table(keys, new Extent.OneGroup(1), Format.JSON))
                .startsWith("[{\"Cluster\": \"demo\", \"Group\": 1, ");
        assertThat(table(keys, new Extent.OneGroup(7), Format.PRETTY))
                .startsWith("+ Citus cluster: demo (group: 7, uninitialized) ");
    }

    @Test
    void listsForPrograms() {
        assertThat(table(tagged(), PLAIN, Format.TSV)).isEqualTo("""
                Cluster\tMember\tHost\tRole\tState\tTL\tReceive LSN\tReceive Lag\tReplay LSN\tReplay Lag\tTags
                demo\talpha\t10.0.0.11\tLeader\trunning\t3\t\t\t\t\t
                demo\tbravo\t10.0.0.12\tReplica\tstreaming\t3\t0/5000000\t0\t0/5000000\t0\t
                demo\tcharlie\t10.0.0.13\tReplica\tstreaming\t3\t0/5000000\t0\t0/4600000\t10\t{nofailover: true, replicatefrom: bravo}
                """);
        assertThat(table(tagged(), PLAIN, Format.JSON))
                .startsWith(
                        "[{\"Cluster\": \"demo\", \"Member\": \"alpha\", \"Host\": \"10.0.0.11\", \"Role\": \"Leader\","
                                + " \"State\": \"running\", \"TL\": 3}, ")
                .endsWith(
                        "\"TL\": 3, \"Receive LSN\": \"0/5000000\", \"Receive Lag\": 0, \"Replay LSN\": \"0/4600000\","
                                + " \"Replay Lag\": 10, \"Tags\": {\"nofailover\": true, \"replicatefrom\": \"bravo\"}}]\n");
        assertThat(table(tagged(), PLAIN, Format.YAML))
                .startsWith(
                        "- Cluster: demo\n  Host: 10.0.0.11\n  Member: alpha\n  Role: Leader\n  State: running\n  TL: 3\n- ")
                .endsWith("  TL: 3\n  Tags:\n    nofailover: true\n    replicatefrom: bravo\n\n");
    }

    @Test
    void showsCombinedPositionOfOldVersionsWhereItSaysMost() {
        Keys keys = Keys.demo()
                .with(
                        "members/bravo",
                        "{'conn_url': 'postgres://b/', 'state': 'running', 'role': 'replica', 'xlog_location': 73400320}")
                .with(
                        "members/charlie",
                        "{'conn_url': 'postgres://c/', 'state': 'running', 'replication_state': 'streaming', 'xlog_location': 73400320}");
        assertThat(table(keys, PLAIN, Format.TSV).lines().skip(2))
                .containsExactly(
                        "demo\tbravo\tb\tReplica\trunning\t\tunknown\t\t0/4600000\t10",
                        "demo\tcharlie\tc\tReplica\tstreaming\t\t0/4600000\t10\tunknown\t");
    }

    @Test
    void keepsMembersThatFollowEachOtherInTheTopology() {
        Keys keys = Keys.demo()
                .with(
                        "members/bravo",
                        Keys.standby("10.0.0.12:5432", Keys.END, ", 'tags': {'replicatefrom': 'charlie'}"))
                .with("members/charlie", Keys.standby("10.0.0.13:5432", Keys.END, FOLLOWS_BRAVO));
        assertThat(table(keys, PLAIN, Format.TOPOLOGY))
                .contains("| alpha       |", "| + bravo     |", "|   + charlie |");
    }

    private static Keys tagged() {
        return Keys.demo().with("members/charlie", Keys.standby("10.0.0.13:5432", 0x4600000, FOLLOWS_BRAVO));
    }

    private static Keys formation() {
        return new Keys()
                .with("0/leader", "coord1")
                .with("0/status", "{'optime': 83886080}")
                .with("0/config", "{'synchronous_mode': 'quorum'}")
                .with("0/sync", "{'leader': 'coord1', 'sync_standby': 'coord2', 'quorum': 1}")
                .with("0/failover", "{'leader': 'coord1', 'scheduled_at': '2027-01-01T00:00:00+00:00'}")
                .with("0/members/coord1", Keys.leader("10.0.0.11:5432"))
                .with("0/members/coord2", Keys.standby("10.0.0.12:5432", Keys.END, ""))
                .with("1/initialize", "7277694203142173000")
                .with("1/leader", "work1-1")
                .with("1/status", "{'optime': 83886080}")
                .with("1/config", "{'synchronous_mode': 'quorum', 'pause': true}")
                .with("1/sync", "{'leader': 'work1-1', 'sync_standby': 'work1-2', 'quorum': 1}")
                .with("1/members/work1-1", Keys.leader("10.0.0.21:5432"))
                .with("1/members/work1-2", Keys.standby("10.0.0.22:5432", Keys.END, ""));
    }

    private static String table(Keys keys, Extent extent, Format format) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            MemberTable.print(out, ClusterSeen.of("demo", extent, keys.entries()), format, false);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
