package io.orangery.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.MemberData;
import io.orangery.core.cluster.MemberData.ChangedParameter;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.cluster.Tags;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The samples of dcs-layout 3.4, and what readers must tolerate. */
class MemberJsonTest {
    private static final String PRIMARY =
            "{\"conn_url\":\"postgres://10.0.0.11:5432/postgres\",\"api_url\":\"http://10.0.0.11:8008/patroni\","
                    + "\"state\":\"running\",\"role\":\"primary\",\"version\":\"4.1.4\",\"xlog_location\":67109216,\"timeline\":2}";

    private static final String REPLICA =
            "{\"conn_url\":\"postgres://10.0.0.12:5432/postgres\",\"api_url\":\"http://10.0.0.12:8008/patroni\","
                    + "\"state\":\"running\",\"role\":\"replica\",\"version\":\"4.1.4\",\"tags\":{\"clonefrom\":true},"
                    + "\"pending_restart\":true,\"pending_restart_reason\":{\"max_connections\":{\"old_value\":\"100\",\"new_value\":\"200\"}},"
                    + "\"xlog_location\":67109216,\"replay_lsn\":67109200,\"receive_lsn\":67109216,\"replication_state\":\"streaming\","
                    + "\"timeline\":2}";

    @ParameterizedTest
    @ValueSource(strings = {PRIMARY, REPLICA})
    void whatWasReadIsWrittenAgain(String sample) {
        MemberData member = MemberJson.read(sample);
        assertThat(Json.parse(MemberJson.write(member))).isEqualTo(Json.parse(sample));
        assertThat(member.extra()).isEmpty();
    }

    @Test
    void everyFieldIsRead() {
        MemberData replica = MemberJson.read(REPLICA);
        assertThat(replica.address()).contains(new HostPort("10.0.0.12", 5432));
        assertThat(replica.role()).isEqualTo(Role.REPLICA);
        assertThat(replica.tags().cloneFrom()).isTrue();
        assertThat(replica.pendingRestart()).isEqualTo(Map.of("max_connections", new ChangedParameter("100", "200")));
        assertThat(replica.receiveLsn()).contains(new Lsn(67109216));
        assertThat(replica.replayLsn()).contains(new Lsn(67109200));
        assertThat(replica.replicationState()).contains("streaming");
        assertThat(replica.timeline()).contains(2);
        assertThat(replica.checkpointAfterPromote()).isTrue();
    }

    @Test
    void rareFieldsSurvive() {
        MemberData member = MemberJson.read(
                "{\"state\":\"running\",\"role\":\"master\",\"checkpoint_after_promote\":false,\"pause\":true,"
                        + "\"orangery_mesh\":\"akka://mesh@10.0.0.11:18008\",\"proxy_url\":\"postgres://p:6432/x\","
                        + "\"scheduled_restart\":{\"schedule\":\"2027-01-01T00:00:00+00:00\"}}");
        assertThat(member.role()).isEqualTo(Role.PRIMARY);
        assertThat(member.checkpointAfterPromote()).isFalse();
        assertThat(member.pause()).isTrue();
        assertThat(member.meshAddress()).contains("akka://mesh@10.0.0.11:18008");
        assertThat(member.extra()).containsOnlyKeys("proxy_url", "scheduled_restart");
        assertThat(MemberJson.write(member))
                .contains("\"checkpoint_after_promote\":false")
                .contains("\"pause\":true")
                .contains("\"orangery_mesh\":\"akka://mesh@10.0.0.11:18008\"");
    }

    @Test
    void theAncientFormIsAUrl() {
        MemberData member = MemberJson.read(
                "postgres://repl@10.0.0.13:5433/postgres?application_name=http://10.0.0.13:8008/patroni");
        assertThat(member.address()).contains(new HostPort("10.0.0.13", 5433));
        assertThat(member.apiUrl()).contains("http://10.0.0.13:8008/patroni");
        assertThat(member.state()).isEqualTo(PostgresState.UNKNOWN);
    }

    @Test
    void addressesComeFromEitherField() {
        assertThat(MemberJson.read("{\"conn_kwargs\":{\"host\":\"db\",\"port\":5433}}")
                        .address())
                .contains(new HostPort("db", 5433));
        assertThat(MemberJson.read("{\"conn_url\":\"postgres://[fd00::1]:5432/x\"}")
                        .address())
                .contains(new HostPort("fd00::1", 5432));
        assertThat(MemberJson.read("{\"conn_url\":\"postgres://db/x\"}").address())
                .contains(new HostPort("db", 5432));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "[]",
                "7",
                "{}",
                "{\"conn_url\":7,\"state\":[],\"timeline\":\"x\",\"tags\":\"t\"}"
            })
    void whatCannotBeReadIsAbsent(String value) {
        MemberData member = MemberJson.read(value);
        assertThat(member.state()).isEqualTo(PostgresState.UNKNOWN);
        assertThat(member.address()).isEmpty();
        assertThat(member.timeline()).isEmpty();
        assertThat(member.tags()).isEqualTo(Tags.NONE);
    }

    /** ha-behaviour 1.4. */
    @Test
    void falseBooleansAreNotPublishedUnlessAPriorityNeedsThem() {
        Map<String, Object> tags = new LinkedHashMap<>();
        tags.put("clonefrom", false);
        tags.put("nosync", false);
        tags.put("nofailover", false);
        tags.put("failover_priority", 2);
        tags.put("mine", false);
        assertThat(MemberJson.publishedTags(new Tags(tags)))
                .isEqualTo(Map.of("nofailover", false, "failover_priority", 2, "mine", false));
    }
}
