package io.orangery.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.PostgresState;
import io.orangery.protocol.Json;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The vectors of rest-api 22 over the wire; the numbers are its rows. */
class ConformanceTest {
    private static RunningServer node;

    @BeforeAll
    static void start() {
        node = new RunningServer(NodeBuilder.primary());
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @BeforeEach
    void reset() {
        node.agent.asked.clear();
        node.agent.storeReachable = true;
        node.agent.written = Agent.Written.DONE;
        node.agent.done = new Agent.Done.Succeeded();
        node.peers.clear();
        node.peers.put("bravo", RunningServer.healthy());
    }

    private static RunningServer on(NodeBuilder builder) {
        node.agent.be(builder);
        return node;
    }

    private static RunningServer alpha() {
        return on(NodeBuilder.primary());
    }

    private static RunningServer bravo() {
        return on(NodeBuilder.replica().tag("zone", "z1"));
    }

    @Test
    void healthChecksAnswerWithTheDocument() { // 1, 11
        HttpResponse<String> primary = alpha().get("/");
        assertThat(primary.statusCode()).isEqualTo(200);
        assertThat(primary.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(Json.parse(primary.body()).orElseThrow().get("role").asText())
                .isEqualTo("primary");
        assertThat(alpha().get("/foo").statusCode()).isEqualTo(503);
        HttpResponse<String> replica = bravo().get("/");
        assertThat(replica.statusCode()).isEqualTo(503);
        assertThat(Json.parse(replica.body()).orElseThrow().get("role").asText())
                .isEqualTo("replica");
    }

    @Test
    void headAndOptionsAnswerWithTheStatusAlone() { // 2
        for (String method : new String[] {"HEAD", "OPTIONS"}) {
            assertThat(alpha().answer(method, "/", null)).isEqualTo("200 ");
            assertThat(alpha().answer(method, "/patroni", null)).isEqualTo("200 ");
            assertThat(bravo().answer(method, "/primary", null)).isEqualTo("503 ");
        }
    }

    @Test
    void aLoadBalancerOfOldSpeaksWithoutHost() {
        assertThat(alpha().raw("OPTIONS /master HTTP/1.0\n\n")).startsWith("HTTP/1.1 200 OK");
        assertThat(bravo().raw("HEAD /replica?lag=10MB HTTP/1.0\n\n")).startsWith("HTTP/1.1 200 OK");
    }

    @Test
    void queryParametersNarrowTheChecks() { // 3 to 10
        assertThat(bravo().get("/replica?tag_zone=z1").statusCode()).isEqualTo(200);
        assertThat(bravo().get("/replica?tag_zone=z2").statusCode()).isEqualTo(503);
        assertThat(bravo().get("/replica?tag_clonefrom=true").statusCode()).isEqualTo(200);
        assertThat(bravo().get("/replica?tag_clonefrom=True").statusCode()).isEqualTo(503);
        assertThat(bravo().get("/replica?lag=0").statusCode()).isEqualTo(200);
        assertThat(bravo().get("/replica?lag=x").statusCode()).isEqualTo(200);
        assertThat(bravo().get("/health?tag_zone=q").statusCode()).isEqualTo(503);
        assertThat(bravo().get("/healthz").statusCode()).isEqualTo(200);
        assertThat(bravo().get("/xx-replica-yy").statusCode()).isEqualTo(200);
        assertThat(bravo().get("/leaderfoo").statusCode()).isEqualTo(503);
        assertThat(bravo().get("/async").statusCode()).isEqualTo(200);
        assertThat(bravo().get("/async/").statusCode()).isEqualTo(503);
        assertThat(bravo().get("/replica?replication_state=streaming").statusCode())
                .isEqualTo(200);
        assertThat(bravo().get("/replica?replication_state=foo").statusCode()).isEqualTo(503);
    }

    @Test
    void unknownMethodsSayThePhrase() { // 12
        HttpResponse<String> response = alpha().send("POST", "/foo", "{}");
        assertThat(response.statusCode()).isEqualTo(501);
        assertThat(response.body()).contains("Server does not support this operation");
        assertThat(alpha().raw("DELETE /failover HTTP/1.0\n\n"))
                .startsWith("HTTP/1.1 501 Unsupported method ('DELETE')");
    }

    @Test
    void theConfigurationIsPatched() { // 15, 16
        assertThat(alpha().answer("PATCH", "/config", "{}")).startsWith("400 ");
        assertThat(alpha().answer("PATCH", "/config", "[]")).startsWith("400 ");
        assertThat(alpha().answer("PATCH", "/config", "{nonsense")).startsWith("400 ");
        assertThat(alpha().answer("PATCH", "/config", "{\"ttl\":\"30\"}"))
                .isEqualTo("200 {\"ttl\":30,\"loop_wait\":10,\"retry_timeout\":10}");
        assertThat(node.agent.asked).containsExactly("wake");
        assertThat(alpha().answer("PATCH", "/config", "{\"pause\":true,\"ttl\":null}"))
                .isEqualTo("200 {\"loop_wait\":10,\"retry_timeout\":10,\"pause\":true}");
        assertThat(node.agent.asked)
                .last()
                .isEqualTo("CONFIG {\"loop_wait\":10,\"retry_timeout\":10,\"pause\":true} if 4");
    }

    @Test
    void aPatchThatLosesTheRaceIsAConflict() {
        node.agent.written = Agent.Written.REFUSED;
        assertThat(alpha().answer("PATCH", "/config", "{\"ttl\":40}")).startsWith("409 ");
        assertThat(alpha().answer("PUT", "/config", "{\"ttl\":40}")).startsWith("502 ");
        assertThat(on(NodeBuilder.primary().withoutKey("config")).answer("PATCH", "/config", "{\"ttl\":40}"))
                .startsWith("503 ");
        assertThat(node.get("/config").statusCode()).isEqualTo(502);
    }

    @Test
    void aSwitchoverNeedsALeaderAndABody() { // 17 to 21
        assertThat(alpha().raw("POST /switchover HTTP/1.0\n\n")).startsWith("HTTP/1.1 411 ");
        assertThat(alpha().answer("POST", "/switchover", "{nonsense")).startsWith("400 ");
        assertThat(alpha().answer("POST", "/switchover", "{\"candidate\":\"bravo\"}"))
                .isEqualTo("400 Switchover could be performed only from a specific leader");
        assertThat(alpha().answer("POST", "/switchover", "{\"leader\":\"x\"}"))
                .isEqualTo("412 leader name does not match");
        assertThat(alpha().answer("POST", "/switchover", "{\"leader\":\"alpha\",\"candidate\":\"alpha\"}"))
                .isEqualTo("400 Switchover target and source are the same");
        assertThat(alpha().answer("POST", "/switchover", "{\"leader\":\"alpha\",\"candidate\":\"nobody\"}"))
                .isEqualTo("412 candidate does not exists");
        assertThat(node.agent.asked).isEmpty();
    }

    @Test
    void timesOfSchedulesAreChecked() { // 22 to 24
        assertThat(alpha().answer(
                                "POST",
                                "/failover",
                                "{\"candidate\":\"bravo\",\"scheduled_at\":\"2027-01-01T00:00+00\"}"))
                .isEqualTo("400 Failover can't be scheduled");
        assertThat(schedule("2020-01-01T00:00+00")).isEqualTo("422 Cannot schedule switchover in the past");
        assertThat(schedule("2027-01-01T00:00"))
                .isEqualTo("400 Timezone information is mandatory for the scheduled switchover");
        assertThat(schedule("soon")).startsWith("422 Unable to parse scheduled timestamp.");
    }

    private static String schedule(String time) {
        return alpha().answer("POST", "/switchover", "{\"leader\":\"alpha\",\"scheduled_at\":\"" + time + "\"}");
    }

    /** 25 and 26 say 202; nothing would carry it out in this release, so nothing is promised (deviations 11). */
    @Test
    void aScheduledSwitchoverIsRefusedHonestly() {
        String answer = schedule("2027-01-01T00:00Z");
        assertThat(answer).startsWith("501 Scheduled switchovers are not possible");
        assertThat(answer).doesNotContain("Server does not support this operation");
        assertThat(node.agent.asked).isEmpty();
    }

    @Test
    void aScheduleOfAnotherAgentIsShownAndCancelled() { // 25, 27
        NodeBuilder scheduled = NodeBuilder.primary()
                .key("failover", "{\"leader\":\"alpha\",\"scheduled_at\":\"2027-01-01T00:00:00+00:00\"}");
        assertThat(on(scheduled).get("/cluster").body())
                .contains("\"scheduled_switchover\":{\"at\":\"2027-01-01T00:00:00+00:00\",\"from\":\"alpha\"}");
        assertThat(node.answer("DELETE", "/switchover", null)).isEqualTo("200 scheduled switchover deleted");
        assertThat(node.agent.asked).containsExactly("FAILOVER {} if 9");
        assertThat(alpha().answer("DELETE", "/switchover", null)).isEqualTo("404 no switchover is scheduled");
    }

    @Test
    void restartsAreFiltered() { // 28 to 34
        assertThat(alpha().answer("DELETE", "/restart", null)).isEqualTo("404 no restarts are scheduled");
        assertThat(alpha().answer("POST", "/restart", "{\"role\":\"master\"}"))
                .startsWith("400 PostgreSQL role should be");
        assertThat(bravo().answer("POST", "/restart", "{\"role\":\"primary\"}"))
                .isEqualTo("503 restart conditions are not satisfied");
        assertThat(alpha().answer("POST", "/restart", "{\"restart_pending\":false}"))
                .isEqualTo("503 restart conditions are not satisfied");
        assertThat(alpha().answer("POST", "/restart", "{\"postgres_version\":\"9\"}"))
                .isEqualTo("400 Invalid PostgreSQL version format: X.Y or X.Y.Z is accepted: 9");
        assertThat(alpha().answer("POST", "/restart", "{\"schedule\":\"2027-01-01T00:00+00\"}"))
                .startsWith("501 Scheduled restarts are not possible");
        assertThat(on(NodeBuilder.primary().paused())
                        .answer("POST", "/restart", "{\"schedule\":\"2027-01-01T00:00+00\"}"))
                .isEqualTo("500 Can't schedule restart in the paused state");
        assertThat(node.agent.asked).isEmpty();
    }

    @Test
    void aRestartSaysHowLongWritesWereHeld() {
        assertThat(on(NodeBuilder.primary().worker().paused(Map.of("total", 182L)))
                        .send("POST", "/restart", null)
                        .headers()
                        .firstValue("Orangery-Pause"))
                .contains("{\"total\":182}");
        assertThat(on(NodeBuilder.primary())
                        .send("POST", "/restart", null)
                        .headers()
                        .firstValue("Orangery-Pause"))
                .isEmpty();
        RunningServer failing = on(NodeBuilder.primary().paused(Map.of("total", 182L)));
        failing.agent.done = new Agent.Done.Failed("exit code 1");
        assertThat(failing.send("POST", "/restart", null).headers().firstValue("Orangery-Pause"))
                .isEmpty();
    }

    @Test
    void restartsAreCarriedOut() {
        assertThat(alpha().raw("POST /restart HTTP/1.0\n\n"))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("restarted successfully");
        assertThat(alpha().answer("POST", "/restart", "{\"timeout\":\"2min\"}"))
                .isEqualTo("200 restarted successfully");
        assertThat(node.agent.asked).containsExactly("restart -", "restart PT2M");
        node.agent.done = new Agent.Done.StillStarting();
        assertThat(alpha().answer("POST", "/restart", null)).isEqualTo("503 postgres is still starting");
        node.agent.done = new Agent.Done.Failed("exit code 1");
        assertThat(alpha().answer("POST", "/restart", null)).isEqualTo("503 restart failed");
        assertThat(on(NodeBuilder.primary().busyWith(io.orangery.core.policy.Operation.Kind.REINITIALIZE))
                        .answer("POST", "/restart", null))
                .isEqualTo("503 reinitialize already in progress");
    }

    @Test
    void theLeaderIsNotReinitialized() { // 35
        assertThat(alpha().answer("POST", "/reinitialize", null))
                .isEqualTo("503 I am the leader, can not reinitialize");
        assertThat(bravo().answer("POST", "/reinitialize", "{nonsense")).startsWith("400 ");
        assertThat(on(NodeBuilder.replica().withoutKey("leader")).answer("POST", "/reinitialize", null))
                .isEqualTo("503 Cluster has no leader, can not reinitialize");
        assertThat(node.agent.asked).isEmpty();
        assertThat(bravo().answer("POST", "/reinitialize", "{\"force\":\"yes\"}"))
                .isEqualTo("200 reinitialize started");
        assertThat(node.agent.asked).containsExactly("Reinitialization[force=true, fromLeader=false]");
    }

    @Test
    void aRequestThatTheLeaderDropsHasFailed() { // 36
        node.peers.put("alpha", RunningServer.healthy());
        alpha();
        assertThat(node.answer("POST", "/failover", "{\"candidate\":\"alpha\"}"))
                .isEqualTo("503 Failover failed");
        assertThat(node.agent.asked).containsExactly("FAILOVER {\"member\":\"alpha\"}");
    }

    @Test
    void aFailoverEndsWithTheNewLeader() { // 37
        alpha();
        node.agent.thenRead(NodeBuilder.primary().key("failover", "{\"member\":\"bravo\"}"));
        node.agent.thenRead(NodeBuilder.primary().withoutKey("leader").key("failover", "{\"member\":\"bravo\"}"));
        node.agent.thenRead(NodeBuilder.primary().key("leader", "bravo"));
        assertThat(node.answer("POST", "/failover", "{\"member\":\"bravo\"}"))
                .isEqualTo("200 Successfully failed over to \"bravo\"");
    }

    @Test
    void aSwitchoverMayEndWithAnotherLeader() {
        alpha();
        node.agent.thenRead(NodeBuilder.primary().key("leader", "charlie"));
        assertThat(node.answer("POST", "/switchover", "{\"leader\":\"alpha\",\"candidate\":\"bravo\"}"))
                .isEqualTo("200 Switched over to \"charlie\" instead of \"bravo\"");
        assertThat(node.agent.asked).containsExactly("FAILOVER {\"leader\":\"alpha\",\"member\":\"bravo\"}");
    }

    @Test
    void aCandidateThatMayNotLeadIsRefused() {
        node.peers.clear();
        assertThat(alpha().answer("POST", "/switchover", "{\"leader\":\"alpha\",\"candidate\":\"bravo\"}"))
                .isEqualTo("412 switchover is not possible: no good candidates have been found");
    }

    @Test
    void failsafeModeIsOff() { // 38, and 39 as with failsafe mode off
        assertThat(alpha().get("/failsafe").statusCode()).isEqualTo(502);
        assertThat(alpha().answer("POST", "/failsafe", "{\"name\":\"alpha\"}")).startsWith("502 ");
        assertThat(on(NodeBuilder.primary().key("failsafe", "{\"alpha\":\"http://10.0.0.11:8008/patroni\"}"))
                        .get("/failsafe")
                        .body())
                .isEqualTo("{\"alpha\":\"http://10.0.0.11:8008/patroni\"}");
    }

    @Test
    void withoutTheStoreThereIsNoAnswer() { // 40
        alpha();
        node.agent.storeReachable = false;
        for (String request : new String[] {
            "GET /cluster", "POST /restart", "DELETE /switchover",
        }) {
            assertThat(node.raw(request + " HTTP/1.0\n\n")).as(request).isEmpty();
        }
        assertThat(node.raw("PATCH /config HTTP/1.1\nHost: x\nContent-Length: 9\n\n{\"a\":\"b\"}"))
                .isEmpty();
    }

    @Test
    void withoutTheStoreHealthIsByLease() { // 41 to 43
        assertThat(on(NodeBuilder.primary().storeUnreachable()).get("/primary").statusCode())
                .isEqualTo(200);
        assertThat(on(NodeBuilder.primary().storeUnreachable().leaseEndsIn(Duration.ZERO))
                        .get("/primary")
                        .statusCode())
                .isEqualTo(503);
        assertThat(on(NodeBuilder.replica().storeUnreachable()).get("/async").statusCode())
                .isEqualTo(503);
        assertThat(on(NodeBuilder.replica().storeUnreachable()).get("/replica").statusCode())
                .isEqualTo(200);
        assertThat(on(NodeBuilder.primary().paused().storeUnreachable().withoutLease())
                        .get("/primary")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aNodeWithoutCitusIgnoresEvents() { // 47
        assertThat(alpha().answer("POST", "/citus", "{\"a\":1}")).isEqualTo("200 OK");
        assertThat(alpha().answer("POST", "/mpp", "{\"a\":1}")).isEqualTo("200 OK");
        assertThat(alpha().answer("POST", "/citus", "nonsense")).startsWith("400 ");
    }

    @Test
    void theContentTypeIsNeverLookedAt() { // 48
        String body = "{\"leader\":\"x\"}";
        assertThat(alpha().answer("POST", "/switchover", body, "Content-Type", "application/x-www-form-urlencoded"))
                .isEqualTo("412 leader name does not match");
        assertThat(alpha().answer("POST", "/switchover", body, "Content-Type", "complete nonsense"))
                .isEqualTo("412 leader name does not match");
        assertThat(alpha().raw("POST /switchover HTTP/1.0\nContent-Length: 14\n\n" + body))
                .endsWith("leader name does not match");
    }

    @Test
    void reloadAndSigtermAreAccepted() {
        HttpResponse<String> reload = alpha().send("POST", "/reload", null);
        assertThat(reload.statusCode() + " " + reload.body()).isEqualTo("202 reload scheduled");
        assertThat(reload.headers().firstValue("Content-Type")).contains("text/html");
        assertThat(alpha().answer("POST", "/sigterm", null)).isEqualTo("202 shutdown scheduled");
        assertThat(node.agent.asked).containsExactly("reload");
    }

    @Test
    void furtherSegmentsAreIgnoredWhereThereIsAHandler() {
        assertThat(alpha().get("/patroni/anything").statusCode()).isEqualTo(200);
        assertThat(alpha().get("//patroni").statusCode()).isEqualTo(200);
        assertThat(alpha().answer("POST", "/reload/x", null)).isEqualTo("202 reload scheduled");
    }

    @Test
    void theStatusIsFreshAndTheHealthCheckIsNot() {
        alpha().get("/primary");
        assertThat(node.agent.asked).isEmpty();
        alpha().get("/patroni");
        assertThat(node.agent.asked).containsExactly("look");
    }

    @Test
    void aStatusWithoutAnswerOfTheServerHasNoPositions() {
        HttpResponse<String> response = on(NodeBuilder.primary().silent()).get("/patroni");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("\"state\":\"unknown\"").doesNotContain("xlog");
        assertThat(on(NodeBuilder.primary().state(PostgresState.STOPPED))
                        .get("/health")
                        .statusCode())
                .isEqualTo(503);
    }

    @Test
    void probesAnswerWithoutBody() {
        assertThat(alpha().answer("GET", "/liveness", null)).isEqualTo("200 ");
        assertThat(alpha().answer("GET", "/readiness", null)).isEqualTo("200 ");
        assertThat(bravo().answer("GET", "/readiness", null)).isEqualTo("200 ");
    }
}
