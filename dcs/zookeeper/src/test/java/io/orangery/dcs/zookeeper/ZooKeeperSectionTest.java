package io.orangery.dcs.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orangery.dcs.DcsProvider;
import io.orangery.dcs.DcsProvider.InvalidDcsSection;
import io.orangery.dcs.DcsSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ZooKeeperSectionTest {
    @Test
    void pluginIsFoundByItsSection() {
        assertThat(ServiceLoader.load(DcsProvider.class))
                .filteredOn(provider -> provider.sections().contains("zookeeper"))
                .singleElement()
                .isInstanceOf(ZooKeeperDcsProvider.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a:2181|a:2181",
                "a:2181, b:2182|a:2181,b:2182",
                "[\"a:2181\",\"b:2182\"]|a:2181,b:2182",
                "'a:2181','b:2182'|a:2181,b:2182",
                "a|a:2181",
                "[::1]:2181|[::1]:2181"
            })
    void hostsAreAListOrAText(String text, String connectString) {
        assertThat(parse(Map.of("hosts", text)).connectString()).isEqualTo(connectString);
    }

    @Test
    void hostsAsAListOfTheYaml() {
        assertThat(parse(Map.of("hosts", List.of("a:2181", "[::1]:2182"))).connectString())
                .isEqualTo("a:2181,[::1]:2182");
    }

    @ParameterizedTest
    @CsvSource({"a:b", "a:0", "a:65536", "a:2181/chroot", "''"})
    void badHostsAreRefusedByName(String text) {
        assertThatThrownBy(() -> parse(Map.of("hosts", text)))
                .isInstanceOf(InvalidDcsSection.class)
                .hasMessageContaining("zookeeper.hosts");
    }

    @Test
    void principalsHaveASchemeOrAreCertificateNames() {
        ZooKeeperSection section = parse(Map.of(
                "hosts",
                "a",
                "set_acls",
                Map.of("CN=pg,O=Org:Unit", List.of("all"), "digest:u:h=", List.of("read", "WRITE"))));
        assertThat(section.acl())
                .containsExactlyInAnyOrder(
                        new ACL(ZooDefs.Perms.ALL, new Id("x509", "CN=pg,O=Org:Unit")),
                        new ACL(ZooDefs.Perms.READ | ZooDefs.Perms.WRITE, new Id("digest", "u:h=")));
    }

    @ParameterizedTest
    @CsvSource({"world:everybody,ALL", "digest:u,ALL", "sasl:u,ALL", "CN=pg,EXECUTE", "CN=pg,''"})
    void accessRulesThatTheServerWouldRefuseAreRefused(String principal, String permission) {
        assertThatThrownBy(() -> parse(Map.of("hosts", "a", "set_acls", Map.of(principal, permission))))
                .isInstanceOf(InvalidDcsSection.class)
                .hasMessageContaining("zookeeper.set_acls." + principal);
    }

    @Test
    void skippingTheCheckOfTheCertificateIsRefused() {
        assertThatThrownBy(() -> parse(Map.of("hosts", "a", "use_ssl", true, "verify", false)))
                .isInstanceOf(InvalidDcsSection.class)
                .hasMessageContaining("zookeeper.verify")
                .hasMessageContaining("cacert");
    }

    @Test
    void missingFilesAreNamed() {
        assertThatThrownBy(() -> parse(Map.of("hosts", "a", "use_ssl", "on", "cacert", "/nowhere/ca.pem")))
                .isInstanceOf(InvalidDcsSection.class)
                .hasMessageContaining("zookeeper.cacert")
                .hasMessageContaining("/nowhere/ca.pem");
    }

    @Test
    void credentialsAreNotShown() {
        ZooKeeperSection section = parse(Map.of("hosts", "a", "auth_data", Map.of("digest", "user:secret")));
        assertThat(section.authData()).containsEntry("digest", "user:secret");
        assertThat(section.toString()).doesNotContain("secret");
    }

    private static ZooKeeperSection parse(Map<String, Object> section) {
        return ZooKeeperSection.of(settings(section));
    }

    private static DcsSettings settings(Map<String, Object> section) {
        return new DcsSettings(
                section,
                "zookeeper",
                "service",
                "batman",
                Optional.empty(),
                false,
                Optional.of("a"),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10));
    }
}
