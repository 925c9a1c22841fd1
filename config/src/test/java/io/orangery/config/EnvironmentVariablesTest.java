package io.orangery.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentVariablesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PATRONI_NAME | a1 | {name: a1}",
                "PATRONI_SCOPE | demo | {scope: demo}",
                "PATRONI_NAMESPACE | /db/ | {namespace: /db/}",
                "PATRONI_THREAD_POOL_SIZE | 5 | {thread_pool_size: '5'}",
                "PATRONI_RESTAPI_LISTEN | 0.0.0.0:8008 | {restapi: {listen: '0.0.0.0:8008'}}",
                "PATRONI_RESTAPI_CONNECT_ADDRESS | a:1 | {restapi: {connect_address: 'a:1'}}",
                "PATRONI_RESTAPI_KEYFILE_PASSWORD | s | {restapi: {keyfile_password: s}}",
                "PATRONI_RESTAPI_USERNAME | u | {restapi: {authentication: {username: u}}}",
                "PATRONI_RESTAPI_PASSWORD | 0123 | {restapi: {authentication: {password: '0123'}}}",
                "PATRONI_RESTAPI_HTTP_EXTRA_HEADERS | 'X-A': b | {restapi: {http_extra_headers: {X-A: b}}}",
                "PATRONI_RESTAPI_HTTPS_EXTRA_HEADERS | {'X-A': b} | {restapi: {https_extra_headers: {X-A: b}}}",
                "PATRONI_RESTAPI_ALLOWLIST | 10.0.0.0/8,web | {restapi: {allowlist: [10.0.0.0/8, web]}}",
                "PATRONI_RESTAPI_ALLOWLIST_INCLUDE_MEMBERS | on | {restapi: {allowlist_include_members: true}}",
                "PATRONI_RESTAPI_REQUEST_QUEUE_SIZE | 7 | {restapi: {request_queue_size: 7}}",
                "PATRONI_RESTAPI_THREAD_POOL_SIZE | 7 | {restapi: {thread_pool_size: 7}}",
                "PATRONI_CTL_INSECURE | yes | {ctl: {insecure: true}}",
                "PATRONI_CTL_CACERT | /ca | {ctl: {cacert: /ca}}",
                "PATRONI_CTL_PASSWORD | p | {ctl: {authentication: {password: p}}}",
                "PATRONI_POSTGRESQL_DATA_DIR | /d | {postgresql: {data_dir: /d}}",
                "PATRONI_POSTGRESQL_BIN_DIR | /b | {postgresql: {bin_dir: /b}}",
                "PATRONI_POSTGRESQL_BIN_PG_CTL | pgc | {postgresql: {bin_name: {pg_ctl: pgc}}}",
                "PATRONI_POSTGRESQL_BIN_IS_READY | r | {postgresql: {bin_name: {pg_isready: r}}}",
                "PATRONI_LOGLEVEL | DEBUG | {log: {level: DEBUG}}",
                "PATRONI_LOG_MODE | 0640 | {log: {mode: 416}}",
                "PATRONI_LOG_FORMAT | %(asctime)s x | {log: {format: '%(asctime)s x'}}",
                "PATRONI_LOG_FORMAT | asctime,levelname | {log: {format: [asctime, levelname]}}",
                "PATRONI_LOG_LOGGERS | patroni.ha: DEBUG | {log: {loggers: {patroni.ha: DEBUG}}}",
                "PATRONI_LOG_DEDUPLICATE_HEARTBEAT_LOGS | 1 | {log: {deduplicate_heartbeat_logs: true}}",
                "PATRONI_RAFT_PARTNER_ADDRS | - a | {raft: {partner_addrs: [a]}}",
                "PATRONI_RAFT_MIN_TIMEOUT | 0.5 | {raft: {min_timeout: 0.5}}",
                "PATRONI_SUPERUSER_USERNAME | u | {postgresql: {authentication: {superuser: {username: u}}}}",
                "PATRONI_REPLICATION_SSLMODE | require | {postgresql: {authentication: {replication: {sslmode: require}}}}",
                "PATRONI_REWIND_SSLNEGOTIATION | direct | {postgresql: {authentication: {rewind: {sslnegotiation: direct}}}}",
                "PATRONI_CITUS_GROUP | 1 | {citus: {group: 1}}",
                "PATRONI_CITUS_GROUP | abc | {citus: {group: abc}}",
                "PATRONI_CITUS_DATABASE | app | {citus: {database: app}}",
                "PATRONI_CITUS_HOST | x | {}",
                "PATRONI_ETCD_USERNAME | u | {etcd: {username: u}}",
                "PATRONI_ETCD3_HOSTS | 'h1:2379','h2:2379' | {etcd3: {hosts: ['h1:2379', 'h2:2379']}}",
                "PATRONI_ETCD3_HOST | h1:2379 | {etcd3: {host: 'h1:2379'}}",
                "PATRONI_ETCD_PORT | 2380 | {etcd: {port: 2380}}",
                "PATRONI_ETCD_USE_PROXIES | true | {etcd: {use_proxies: true}}",
                "PATRONI_ETCD_HOST | '' | {etcd: {host: ''}}",
                "PATRONI_ZOOKEEPER_HOSTS | ['z1:2181'] | {zookeeper: {hosts: ['z1:2181']}}",
                "PATRONI_ZOOKEEPER_USE_SSL | false | {zookeeper: {use_ssl: false}}",
                "PATRONI_ZOOKEEPER_SET_ACLS | CN=a: [ALL] | {zookeeper: {set_acls: {CN=a: [ALL]}}}",
                "PATRONI_CONSUL_SCHEME | https | {consul: {scheme: https}}",
                "PATRONI_KUBERNETES_LABELS | {app: x} | {kubernetes: {labels: {app: x}}}",
                "PATRONI_RETRIABLE_HTTP_CODES | 429 | {kubernetes: {retriable_http_codes: [429]}}",
                "PATRONI_NO_SUCH_THING | x | {}",
                "HOME | /x | {}",
            })
    void setsWhatTheSpecificationSays(String name, String text, String expected) {
        String value = text.equals("''") ? "" : text;
        var environment =
                name.equals("PATRONI_NAME") ? Map.of(name, value) : Map.of(name, value, "PATRONI_NAME", "always there");
        var values = new java.util.LinkedHashMap<>(
                LocalConfiguration.load(Optional.empty(), environment).values());
        if (!name.equals("PATRONI_NAME")) {
            values.remove("name");
        }
        assertThat(values).isEqualTo(Sample.parse(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "PATRONI_CTL_INSECURE, perhaps",
        "PATRONI_ETCD_PORT, abc",
        "PATRONI_ETCD_HOSTS, '[a'",
        "PATRONI_LOG_FILE_NUM, x"
    })
    void ignoresWhatCannotBeConvertedAndSaysSo(String name, String text) {
        var local = LocalConfiguration.load(Optional.empty(), Map.of(name, text, "PATRONI_NAME", "a1"));
        assertThat(local.values()).isEqualTo(Map.of("name", "a1"));
        assertThat(local.warnings())
                .singleElement()
                .asString()
                .startsWith("environment variable " + name + " is ignored");
    }

    @Test
    void newNamesWinOverOldOnes() {
        var local = LocalConfiguration.load(
                Optional.empty(), Map.of("PATRONI_LOGLEVEL", "DEBUG", "PATRONI_LOG_LEVEL", "ERROR"));
        assertThat(local.values()).isEqualTo(Map.of("log", Map.of("level", "ERROR")));
    }

    @Test
    void emptyVariablesOfFixedNameAreIgnored() {
        assertThat(EnvironmentVariables.recognised(Map.of("PATRONI_SCOPE", ""))).isEqualTo(List.of());
    }
}
