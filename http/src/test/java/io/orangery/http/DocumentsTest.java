package io.orangery.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.admission.GroupMode;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.policy.PeerAnswer;
import io.orangery.core.settings.SynchronousMode;
import io.orangery.protocol.Json;
import io.orangery.protocol.PeerStatusJson;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The documents byte for byte (rest-api 7 to 9). */
class DocumentsTest {
    private static final String END = ",\"patroni\":{\"version\":\"4.1.4\",\"scope\":\"demo\",\"name\":\"%s\"},"
            + "\"orangery\":{\"version\":\"0.1.0\",\"decision\":\"no action\",\"prepared_to_lead\":false}}";

    private static String status(NodeBuilder node) {
        return Json.write(StatusDocument.of(node.seen(), NodeBuilder.NOW, "0.1.0"));
    }

    @Test
    void aPrimary() {
        assertThat(status(NodeBuilder.primary()))
                .isEqualTo(
                        "{\"state\":\"running\",\"postmaster_start_time\":\"2026-11-22 22:21:59.403556+00:00\",\"role\":\"primary\","
                                + "\"server_version\":150020,\"xlog\":{\"location\":50331744},\"timeline\":1,"
                                + "\"replication\":[{\"usename\":\"replicator\",\"application_name\":\"bravo\",\"client_addr\":\"10.0.0.12\","
                                + "\"state\":\"streaming\",\"sync_state\":\"async\",\"sync_priority\":0}],"
                                + "\"dcs_last_seen\":1795386598,\"tags\":{\"clonefrom\":true},"
                                + "\"database_system_identifier\":\"7711124659357654545\"" + END.formatted("alpha"));
    }

    @Test
    void aReplicaWithEverything() {
        NodeBuilder node = NodeBuilder.replica()
                .synchronous(SynchronousMode.QUORUM, "bravo")
                .pendingRestart();
        assertThat(status(node))
                .isEqualTo(
                        "{\"state\":\"running\",\"postmaster_start_time\":\"2026-11-22 22:21:59.403556+00:00\",\"role\":\"replica\","
                                + "\"server_version\":150020,\"xlog\":{\"received_location\":50331744,\"replayed_location\":50331744,"
                                + "\"replayed_timestamp\":\"2026-11-22 22:26:10.352631+00:00\",\"paused\":false},\"quorum_standby\":true,"
                                + "\"timeline\":1,\"replication_state\":\"streaming\",\"dcs_last_seen\":1795386598,\"tags\":{\"clonefrom\":true},"
                                + "\"database_system_identifier\":\"7711124659357654545\",\"pending_restart\":true,"
                                + "\"pending_restart_reason\":{\"max_connections\":{\"old_value\":\"30\",\"new_value\":\"40\"}}"
                                + END.formatted("bravo"));
    }

    @Test
    void theShortFormInventsNothing() {
        String document =
                status(NodeBuilder.primary().state(PostgresState.STARTING).storeUnreachable());
        assertThat(document)
                .startsWith(
                        "{\"state\":\"starting\",\"role\":\"primary\",\"cluster_unlocked\":true,\"dcs_last_seen\":1795386595,");
        assertThat(PeerStatusJson.read(document)).isInstanceOf(PeerAnswer.Silent.class);
    }

    @Test
    void aPeerReadsWhatWasWritten() {
        assertThat(PeerStatusJson.read(status(NodeBuilder.replica().tag("failover_priority", 3))))
                .isInstanceOfSatisfying(PeerAnswer.Answered.class, answer -> {
                    assertThat(answer.inRecovery()).isTrue();
                    assertThat(answer.running()).isTrue();
                    assertThat(answer.position().bytes()).isEqualTo(NodeBuilder.POSITION);
                    assertThat(answer.timeline()).isEqualTo(1);
                    assertThat(answer.tags().failoverPriority()).isEqualTo(3);
                    assertThat(answer.systemIdentifier()).contains("7711124659357654545");
                });
    }

    @Test
    void aConfigurationThatIsNotInForceIsShown() {
        Agent.Seen seen = new Agent.Seen(
                NodeBuilder.primary().view(),
                java.util.Optional.empty(),
                java.util.Optional.of("ttl: expected more than 12"));
        assertThat(Json.write(StatusDocument.of(seen, NodeBuilder.NOW, "0.1.0")))
                .endsWith(
                        "\"orangery\":{\"version\":\"0.1.0\",\"configuration_problem\":\"ttl: expected more than 12\",\"prepared_to_lead\":false}}");
    }

