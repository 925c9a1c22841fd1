package io.orangery.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnownKeysTest {
    @Test
    void everyKeyOfTheSpecificationIsKnown() throws IOException {
        var inspection = inspect(everyKey());
        assertThat(inspection.problems()).isEmpty();
        assertThat(inspection.warnings()).isEmpty();
    }

    @Test
    void namesOnceWhatHasNoEffectYet() throws IOException {
        var applied = Configuration.standard().start(Sample.load(everyKey()));
        assertThat(applied.warnings())
                .filteredOn(warning -> warning.contains("without effect in this release"))
                .singleElement()
                .isEqualTo("PATRONI_CONFIGURATION: known, but without effect in this release: "
                        + "bootstrap.dcs.failsafe_mode, bootstrap.dcs.permanent_replication_slots, bootstrap.dcs.permanent_slots, "
                        + "bootstrap.dcs.postgresql.parameters_primary, bootstrap.dcs.postgresql.pg_hba_replica, "
                        + "bootstrap.dcs.postgresql.pg_ident_standby_leader, bootstrap.dcs.primary_race_backoff, "
                        + "bootstrap.dcs.slots, consul, exhibitor, kubernetes, log.dateformat, log.deduplicate_heartbeat_logs, log.file_num, "
                        + "log.file_size, log.format, log.loggers, log.max_queue_size, log.mode, "
                        + "log.static_fields, log.traceback_level, log.type, postgresql.parameters_replica, "
                        + "postgresql.pg_hba_primary, raft, restapi.request_queue_size, restapi.thread_pool_size, "
                        + "thread_pool_size, thread_stack_size, watchdog");
    }

    @ParameterizedTest
    @CsvSource({
        "'{scop: x}', scop is unknown and has no effect; the nearest known name is scope",
        "'{restapi: {lisen: x}}', restapi.lisen is unknown and has no effect; the nearest known name is listen",
        "'{bootstrap: {dcs: {tll: 30}}}', bootstrap.dcs.tll is unknown and has no effect; the nearest known name is ttl",
        "'{postgresql: {paramters: {a: 1}}}', postgresql.paramters is unknown and has no effect; the nearest known name is parameters",
        "'{ttl: 30}', 'ttl has no effect here: it belongs to the dynamic configuration (bootstrap.dcs, or edit-config)'",
        "'{postgresql: {use_slots: off}}', 'postgresql.use_slots has no effect here: it belongs to the dynamic configuration (bootstrap.dcs.postgresql)'",
        "'{bootstrap: {dcs: {postgresql: {listen: x}}}}', bootstrap.dcs.postgresql.listen has no effect here: it belongs to the local file",
    })
    void warnsOfWhatHasNoEffect(String yaml, String warning) {
        var inspection = inspect(yaml);
        assertThat(inspection.warnings()).containsExactly("node.yml: " + warning);
        assertThat(inspection.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{name: on} | name is true, expected a text that is not empty",
                "{name: ''} | name is '', expected a text that is not empty",
                "{scope: [a]} | scope is a list, expected a text that is not empty",
                "{log: 5} | log is 5, expected a mapping",
                "{log: {level: LOUD}} | log.level is 'LOUD', expected one of DEBUG, INFO, WARN, WARNING, ERROR, FATAL, CRITICAL",
                "{restapi: {listen: 8008}} | restapi.listen is 8008, expected host:port (such as 0.0.0.0:8008)",
                "{restapi: {listen: 'a:99999'}} | restapi.listen is 'a:99999', expected host:port (such as 0.0.0.0:8008)",
                "{restapi: {connect_address: '*:1'}} | restapi.connect_address is '*:1', expected host:port (such as 10.0.0.21:8008)",
                "{restapi: {verify_client: maybe}} | restapi.verify_client is 'maybe', expected one of none, optional, required",
                "{restapi: {request_queue_size: 5000}} | restapi.request_queue_size is 5000, expected an integer from 0 to 4096",
                "{restapi: {authentication: {password: [s]}}} | restapi.authentication.password is of the wrong type (not shown), expected a text (in quotes when it looks like a number or a boolean)",
                "{restapi: {allowlist: 10.0.0.0/8}} | restapi.allowlist is '10.0.0.0/8', expected a list of texts",
                "{ctl: {insecure: perhaps}} | ctl.insecure is 'perhaps', expected true or false",
                "{citus: {group: abc}} | citus.group is 'abc', expected an integer of 0 or more (0 is the coordinator)",
                "{citus: {group: -1}} | citus.group is -1, expected an integer of 0 or more (0 is the coordinator)",
                "{citus: {group: true}} | citus.group is true, expected an integer of 0 or more (0 is the coordinator)",
                "{citus: {database: 5}} | citus.database is 5, expected the name of a database",
                "{etcd3: {port: 0}} | etcd3.port is 0, expected an integer from 1 to 65535",
                "{zookeeper: {hosts: {a: b}}} | zookeeper.hosts is a mapping, expected a list of texts, or a text with commas",
                "{tags: {nofailover: perhaps}} | tags.nofailover is 'perhaps', expected true or false",
                "{tags: {failover_priority: high}} | tags.failover_priority is 'high', expected an integer",
                "{postgresql: {listen: '::1'}} | postgresql.listen is '::1', expected address[,address...][:port]",
                "{postgresql: {pg_hba: trust}} | postgresql.pg_hba is 'trust', expected a list of texts",
                "{postgresql: {parameters: [a]}} | postgresql.parameters is a list, expected a mapping",
                "{postgresql: {parameters: {a: [b]}}} | postgresql.parameters.a is a list, expected a text, a number or a boolean",
                "{postgresql: {pg_ctl_timeout: soon}} | postgresql.pg_ctl_timeout is 'soon', expected a number of seconds, 0 or more",
                "{bootstrap: {dcs: {synchronous_mode: maybe}}} | bootstrap.dcs.synchronous_mode is 'maybe', expected on, off or quorum",
                "{bootstrap: {dcs: {member_slots_ttl: 3MB}}} | bootstrap.dcs.member_slots_ttl is '3MB', expected a number of seconds or a time with unit (such as 30min), 0 or more",
                "{bootstrap: {dcs: {maximum_lag_on_failover: -1}}} | bootstrap.dcs.maximum_lag_on_failover is -1, expected an integer of 0 or more",
                "{watchdog: {mode: sometimes}} | watchdog.mode is 'sometimes', expected one of off, automatic, required, disable, disabled, auto, require",
                "{mesh: {listen: here}} | mesh.listen is 'here', expected host:port (such as 0.0.0.0:8008)",
            })
    void refusesWrongValues(String yaml, String problem) {
        assertThat(inspect(yaml).problems()).extracting(Object::toString).containsExactly("node.yml: " + problem);
    }

    @Test
    void measuresHowFarNamesAreApart() {
        assertThat(List.of(
                        Inspection.distance("", "abc"),
                        Inspection.distance("kitten", "sitting"),
                        Inspection.distance("same", "same")))
                .containsExactly(3, 3, 0);
    }

    private static Inspection inspect(String yaml) {
        var inspection = new Inspection(key -> "node.yml");
        Map<String, Object> ignored = inspection.section("", KnownKeys.LOCAL, Sample.parse(yaml));
        assertThat(ignored).isNotNull();
        return inspection;
    }

    private static String everyKey() throws IOException {
        try (var stream = KnownKeysTest.class.getResourceAsStream("/every-known-key.yml")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
