package io.orangery.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.FailoverRequest;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HandOver;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The samples of dcs-layout 3, legacy forms, and what others may have left there. */
class ClusterKeysTest {

    private static ClusterView view(String... keysAndValues) {
        return ClusterKeys.view(keys(keysAndValues), Optional.empty());
    }

    private static SortedMap<String, StoredKey> keys(String... keysAndValues) {
        SortedMap<String, StoredKey> keys = new TreeMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            keys.put(keysAndValues[i], new StoredKey(keysAndValues[i + 1], i + 10, i + 10, "lease"));
        }
        return keys;
    }

    @Test
    void nothingIsAnEmptyCluster() {
        assertThat(view()).isEqualTo(ClusterView.EMPTY);
    }

    @ParameterizedTest
    @CsvSource({"7179854923829112860, true", "'', false", "123456789, false", "71798549238291x2860, false"})
    void initializeIsAnIdentifierWhenItLooksLikeOne(String value, boolean identifier) {
        assertThat(view("initialize", value).systemIdentifier().isPresent()).isEqualTo(identifier);
        assertThat(view("initialize", value).initialize()).contains(value);
    }

    @Test
    void theConfigurationIsAnObjectOrNothing() {
        String value =
                "{\"ttl\":30,\"synchronous_mode\":\"quorum\",\"postgresql\":{\"parameters\":{\"max_connections\":200}}}";
        assertThat(Json.write(view("config", value).config().orElseThrow().values()))
                .isEqualTo(value);
        assertThat(view("config", "[]").config()).isEmpty();
        assertThat(view("config", "{\"a\":1} x").config()).isEmpty();
    }

    @Test
    void theLeaderIsAName() {
        assertThat(view("leader", "pg-0").leader().orElseThrow().holder()).isEqualTo(new NodeId("pg-0"));
        assertThat(view("leader", "pg-0").leader().orElseThrow().session()).isEqualTo("lease");
        assertThat(view("leader", "").unlocked()).isTrue();
        assertThat(view("leader", "pg-0").leaderMember()).isEmpty();
    }

    @Test
    void statusHoldsPositions() {
        String value =
                "{\"optime\":67109216,\"slots\":{\"pg_0\":67109216,\"pg_1\":67109144},\"retain_slots\":[\"pg_0\",\"pg_1\"]}";
        ClusterView view = view("status", value);
        assertThat(KeyJson.writeStatus(view.status())).isEqualTo(value);
        assertThat(view.status().slots()).containsEntry("pg_1", new Lsn(67109144));
    }

    @Test
    void statusMayBeOfOtherForms() {
        assertThat(view("status", "67109216").status().optime()).isEqualTo(new Lsn(67109216));
        assertThat(view("optime/leader", "67109216").status().optime()).isEqualTo(new Lsn(67109216));
        assertThat(view("optime/leader", "1", "status", "{\"optime\":2}")
                        .status()
                        .optime())
                .isEqualTo(new Lsn(2));
        assertThat(view("status", "{\"optime\":\"x\"}").status().optime()).isEqualTo(Lsn.ZERO);
        ClusterView kubernetes =
                view("status", "{\"optime\":1,\"slots\":\"{\\\"a\\\":5}\",\"retain_slots\":\"[\\\"a\\\"]\"}");
        assertThat(kubernetes.status().slots()).containsEntry("a", new Lsn(5));
        assertThat(kubernetes.status().retainSlots()).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"leader\":\"pg-0\",\"quorum\":1,\"sync_standby\":\"pg-1,pg-2\"}",
                "{\"leader\":\"pg-0\",\"quorum\":0,\"sync_standby\":\"pg-1\"}",
                "{\"leader\":\"pg-0\",\"quorum\":0,\"sync_standby\":null}"
            })
    void syncIsWrittenAsItWasRead(String value) {
        var sync = view("sync", value).sync();
        assertThat(KeyJson.writeSync(sync.leader(), sync.voters(), sync.quorum()))
                .isEqualTo(value);
        assertThat(sync.active()).isTrue();
    }

    @Test
    void syncNamesAreComparedWithoutCaseAndBlanks() {
        var sync = view("sync", "{\"leader\":\"PG-0\",\"sync_standby\":\"pg-1, Pg-2\",\"quorum\":null}")
                .sync();
        assertThat(sync.votes(new NodeId("PG-2"))).isTrue();
        assertThat(sync.leaderIs(new NodeId("pg-0"))).isTrue();
        assertThat(sync.quorum()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "[]", "{}", "{\"leader\":null,\"sync_standby\":\"pg-1\"}"})
    void withoutALeaderSyncIsEmptyButKeepsItsVersion(String value) {
        var sync = view("sync", value).sync();
        assertThat(sync.active()).isFalse();
        assertThat(sync.voters()).isEmpty();
        assertThat(sync.version()).isEqualTo(10);
    }

    @Test
    void failoverIsARequest() {
        FailoverRequest request = view(
                        "failover",
                        "{\"leader\":\"pg-0\",\"member\":\"pg-1\",\"scheduled_at\":\"2026-08-01T03:00:00+00:00\"}")
                .failover()
                .orElseThrow();
        assertThat(request)
                .isEqualTo(new FailoverRequest(
                        Optional.of(new NodeId("pg-0")),
                        Optional.of(new NodeId("pg-1")),
                        Optional.of(Instant.parse("2026-08-01T03:00:00Z")),
                        false,
                        10));
        assertThat(view("failover", "{}").failover()).isEmpty();
        assertThat(view("failover", "{\"member\":\"pg-1\"}")
                        .failover()
                        .orElseThrow()
                        .switchover())
                .isFalse();
    }

    @Test
    void anUnreadableScheduleIsNotNow() {
        FailoverRequest request = view("failover", "{\"leader\":\"pg-0\",\"scheduled_at\":\"tomorrow\"}")
                .failover()
                .orElseThrow();
        assertThat(request.scheduleUnreadable()).isTrue();
        assertThat(request.immediate()).isFalse();
    }

    @Test
    void failoverOfOldIsAPair() {
        FailoverRequest request = view("failover", "pg-0:pg-1").failover().orElseThrow();
        assertThat(request.leader()).contains(new NodeId("pg-0"));
        assertThat(request.candidate()).contains(new NodeId("pg-1"));
        assertThat(view("failover", ":pg-1").failover().orElseThrow().leader()).isEmpty();
        assertThat(view("failover", "nonsense").failover()).isEmpty();
    }

    @Test
    void failoverIsWrittenWithTheNamesThatOthersRead() {
        assertThat(KeyJson.writeFailover(Optional.of(new NodeId("a")), Optional.of(new NodeId("b")), Optional.empty()))
                .isEqualTo("{\"leader\":\"a\",\"member\":\"b\"}");
        String scheduled = KeyJson.writeFailover(
                Optional.of(new NodeId("a")),
                Optional.empty(),
                Optional.of(OffsetDateTime.parse("2027-01-01T00:00:00Z")));
        assertThat(scheduled).isEqualTo("{\"leader\":\"a\",\"scheduled_at\":\"2027-01-01T00:00:00+00:00\"}");
        assertThat(view("failover", scheduled).failover().orElseThrow().scheduledAt())
                .contains(Instant.parse("2027-01-01T00:00:00Z"));
    }

    @Test
    void aHandOverIsReadAsItWasWritten() {
        HandOver left = new HandOver(new Lsn(0x3000060), 3, "7179854923829112860", Map.of("stop", 61L, "receive", 4L));
        String written = KeyJson.writeHandOver(new NodeId("a"), new NodeId("b"), left);
        FailoverRequest request = view("failover", written).failover().orElseThrow();
        assertThat(request.handOver()).contains(left);
        assertThat(request.immediate()).isTrue();
        assertThat(request.modified()).isEqualTo(10);
        // what others read of it is a switchover from one to the other
        assertThat(request.leader()).contains(new NodeId("a"));
        assertThat(request.candidateIs(new NodeId("b"))).isTrue();
    }

    /** Evidence is never made up. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "7",
                "{}",
                "{\"checkpoint\":5,\"timeline\":1}",
                "{\"checkpoint\":5,\"timeline\":1,\"system_identifier\":\"\"}",
                "{\"checkpoint\":5,\"system_identifier\":\"7179854923829112860\"}",
                "{\"timeline\":1,\"system_identifier\":\"7179854923829112860\"}",
                "{\"checkpoint\":\"far\",\"timeline\":1,\"system_identifier\":\"7179854923829112860\"}"
            })
    void aHandOverInWhichSomethingIsMissingIsNone(String left) {
        String written = KeyJson.writeHandOver(
                new NodeId("a"), new NodeId("b"), new HandOver(new Lsn(5), 1, "7179854923829112860", Map.of()));
        String name = written.substring(written.indexOf("\"b\",\"") + 5, written.indexOf("\":{"));
        FailoverRequest request = view("failover", "{\"leader\":\"a\",\"member\":\"b\",\"" + name + "\":" + left + "}")
                .failover()
                .orElseThrow();
        assertThat(request.handOver()).isEmpty();
        assertThat(request.candidateIs(new NodeId("b"))).isTrue();
    }

    @Test
    void historyIsAListOfTimelines() {
        String value = "[[1,67109216,\"no recovery target specified\",\"2026-07-01T10:00:05.123456+00:00\",\"pg-1\"],"
                + "[2,83886240,\"no recovery target specified\",\"2026-07-02T11:30:00.654321+00:00\",\"pg-0\"]]";
        var history = view("history", value).history();
        assertThat(KeyJson.writeHistory(history.entries())).isEqualTo(value);
        assertThat(history.clusterTimeline()).isEqualTo(3);
        assertThat(view("history", "[]").history().clusterTimeline()).isEqualTo(1);
        assertThat(view("history", "[[1,5,\"x\"]]").history().clusterTimeline()).isEqualTo(2);
        for (String unusable : List.of("{}", "nonsense", "[[1]]", "[[\"1\",5,\"x\"]]")) {
            assertThat(view("history", unusable).history().clusterTimeline())
                    .as(unusable)
                    .isZero();
        }
    }

    @Test
    void failsafeIsAMapOfUrls() {
        assertThat(view("failsafe", "{\"pg-0\":\"http://10.0.0.11:8008/patroni\"}")
                        .failsafe())
                .containsEntry("pg-0", "http://10.0.0.11:8008/patroni");
        assertThat(view("failsafe", "nonsense").failsafe()).isEmpty();
    }

    @Test
    void aFormationHasGroups() {
        SortedMap<String, StoredKey> keys = keys(
                "0/leader",
                "c1",
                "0/members/c1",
                "{}",
                "1/leader",
                "w1",
                "1/members/w1",
                "{}",
                "10/leader",
                "x1",
                "leader",
                "plain",
                "01/leader",
                "no");
        assertThat(ClusterKeys.groups(keys).keySet()).containsExactly(new GroupId(0), new GroupId(1), new GroupId(10));
        ClusterView coordinator = ClusterKeys.view(keys, Optional.of(GroupId.COORDINATOR));
        assertThat(coordinator.ledBy(new NodeId("c1"))).isTrue();
        assertThat(coordinator.member(new NodeId("c1"))).isPresent();
        assertThat(coordinator.workers().keySet()).containsExactly(new GroupId(1), new GroupId(10));
        assertThat(ClusterKeys.view(keys, Optional.empty()).ledBy(new NodeId("plain")))
                .isTrue();
    }
}