    @Test
    void theClusterByMember() {
        NodeBuilder node = NodeBuilder.primary();
        assertThat(cluster(node))
                .startsWith("{\"members\":[{\"name\":\"alpha\",\"role\":\"leader\",\"state\":\"running\","
                        + "\"api_url\":\"http://10.0.0.11:8008/patroni\",\"host\":\"10.0.0.11\",\"port\":5432,\"timeline\":1},"
                        + "{\"name\":\"bravo\",\"role\":\"replica\",\"state\":\"streaming\","
                        + "\"api_url\":\"http://10.0.0.12:8008/patroni\",\"host\":\"10.0.0.12\",\"port\":5432,\"timeline\":1,"
                        + "\"receive_lsn\":\"0/3000060\",\"receive_lag\":0,\"replay_lsn\":\"0/3000034\",\"replay_lag\":44,"
                        + "\"lsn\":\"0/3000060\",\"lag\":0},")
                .contains("\"name\":\"charlie\",\"role\":\"replica\",\"state\":\"running\"")
                .contains("\"receive_lsn\":\"unknown\",\"receive_lag\":\"unknown\"")
                .endsWith("],\"scope\":\"demo\"}");
    }

    @Test
    void theClusterSaysWhoIsSynchronousAndPaused() {
        assertThat(cluster(NodeBuilder.primary().synchronous(SynchronousMode.QUORUM, "charlie")))
                .contains("\"name\":\"charlie\",\"role\":\"quorum_standby\"");
        assertThat(cluster(NodeBuilder.primary().synchronous(SynchronousMode.PRIORITY, "charlie")))
                .contains("\"name\":\"charlie\",\"role\":\"sync_standby\"");
        assertThat(cluster(NodeBuilder.primary().standbyCluster()))
                .contains("\"name\":\"alpha\",\"role\":\"standby_leader\"");
        assertThat(cluster(NodeBuilder.primary().paused())).endsWith("\"scope\":\"demo\",\"pause\":true}");
    }

    private static String cluster(NodeBuilder node) {
        GroupMode mode = GroupMode.of(node.cluster(), node.view().dynamic());
        return Json.write(ClusterDocument.of(node.cluster(), mode, "demo"));
    }

    @Test
    void metricsOfAReplica() {
        String text = MetricsText.of(NodeBuilder.replica().view(), NodeBuilder.NOW, Map.of());
        assertThat(text)
                .startsWith("""
                        # HELP patroni_version Patroni semver without periods.
                        # TYPE patroni_version gauge
                        patroni_version{scope="demo",name="bravo"} 040104
                        """)
                .contains("patroni_postmaster_start_time{scope=\"demo\",name=\"bravo\"} 1795386119.403556\n")
                .contains("# TYPE patroni_xlog_received_location counter\n")
                .contains("patroni_xlog_received_location{scope=\"demo\",name=\"bravo\"} 50331744\n")
                .contains("patroni_xlog_replayed_timestamp{scope=\"demo\",name=\"bravo\"} 1795386370.352631\n")
                .contains("patroni_postgres_streaming{scope=\"demo\",name=\"bravo\"} 1\n")
                .contains(
                        "# Values: 0=initdb, 1=initdb_failed, 2=custom_bootstrap, 3=custom_bootstrap_failed, 4=creating_replica, 5=running,")
                .contains("patroni_postgres_state{scope=\"demo\",name=\"bravo\"} 5\n")
                .endsWith("patroni_failover_priority{scope=\"demo\",name=\"bravo\"} 1\n");
        assertThat(text.lines().filter(line -> line.startsWith("# TYPE"))).hasSize(26);
    }

    @Test
    void metricsOfTheLastPause() {
        assertThat(MetricsText.of(NodeBuilder.primary().view(), NodeBuilder.NOW, Map.of("total", 182L)))
                .contains("# TYPE orangery_last_pause_seconds gauge\n")
                .contains("orangery_last_pause_seconds{scope=\"demo\",name=\"alpha\",phase=\"total\"} 0.182\n");
        assertThat(MetricsText.of(NodeBuilder.primary().view(), NodeBuilder.NOW, Map.of()))
                .doesNotContain("orangery_last_pause");
    }

    @Test
    void theLastPauseIsReadByPeersAsItWasWritten() {
        Agent.Seen seen =
                NodeBuilder.primary().paused(Map.of("total", 182L, "locks", 6L)).seen();
        assertThat(PeerStatusJson.lastPause(Json.write(StatusDocument.of(seen, NodeBuilder.NOW, "0.1.0"))))
                .isEqualTo(Map.of("total", 182L, "locks", 6L));
        assertThat(PeerStatusJson.lastPause(status(NodeBuilder.primary()))).isEmpty();
    }

    @Test
    void metricsWithoutAnAnswerOfTheServer() {
        String text = MetricsText.of(NodeBuilder.primary().silent().view(), NodeBuilder.NOW, Map.of());
        assertThat(text)
                .contains("patroni_postgres_state{scope=\"demo\",name=\"alpha\"} -1\n")
                .contains("patroni_postmaster_start_time{scope=\"demo\",name=\"alpha\"} 0\n")
                .doesNotContain("patroni_postgres_streaming");
    }
}
