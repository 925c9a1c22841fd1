package io.orangery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orangery.core.cluster.GroupId;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stops the start, with the message the operator reads. */
class BadInputTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{scope: null} | scope is missing, expected the name of the cluster",
                "{name: null} | name is missing, expected the name of this node, unique in the cluster",
                "{name: ''} | name is '', expected a text that is not empty",
                "{name: __patroni_strict_sync_replica_placeholder__} | name is '__patroni_strict_sync_replica_placeholder__', expected another name: this one is reserved",
                "{etcd3: null} | there is no section for the store of the cluster state (DCS), expected one of etcd, etcd3, zookeeper",
                "{etcd3: null, raft: {self_addr: 'a:1'}} | raft: a store that this release does not support, expected one of etcd, etcd3, zookeeper",
                "{restapi: {listen: null}} | restapi.listen is missing, expected host:port (such as 0.0.0.0:8008)",
                "{postgresql: {data_dir: null}} | postgresql.data_dir is missing, expected the path of the data directory",
                "{postgresql: {listen: null}} | postgresql.listen is missing, expected address[,address...][:port] (such as 0.0.0.0:5432)",
                "{postgresql: {authentication: {replication: null}}} | postgresql.authentication.replication.username is missing, expected the user for replication",
                "{citus: {group: abc, database: app}} | citus.group is 'abc', expected an integer of 0 or more (0 is the coordinator)",
                "{citus: {database: app}} | citus.group is missing, expected an integer of 0 or more (0 is the coordinator)",
                "{citus: {group: 1}} | citus.database is missing, expected the name of the database with the extension",
                "{citus: 1} | citus is 1, expected a mapping",
                "{restapi: {authentication: {username: u}}} | restapi.authentication.password is missing, expected user name and password, both or none",
                "{ctl: {authentication: {password: p}}} | ctl.authentication.username is missing, expected user name and password, both or none",
                "{orangery: {state_dir: /data/a1/state}} | orangery.state_dir is '/data/a1/state', expected a folder outside postgresql.data_dir",
                "{bootstrap: {initdb: [data-checksums]}} | bootstrap.dcs is missing, expected the first dynamic configuration of the cluster",
                "{bootstrap: {dcs: {}, initdb: [pwfile: x]}} | bootstrap.initdb cannot be used: the option pwfile is set by the agent itself",
                "{bootstrap: {dcs: {ttl: 10}}} | bootstrap.dcs.ttl is 10, expected an integer of 20 or more (a shorter one needs the fence, which this release does not have)",
                "{bootstrap: {dcs: {ttl: soon}}} | bootstrap.dcs.ttl is 'soon', expected an integer from -2147483648 to 2147483647",
                "{bootstrap: {dcs: {loop_wait: 0}}} | bootstrap.dcs.loop_wait is 0, expected an integer of 1 or more",
                "{bootstrap: {dcs: {retry_timeout: 2}}} | bootstrap.dcs.retry_timeout is 2, expected an integer of 3 or more",
                "{bootstrap: {dcs: {ttl: 20, loop_wait: 10, retry_timeout: 10}}} | bootstrap.dcs.ttl is 20, expected at least loop_wait + 2 * retry_timeout (10 + 2 * 10 = 30)",
                "{bootstrap: {dcs: {postgresql: {parameters: {max_connections: 5}}}}} | bootstrap.dcs.postgresql.parameters.max_connections is 5, expected an integer of 25 or more",
            })
    void stopsTheStart(String change, String message) {
        var local = Sample.with(change);
        assertThatThrownBy(() -> Configuration.standard().start(local))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage("PATRONI_CONFIGURATION: " + message);
    }

    @Test
    void tellsEverythingAtOnceAndWhereItStands() {
        var file = Sample.write(folder, "node.yml", "{scope: demo, citus: {database: app}, restapi: {listen: x}}");
        var local = LocalConfiguration.load(Optional.of(file), Map.of("PATRONI_CITUS_GROUP", "abc"));
        assertThatThrownBy(() -> Configuration.standard().start(local))
                .isInstanceOfSatisfying(
                        InvalidConfiguration.class,
                        invalid -> assertThat(invalid.problems())
                                .extracting(Object::toString)
                                .containsExactlyInAnyOrder(
                                        file + ": restapi.listen is 'x', expected host:port (such as 0.0.0.0:8008)",
                                        "environment variable PATRONI_CITUS_GROUP: citus.group is 'abc', expected an integer of 0 or more (0 is the coordinator)",
                                        file
                                                + ": name is missing, expected the name of this node, unique in the cluster",
                                        file
                                                + ": postgresql.data_dir is missing, expected the path of the data directory",
                                        file
                                                + ": postgresql.listen is missing, expected address[,address...][:port] (such as 0.0.0.0:5432)",
                                        file
                                                + ": postgresql.authentication.replication.username is missing, expected the user for replication",
                                        file
                                                + ": there is no section for the store of the cluster state (DCS), expected one of etcd, etcd3, zookeeper"));
    }

    @Test
    void aGroupInQuotesIsAcceptedWithAWarning() {
        var applied = Configuration.standard().start(Sample.with("{citus: {group: '1', database: app}}"));
        assertThat(applied.settings().group()).contains(new GroupId(1));
        assertThat(applied.warnings())
                .containsExactly(
                        "PATRONI_CONFIGURATION: citus.group is a text and is read as a number: Patroni would switch "
                                + "Citus off, write it without quotes");
    }

    @Test
    void theStoresOwnLimitHoldsForTheFileAndForTheKey() {
        var configuration = new Configuration(Map.of("etcd3", 25), TimingLimits.WITHOUT_FENCE);
        assertThatThrownBy(() -> configuration.start(
                        Sample.with("{bootstrap: {dcs: {ttl: 21, loop_wait: 1, retry_timeout: 3}}}")))
                .hasMessage(
                        "PATRONI_CONFIGURATION: bootstrap.dcs.ttl is 21, expected an integer of 25 or more: the store cannot "
                                + "hold a shorter lease");
        assertThat(configuration.effective(Sample.minimal(), Map.of("ttl", 21)))
                .isEqualTo(new Configuration.Rejected(
                        "config key: ttl is 21, expected an integer of 25 or more: etcd3 cannot hold a shorter lease"));
    }

    @Test
    void numbersThatAreNotWrittenDoNotContradict() {
        var applied = Configuration.standard().start(Sample.with("{bootstrap: {dcs: {ttl: 20}}}"));
        assertThat(applied.settings().dynamic().ttl()).hasSeconds(20);
        assertThat(applied.settings().dynamic().retryTimeout()).hasSeconds(9);
        assertThat(applied.warnings())
                .singleElement()
                .asString()
                .contains("bootstrap.dcs: loop_wait + 2 * retry_timeout");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ttl: soon} | config key: ttl is 'soon', expected an integer from -2147483648 to 2147483647",
                "{postgresql: 5} | config key: postgresql is 5, expected a mapping",
                "{postgresql: {parameters: [a]}} | config key: postgresql.parameters is a list, expected a mapping",
                "{standby_cluster: yes} | config key: standby_cluster is true, expected a mapping",
            })
    void theConfigKeyIsRejectedWhereADefaultWouldBeWorse(String dynamic, String reason) {
        assertThat(Configuration.standard().effective(Sample.minimal(), Sample.parse(dynamic)))
                .isEqualTo(new Configuration.Rejected(reason));
    }

    @Test
    void aBrokenFileIsRejectedAtAReload() {
        assertThat(Configuration.standard().effective(Sample.with("{scope: null}"), Map.of()))
                .isEqualTo(new Configuration.Rejected(
                        "PATRONI_CONFIGURATION: scope is missing, expected the name of the cluster"));
    }
}
