package io.orangery.dcs.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.orangery.dcs.DcsPlugins;
import io.orangery.dcs.DcsProvider.InvalidDcsSection;
import io.orangery.dcs.DcsSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EtcdSectionTest {
    private static DcsSettings settings(Map<String, Object> section) {
        return new DcsSettings(
                section,
                "etcd3",
                "service",
                "batman",
                Optional.empty(),
                false,
                Optional.of("a"),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10));
    }

    private static List<String> endpoints(Map<String, Object> section) {
        return EtcdSection.of(settings(section)).endpoints().stream()
                .map(EtcdSection.Endpoint::toString)
                .toList();
    }

    private static void refused(Map<String, Object> section, String message) {
        assertThatExceptionOfType(InvalidDcsSection.class)
                .isThrownBy(() -> new EtcdDcsProvider().check(settings(section)))
                .withMessageContaining(message);
    }

    @Test
    void bothSectionsChooseThisPlugin() {
        assertThat(DcsPlugins.installed().forSection("etcd")).isInstanceOf(EtcdDcsProvider.class);
        assertThat(DcsPlugins.installed().forSection("etcd3")).isInstanceOf(EtcdDcsProvider.class);
    }

    @Test
    void hostsInAllTheirSpellings() {
        assertThat(endpoints(Map.of("host", "one"))).containsExactly("one:2379");
        assertThat(endpoints(Map.of("host", "one", "port", 4001))).containsExactly("one:4001");
        assertThat(endpoints(Map.of("hosts", List.of("one:1", "two")))).containsExactly("one:1", "two:2379");
        assertThat(endpoints(Map.of("hosts", "one:1, 'two' ,\"three:3\"")))
                .containsExactly("one:1", "two:2379", "three:3");
        assertThat(endpoints(Map.of("hosts", "one,two", "port", "7"))).containsExactly("one:7", "two:7");
        assertThat(endpoints(Map.of("host", "[::1]:5"))).containsExactly("[::1]:5");
        assertThat(endpoints(Map.of("url", "http://one:9", "hosts", "two"))).containsExactly("one:9");
        assertThat(endpoints(Map.of("proxy", "http://three", "url", "http://one")))
                .containsExactly("three:2379");
    }

    @Test
    void urlCarriesProtocolAndLogin() {
        EtcdSection section = EtcdSection.of(settings(Map.of("url", "https://user:pass@one:9")));
        assertThat(section.tls()).isPresent();
        assertThat(section.login()).contains(new EtcdSection.Login("user", "pass"));
        assertThat(section.toString()).doesNotContain("pass");
    }

    @Test
    void protocolChoosesEncryption() {
        assertThat(EtcdSection.of(settings(Map.of("host", "one"))).tls()).isEmpty();
        assertThat(EtcdSection.of(settings(Map.of("host", "one", "protocol", "https")))
                        .tls())
                .isPresent();
        refused(Map.of("host", "one", "protocol", "ftp"), "etcd3.protocol: ftp: expected http or https");
    }

    @Test
    void mistakesAreNamedWithKeyAndValue() {
        refused(Map.of(), "etcd3: none of host, hosts, url, proxy is there");
        refused(Map.of("srv", "example.org"), "etcd3.srv: example.org: discovery by DNS is not supported yet");
        refused(Map.of("hosts", List.of()), "etcd3.hosts: []: expected at least one host[:port]");
        refused(Map.of("hosts", List.of(1)), "etcd3.hosts: [1]: expected a list of host[:port]");
        refused(Map.of("host", "one:two:three"), "etcd3.host: one:two:three: expected host or host:port");
        refused(Map.of("host", "one", "port", 70_000), "etcd3.port: 70000: expected a number from 1 to 65535");
        refused(Map.of("host", 5), "etcd3.host: 5: expected a string");
        refused(Map.of("url", "one:2379"), "etcd3.url: expected http://host:port or https://host:port");
        refused(
                Map.of("url", "https://one", "cacert", "/does/not/exist"),
                "etcd3.cacert: /does/not/exist: expected a file");
    }

    @Test
    void certificateThatIsNoneIsRefused(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("ca.pem"), "not a certificate");
        refused(Map.of("url", "https://one", "cert", file.toString()), "etcd3.cacert, cert, key: cannot be used");
    }
}
