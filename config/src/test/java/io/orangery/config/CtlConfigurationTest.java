package io.orangery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CtlConfigurationTest {
    private static final Set<String> STORES = Set.of("etcd", "etcd3", "zookeeper");

    @TempDir
    Path home;

    @Test
    void takesItsPartOfTheFileOfANode() {
        var file = Sample.write(
                home,
                "node.yml",
                Sample.MINIMAL
                        + "citus: {group: 2, database: app}\nctl: {insecure: on, certfile: /c, keyfile: /k, keyfile_password: p}\n");
        var ctl = load(new CtlConfiguration.Options(Optional.of(file), Optional.empty(), false), Map.of());
        assertThat(ctl.scope()).contains("demo");
        assertThat(ctl.namespace()).isEqualTo("service");
        assertThat(ctl.group()).hasValue(2);
        assertThat(ctl.requiredDcsSection(STORES)).isEqualTo("etcd3");
        assertThat(ctl.dcs()).isEqualTo(Map.of("host", "127.0.0.1:2379"));
        assertThat(ctl.insecure()).isTrue();
        assertThat(ctl.keyfilePassword()).contains("p");
        assertThat(ctl.authentication()).isEmpty();
    }

    @Test
    void demandsNothing() {
        var ctl = load(CtlConfiguration.Options.NONE, Map.of());
        assertThat(ctl.scope()).isEmpty();
        assertThatThrownBy(() -> ctl.requiredDcsSection(STORES))
                .hasMessage("Can not find suitable configuration of distributed configuration store\n"
                        + "Available implementations: etcd, etcd3, zookeeper");
    }

    @Test
    void credentialsAreThoseOfTheRestApiUnlessItHasItsOwn() {
        String rest = "{restapi: {authentication: {username: r, password: p}, cafile: /ca}";
        assertThat(ctl(rest + "}").authentication()).contains("r:p");
        assertThat(ctl(rest + "}").cacert()).contains(Path.of("/ca"));
        assertThat(ctl(rest + ", ctl: {authentication: {username: c, password: q}, cacert: /own}}")
                        .authentication())
                .contains("c:q");
    }

    @Test
    void looksWhereTheOriginalLooksThenInItsOwnPlace() throws IOException {
        Files.createDirectories(home.resolve(".config/orangery"));
        Sample.write(home.resolve(".config/orangery"), "orangeryctl.yaml", "scope: own");
        assertThat(load(CtlConfiguration.Options.NONE, Map.of()).scope()).contains("own");
        Files.createDirectories(home.resolve(".config/patroni"));
        Sample.write(home.resolve(".config/patroni"), "patronictl.yaml", "scope: original");
        assertThat(load(CtlConfiguration.Options.NONE, Map.of()).scope()).contains("original");
        var named = Sample.write(home, "named.yml", "scope: named");
        assertThat(load(CtlConfiguration.Options.NONE, Map.of("PATRONICTL_CONFIG_FILE", named.toString()))
                        .scope())
                .contains("named");
    }

    @Test
    void aNamedFileMustBeReadable() {
        Path missing = home.resolve("missing.yml");
        assertThatThrownBy(() ->
                        load(new CtlConfiguration.Options(Optional.of(missing), Optional.empty(), false), Map.of()))
                .hasMessage("Provided config file " + missing
                        + " not existing or no read rights. Check the -c/--config-file parameter");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "etcd3://h:2380/ns | etcd3 | {host: 'h:2380'} | /ns",
                "etcd3://h | etcd3 | {host: 'h:2379'} | configured",
                "h | etcd | {host: 'h:2379'} | configured",
                "h:2181 | zookeeper | {hosts: ['h:2181']} | configured",
                ":2181 | zookeeper | {hosts: ['localhost:2181']} | configured",
                "zookeeper:///a/b | zookeeper | {hosts: ['localhost:2181']} | /a/b",
                "//h:4001/ | etcd | {host: 'h:4001'} | configured",
                "etcd3://[fd00::1]:2379 | etcd3 | {host: '[fd00::1]:2379'} | configured",
            })
    void theUrlReplacesTheStore(String url, String section, String settings, String namespace) {
        var file = Sample.write(
                home, "node.yml", "{namespace: configured, etcd: {password: p, host: x}, zookeeper: {hosts: [y]}}");
        var ctl = load(new CtlConfiguration.Options(Optional.of(file), Optional.of(url), false), Map.of());
        assertThat(ctl.dcsSection()).contains(section);
        assertThat(ctl.dcs()).isEqualTo(Sample.parse(settings));
        assertThat(ctl.namespace()).isEqualTo(namespace);
        assertThat(load(
                        new CtlConfiguration.Options(Optional.of(file), Optional.empty(), false),
                        Map.of("DCS_URL", url)))
                .isEqualTo(ctl);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis://h | Unknown dcs scheme: redis",
                "a:b:c | -d: 'a:b:c' is not of the form [scheme://][host][:port][/namespace]",
            })
    void badUrls(String url, String message) {
        assertThatThrownBy(
                        () -> load(new CtlConfiguration.Options(Optional.empty(), Optional.of(url), false), Map.of()))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(message);
    }

    private CtlConfiguration ctl(String yaml) {
        var file = Sample.write(home, "ctl.yml", yaml);
        return load(new CtlConfiguration.Options(Optional.of(file), Optional.empty(), false), Map.of());
    }

    private CtlConfiguration load(CtlConfiguration.Options options, Map<String, String> environment) {
        var all = new HashMap<>(environment);
        all.put("HOME", home.toString());
        return CtlConfiguration.load(options, all, STORES);
    }
}
