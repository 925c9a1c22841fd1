package io.orangery.config;

import static io.orangery.config.Sample.applied;
import static io.orangery.config.Sample.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.SynchronousMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EffectiveConfigurationTest {
    @Test
    void defaults() {
        var settings = settings("{}", "{}");
        assertThat(settings.namespace()).isEqualTo("service");
        assertThat(settings.dcsSection()).isEqualTo("etcd3");
        assertThat(settings.dcs()).isEqualTo(Map.of("host", "127.0.0.1:2379"));
        assertThat(settings.stateDir()).isEqualTo(Path.of("/data/a1.orangery"));
        assertThat(settings.citus()).isEmpty();
        assertThat(settings.bootstrap().present()).isFalse();
        assertThat(settings.mesh().listenPort()).isEqualTo(18008);
        assertThat(settings.mesh().connectHost()).isEqualTo("127.0.0.1");
        assertThat(settings.restApi().apiUrl()).isEqualTo("http://127.0.0.1:8008/patroni");
        assertThat(settings.restApi().clientInsecure()).isTrue();
        var dynamic = settings.dynamic();
        assertThat(List.of(
                        dynamic.ttl(),
                        dynamic.loopWait(),
                        dynamic.retryTimeout(),
                        dynamic.primaryStartTimeout(),
                        dynamic.memberSlotsTtl()))
                .containsExactly(seconds(30), seconds(10), seconds(10), seconds(300), seconds(1800));
        assertThat(dynamic.maximumLagOnFailover()).isEqualTo(1048576);
        assertThat(dynamic.synchronousMode()).isEqualTo(SynchronousMode.OFF);
        assertThat(dynamic.useSlots()).isTrue();
        assertThat(dynamic.standby()).isFalse();
        var postgres = settings.postgres();
        assertThat(postgres.connectAddress()).isEqualTo(new HostPort("localhost", 5432));
        assertThat(postgres.configDir()).isEqualTo(Path.of("/data/a1"));
        assertThat(postgres.pgpass()).isEqualTo(Path.of("/home/postgres/pgpass"));
        assertThat(postgres.createReplicaMethods()).containsExactly("basebackup");
        assertThat(postgres.pgCtlTimeout()).isEqualTo(seconds(60));
        assertThat(postgres.rewind()).isEqualTo(postgres.superuser());
        assertThat(postgres.parameters())
                .isEqualTo(Map.of(
                        "wal_level", "replica",
                        "hot_standby", "on",
                        "max_connections", "100",
                        "max_wal_senders", "10",
                        "max_prepared_transactions", "0",
                        "max_locks_per_transaction", "64",
                        "track_commit_timestamp", "off",
                        "max_replication_slots", "10",
                        "max_worker_processes", "8",
                        "wal_log_hints", "on"));
    }

    @Test
    void readsTheDynamicConfiguration() {
        var applied = applied("{}", """
                {ttl: '40', maximum_lag_on_failover: 5, max_timelines_history: 3, check_timeline: on, master_start_timeout: 60,
                 primary_stop_timeout: 9, master_stop_timeout: 8, synchronous_mode: Quorum, synchronous_mode_strict: on,
                 synchronous_node_count: 0, member_slots_ttl: 2h, pause: true, permanent_slots: {}, slots: {a: null},
                 ignore_slots: [{name: x}], max_lag_on_failover: 1}
                """);
        var dynamic = applied.settings().dynamic();
        assertThat(List.of(
                        dynamic.ttl(),
                        dynamic.primaryStartTimeout(),
                        dynamic.primaryStopTimeout(),
                        dynamic.memberSlotsTtl()))
                .containsExactly(seconds(40), seconds(60), seconds(9), seconds(7200));
        assertThat(dynamic.maximumLagOnFailover()).isEqualTo(5);
        assertThat(dynamic.maxTimelinesHistory()).isEqualTo(3);
        assertThat(dynamic.checkTimeline()).isTrue();
        assertThat(dynamic.pause()).isTrue();
        assertThat(dynamic.synchronousMode()).isEqualTo(SynchronousMode.QUORUM);
        assertThat(dynamic.synchronousModeStrict()).isTrue();
        assertThat(dynamic.synchronousNodeCount()).isEqualTo(1);
        assertThat(dynamic.slots()).containsOnlyKeys("a");
        assertThat(dynamic.ignoreSlots()).containsExactly(Map.of("name", "x"));
        assertThat(dynamic.raw()).containsEntry("max_lag_on_failover", 1);
        assertThat(applied.warnings())
                .containsExactly(
                        "config key: max_lag_on_failover is unknown and has no effect; the nearest known name is maximum_lag_on_failover",
                        "config key: known, but without effect in this release: slots");
    }

    @Test
    void aStandbyClusterIsNeverSynchronous() {
        var dynamic = settings("{}", "{synchronous_mode: on, standby_cluster: {host: h, port: 5432, x: 1}}")
                .dynamic();
        assertThat(dynamic.standbyCluster()).isEqualTo(Map.of("host", "h", "port", 5432));
        assertThat(dynamic.synchronousMode()).isEqualTo(SynchronousMode.OFF);
        assertThat(settings("{}", "{standby_cluster: {host: '', primary_slot_name: s}}")
                        .dynamic()
                        .standby())
                .isFalse();
    }

    @Test
    void unusableValuesOfTheConfigKeyReadAsTheDefault() {
        var applied = applied("{}", "{maximum_lag_on_failover: much, synchronous_mode: maybe}");
        assertThat(applied.settings().dynamic().maximumLagOnFailover()).isEqualTo(1048576);
        assertThat(applied.settings().dynamic().synchronousMode()).isEqualTo(SynchronousMode.OFF);
        assertThat(applied.warnings())
                .containsExactly(
                        "config key: maximum_lag_on_failover is 'much', expected an integer of 0 or more: the default is used",
                        "config key: synchronous_mode is 'maybe', expected on, off or quorum: the default is used");
    }

    @Test
    void theConfigKeyIsAdjustedWithAWarning() {
        var applied = applied("{}", "{ttl: 20, loop_wait: 10, retry_timeout: 10}");
        assertThat(applied.settings().postgres().retryTimeout()).isEqualTo(seconds(9));
        assertThat(applied.warnings())
                .containsExactly("config key: loop_wait + 2 * retry_timeout (10 + 2 * 10) is more than ttl (20): "
                        + "loop_wait is 1 and retry_timeout 9");
    }

    @Test
    void restAndMesh() {
        var settings = settings("""
                restapi: {listen: "*:60000", connect_address: "10.0.0.1:60000", certfile: /c, cafile: /ca, verify_client: Required,
                          authentication: {username: u, password: p}, http_extra_headers: {X-A: 1}}
                ctl: {certfile: /cc}
                mesh: {secret: s}
                """, "{}");
        assertThat(settings.restApi().listenHost()).isEqualTo("*");
        assertThat(settings.restApi().apiUrl()).isEqualTo("https://10.0.0.1:60000/patroni");
        assertThat(settings.restApi().verifyClient()).isEqualTo("required");
        assertThat(settings.restApi().authentication()).contains("u:p");
        assertThat(settings.restApi().clientAuthentication()).contains("u:p");
        assertThat(settings.restApi().clientCaFile()).contains(Path.of("/ca"));
        assertThat(settings.restApi().clientInsecure()).isFalse();
        assertThat(settings.restApi().httpExtraHeaders()).isEqualTo(Map.of("X-A", "1"));
        assertThat(settings.mesh().listenPort()).isZero();
        assertThat(settings.mesh().connectHost()).isEqualTo("10.0.0.1");
        assertThat(settings.mesh().sharedSecret()).contains("s");
        var own = settings("{mesh: {enabled: off, listen: 'h:1', connect_address: 'c:2'}}", "{}")
                .mesh();
        assertThat(own.enabled()).isFalse();
        assertThat(own.listenPort()).isEqualTo(1);
        assertThat(own.connectPort()).isEqualTo(2);
    }

    @Test
    void theFirstStoreInTheAlphabetThatCanBeLoadedIsUsed() {
        assertThat(settings("{consul: {host: h}, zookeeper: {hosts: ['a:1']}}", "{}")
                        .dcsSection())
                .isEqualTo("etcd3");
        assertThat(settings("{etcd3: null, consul: {host: h}, zookeeper: {hosts: ['a:1']}}", "{}")
                        .dcsSection())
                .isEqualTo("zookeeper");
    }

    @Test
    void aCustomBootstrapMethodIsNeverReplacedByInitdb() {
        var custom = Configuration.standard()
                .start(
                        Sample.with(
                                "{bootstrap: {dcs: {ttl: 30, loop_wait: 10, retry_timeout: 10}, method: m, m: {command: /x}}}"));
        assertThat(custom.settings().bootstrap().present()).isFalse();
        assertThat(custom.warnings()).singleElement().asString().contains("will not create a new cluster");
        var fallback = settings(
                "{bootstrap: {dcs: {ttl: 30}, method: m, initdb: [data-checksums, encoding: UTF8], post_init: /p}}",
                "{}");
        assertThat(fallback.bootstrap().present()).isTrue();
        assertThat(fallback.bootstrap().method()).isEqualTo("initdb");
        assertThat(fallback.bootstrap().initdbOptions()).containsExactly("--data-checksums", "--encoding=UTF8");
        assertThat(fallback.bootstrap().postBootstrap()).contains("/p");
    }

    @Test
    void tagsKeepOrderAndContradictionsAreNamed() {
        var applied = Configuration.standard()
                .start(Sample.with("{tags: {zone: a, nofailover: 'yes', failover_priority: '2'}}"));
        assertThat(applied.settings().tags().values())
                .containsExactly(
                        Map.entry("zone", "a"), Map.entry("nofailover", true), Map.entry("failover_priority", 2));
        assertThat(applied.warnings())
                .containsExactly(
                        "PATRONI_CONFIGURATION: tags.nofailover contradicts tags.failover_priority; nofailover wins");
    }

    @Test
    void whatWillNotWorkAsWrittenIsNamed() {
        var applied = Configuration.standard()
                .start(
                        Sample.with(
                                "{restapi: {listen: '0.0.0.0:8008', server_tokens: None}, postgresql: {parameters: {max_connections: 5}}}"));
        assertThat(applied.warnings())
                .containsExactly(
                        "PATRONI_CONFIGURATION: postgresql.parameters.max_connections has no effect in the local file: the parameter is set by the dynamic configuration for all nodes alike",
                        "PATRONI_CONFIGURATION: restapi.connect_address is missing: other nodes cannot connect to 0.0.0.0:8008, the address this node will publish",
                        "PATRONI_CONFIGURATION: restapi.server_tokens is 'None', expected one of Minimal, ProductOnly, Original; Original is used");
    }

    @ParameterizedTest
    @CsvSource({"warning, WARN", "CRITICAL, ERROR", "DEBUG, DEBUG", "nonsense, INFO"})
    void logLevels(String configured, String expected) {
        var log = Configuration.log(Sample.with("{log: {level: " + configured + ", dir: /log}}"));
        assertThat(log.level()).isEqualTo(expected);
        assertThat(log.directory()).isEqualTo(Optional.of(Path.of("/log")));
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }
}
