package io.orangery.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.NodeSettings;
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
    void parametersAreMergedExceptTheControlledOnes() {
        var applied = applied(
                "{postgresql: {parameters: {WORK_MEM: 8MB, max_connections: 500, log_connections: yes}}}",
                "{postgresql: {parameters: {work_mem: 4MB, shared_buffers: 1GB, Max_Connections: '300', wal_level: minimal, port: 1}}}");
        assertThat(applied.settings().postgres().parameters())
                .containsEntry("work_mem", "8MB")
                .containsEntry("shared_buffers", "1GB")
                .containsEntry("log_connections", "on")
                .containsEntry("max_connections", "300")
                .containsEntry("wal_level", "replica")
                .doesNotContainKeys("port", "WORK_MEM");
        assertThat(applied.warnings())
                .containsExactly(
                        "postgresql.parameters.wal_level of the dynamic configuration is 'minimal', expected replica or logical: replica is used",
                        "postgresql.parameters.port of the dynamic configuration is '1', expected nothing (it is derived from postgresql.listen or scope): it is ignored");
    }

    @Test
    void otherKeysOfPostgresqlAreReplacedAsAWhole() {
        var postgres = settings(
                        "{postgresql: {pg_hba: [mine], use_slots: off}}",
                        "{postgresql: {pg_hba: [a, b], pg_ident: [c d e], use_pg_rewind: on, data_dir: /evil, use_slots: off}}")
                .postgres();
        assertThat(postgres.pgHba()).containsExactly("mine");
        assertThat(postgres.pgIdent()).containsExactly("c d e");
        assertThat(postgres.usePgRewind()).isTrue();
        assertThat(postgres.dataDir()).isEqualTo(Path.of("/data/a1"));
        assertThat(postgres.useSlots()).isFalse();
        assertThat(settings("{postgresql: {use_pg_rewind: off}}", "{postgresql: {use_pg_rewind: on}}")
                        .postgres()
                        .usePgRewind())
                .isFalse();
    }

    @Test
    void ownAccessFilesAreLeftAlone() {
        var postgres = settings(
                        "{postgresql: {pg_hba: [a], pg_ident: [b], parameters: {hba_file: /etc/hba, ident_file: pg_ident.conf}}}",
                        "{}")
                .postgres();
        assertThat(postgres.pgHba()).isEmpty();
        assertThat(postgres.pgIdent()).containsExactly("b");
    }

    @Test
    void recoverySettingsLeaveTheParametersAndLoseWhatTheAgentDecides() {
        var postgres = settings(
                        "{postgresql: {parameters: {restore_command: a, primary_conninfo: x}, recovery_conf: {archive_cleanup_command: b, recovery_target_time: t, recovery_target_timeline: 3}}}",
                        "{}")
                .postgres();
        assertThat(postgres.recoveryConf()).isEqualTo(Map.of("restore_command", "a", "archive_cleanup_command", "b"));
        assertThat(postgres.parameters()).doesNotContainKeys("restore_command", "primary_conninfo");
    }

    @Test
    void toolOptionsAndMethods() {
        var applied = applied(
                "{postgresql: {basebackup: [max-rate: 100M, no-verify-checksums, format: t, compress: gzip], create_replica_methods: [wal_g, basebackup], wal_g: {command: /x, n: 5}}}",
                "{}");
        assertThat(applied.settings().postgres().basebackupOptions())
                .containsExactly("--max-rate=100M", "--no-verify-checksums");
        assertThat(applied.settings().postgres().createReplicaMethods()).containsExactly("wal_g", "basebackup");
        assertThat(applied.settings().postgres().methods()).isEqualTo(Map.of("wal_g", Map.of("command", "/x", "n", 5)));
        assertThat(applied.warnings())
                .containsExactly("postgresql.basebackup: left out: the option format is set by the agent itself");
    }

    @Test
    void legacyNamesOfCredentials() {
        var postgres = settings(
                        "{name: null, postgresql: {name: old, authentication: null, replication: {username: r}, pg_rewind: {username: w, password: p}}}",
                        "{}")
                .postgres();
        assertThat(postgres.memberName()).isEqualTo("old");
        assertThat(postgres.replication().username()).contains("r");
        assertThat(postgres.superuser().username()).contains("w");
        assertThat(postgres.rewind().username()).contains("w");
        assertThat(postgres.usePgRewind()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "'0.0.0.0:5433', '0.0.0.0', 5433, localhost",
        "'10.0.0.1,127.0.0.1:5433', '10.0.0.1,127.0.0.1', 5433, localhost",
        "'10.0.0.1', '10.0.0.1', 5432, 10.0.0.1",
        "'*', '*', 5432, localhost",
        "'[fd00::1]:5433', 'fd00::1', 5433, 'fd00::1'",
        "'[fd00::1]', 'fd00::1', 5432, 'fd00::1'",
    })
    void listens(String listen, String addresses, int port, String host) {
        var postgres =
                settings("{postgresql: {listen: '" + listen + "'}}", "{}").postgres();
        assertThat(postgres.listenAddresses()).isEqualTo(addresses);
        assertThat(postgres.port()).isEqualTo(port);
        assertThat(postgres.connectAddress()).isEqualTo(new HostPort(host, port));
    }

    @ParameterizedTest
    @CsvSource({
        "'{}', citus",
        "'{shared_preload_libraries: \"pg_stat_statements,citus\"}', 'citus,pg_stat_statements'",
        "'{shared_preload_libraries: \" a, ,citus , b\"}', 'citus,a,b'",
    })
    void citusIsLoadedFirst(String parameters, String expected) {
        var settings =
                settings("{citus: {group: 1, database: app}, postgresql: {parameters: " + parameters + "}}", "{}");
        assertThat(settings.postgres().parameters())
                .containsEntry("shared_preload_libraries", expected)
                .containsEntry("wal_level", "logical")
                .containsEntry("max_prepared_transactions", "200")
                .containsEntry("citus.local_hostname", "localhost");
        assertThat(settings.postgres().preparedForCitus()).isTrue();
        assertThat(settings.citusWorker()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "'{max_connections: \"150\", max_prepared_transactions: 0}', 300",
        "'{max_prepared_transactions: 7}', 7",
    })
    void citusNeedsPreparedTransactions(String parameters, String expected) {
        var settings = settings("{citus: {group: 0, database: app}}", "{postgresql: {parameters: " + parameters + "}}");
        assertThat(settings.postgres().parameters()).containsEntry("max_prepared_transactions", expected);
        assertThat(settings.coordinator()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "'{listen: \"10.0.0.9:5432\"}', 10.0.0.9",
        "'{use_unix_socket: on}', localhost",
        "'{use_unix_socket: on, parameters: {unix_socket_directories: \"rel, /run/pg, /tmp\"}}', /run/pg",
        "'{use_unix_socket: on, listen: \"10.0.0.9:5432\", parameters: {unix_socket_directories: rel}}', 10.0.0.9",
    })
    void citusConnectsLocallyAsTheAgentDoes(String postgres, String expected) {
        var settings = settings("{citus: {group: 1, database: app}, postgresql: " + postgres + "}", "{}");
        assertThat(settings.postgres().parameters()).containsEntry("citus.local_hostname", expected);
    }

    @ParameterizedTest
    @CsvSource({
        "'{}', QUORUM",
        "'{bootstrap: {dcs: {synchronous_mode: off}}}', OFF",
        "'{bootstrap: {dcs: {ttl: 30}}}', QUORUM"
    })
    void aCitusGroupStartsInQuorumModeUnlessToldOtherwise(String bootstrap, SynchronousMode expected) {
        var change =
                new DynamicDocument(Sample.parse("{citus: {group: 1, database: app}}")).patch(Sample.parse(bootstrap));
        var settings = Configuration.standard()
                .start(Sample.with(Yaml11.print(change.document().values())))
                .settings();
        assertThat(settings.bootstrap().present()).isTrue();
        assertThat(settings.bootstrap().dcs()).containsKey("synchronous_mode");
        assertThat(new DynamicReader(settings.bootstrap().dcs(), Map.of())
                        .settings(TimingLimits.WITHOUT_FENCE.adjust(new Values(Map.of())))
                        .synchronousMode())
                .isEqualTo(expected);
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
    void localValuesOfControlledParametersAndAWildcardAddressAreNamed() {
        var applied = Configuration.standard()
                .start(Sample.with(
                        "{restapi: {listen: '0.0.0.0:8008'}, postgresql: {parameters: {max_connections: 5}}}"));
        assertThat(applied.warnings())
                .containsExactly(
                        "PATRONI_CONFIGURATION: postgresql.parameters.max_connections has no effect in the local file: the parameter is set by the dynamic configuration for all nodes alike",
                        "PATRONI_CONFIGURATION: restapi.connect_address is missing: other nodes cannot connect to 0.0.0.0:8008, the address this node will publish");
    }

    @ParameterizedTest
    @CsvSource({"warning, WARN", "CRITICAL, ERROR", "DEBUG, DEBUG", "nonsense, INFO"})
    void logLevels(String configured, String expected) {
        var log = Configuration.log(Sample.with("{log: {level: " + configured + ", dir: /log}}"));
        assertThat(log.level()).isEqualTo(expected);
        assertThat(log.directory()).isEqualTo(Optional.of(Path.of("/log")));
    }

    private static Configuration.Applied applied(String local, String dynamic) {
        return switch (Configuration.standard().effective(Sample.with(local), Sample.parse(dynamic))) {
            case Configuration.Applied applied -> applied;
            case Configuration.Rejected rejected -> throw new AssertionError(rejected.reason());
        };
    }

    private static NodeSettings settings(String local, String dynamic) {
        return applied(local, dynamic).settings();
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }
}
