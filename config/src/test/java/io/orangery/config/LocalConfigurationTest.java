package io.orangery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalConfigurationTest {
    @TempDir
    Path folder;

    @Test
    void theEnvironmentIsLaidOverTheFile() {
        var file = Sample.write(folder, "node.yml", "{scope: demo, restapi: {listen: 'a:1', connect_address: 'b:2'}}");
        var local = LocalConfiguration.load(Optional.of(file), Map.of("PATRONI_RESTAPI_LISTEN", "c:3"));
        assertThat(local.values())
                .isEqualTo(Sample.parse("{scope: demo, restapi: {listen: 'c:3', connect_address: 'b:2'}}"));
        assertThat(local.origin("restapi.listen")).isEqualTo("environment variable PATRONI_RESTAPI_LISTEN");
        assertThat(local.origin("restapi.connect_address")).isEqualTo(file.toString());
    }

    @Test
    void filesOfAFolderAreMergedByName() {
        Sample.write(folder, "20.yaml", "{scope: late, tags: null, postgresql: {pg_hba: [b]}}");
        Sample.write(folder, "10.yml", "{scope: early, tags: {x: 1}, postgresql: {listen: 'a:1', pg_hba: [a, c]}}");
        Sample.write(folder, "30.txt", "scope: ignored");
        var local = LocalConfiguration.load(Optional.of(folder), Map.of());
        assertThat(local.values()).isEqualTo(Sample.parse("{scope: late, postgresql: {listen: 'a:1', pg_hba: [b]}}"));
        assertThat(local.origin("postgresql.pg_hba")).endsWith("20.yaml");
        assertThat(local.origin("postgresql.listen")).endsWith("10.yml");
    }

    @Test
    void theWholeConfigurationInAVariableLetsNoOtherVariableIn() {
        var environment = Map.of("PATRONI_CONFIGURATION", "scope: demo", "PATRONI_NAME", "a1");
        assertThat(LocalConfiguration.load(Optional.empty(), environment).values())
                .isEqualTo(Map.of("scope", "demo"));
    }

    @Test
    void anExistingFileWinsOverTheWholeConfigurationInAVariable() {
        var file = Sample.write(folder, "node.yml", "scope: file");
        var environment = Map.of("PATRONI_CONFIGURATION", "scope: variable", "PATRONI_NAME", "a1");
        assertThat(LocalConfiguration.load(Optional.of(file), environment).values())
                .isEqualTo(Map.of("scope", "file", "name", "a1"));
    }

    @Test
    void aMissingFileLeavesTheEnvironmentAlone() {
        var missing = Optional.of(folder.resolve("none.yml"));
        assertThat(LocalConfiguration.load(missing, Map.of("PATRONI_NAME", "a1"))
                        .values())
                .isEqualTo(Map.of("name", "a1"));
        assertThatThrownBy(() -> LocalConfiguration.load(missing, Map.of()))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(missing.get() + ": no such file or folder, and no PATRONI_* variable configures anything");
    }

    @Test
    void refusesWhatIsNotAMapping() {
        var list = Sample.write(folder, "list.yml", "- a\n- b\n");
        assertThatThrownBy(() -> LocalConfiguration.load(Optional.of(list), Map.of()))
                .hasMessage(list + ": invalid config file: expected a mapping of keys to values");
        var empty = Sample.write(folder, "empty.yml", "# nothing\n");
        assertThatThrownBy(() -> LocalConfiguration.load(Optional.of(empty), Map.of()))
                .hasMessage(empty + ": invalid config file: it is empty, expected a mapping");
        var broken = Sample.write(folder, "broken.yml", "a: [1\nb: 2\n");
        assertThatThrownBy(() -> LocalConfiguration.load(Optional.of(broken), Map.of()))
                .hasMessageStartingWith(broken + ": invalid config file: not valid YAML: line 2, column ");
    }

    @Test
    void reloadingSeesTheFileAnewAndTheEnvironmentOfTheStart() throws IOException {
        var file = Sample.write(folder, "node.yml", "{scope: demo, tags: {x: 1}}");
        var local = LocalConfiguration.load(Optional.of(file), Map.of("PATRONI_NAME", "a1"));
        assertThat(local.reload().sameAs(local)).isTrue();
        Files.writeString(file, "{scope: demo, tags: {x: 2}}");
        assertThat(local.reload().sameAs(local)).isFalse();
        assertThat(local.reload().values()).isEqualTo(Sample.parse("{scope: demo, tags: {x: 2}, name: a1}"));
        assertThat(local.reload().warnings()).isEmpty();
    }

    @Test
    void reloadingKeepsWhatOnlyAStartMayChange() throws IOException {
        var file = Sample.write(
                folder, "node.yml", "{scope: demo, name: a, postgresql: {data_dir: /a, listen: x}, etcd3: {host: h}}");
        var local = LocalConfiguration.load(Optional.of(file), Map.of());
        Files.writeString(
                file,
                "{scope: other, name: a, postgresql: {data_dir: /b, listen: y}, citus: {group: 1}, zookeeper: {hosts: h}}");
        var reloaded = local.reload();
        assertThat(reloaded.values())
                .isEqualTo(Sample.parse(
                        "{scope: demo, name: a, postgresql: {data_dir: /a, listen: y}, etcd3: {host: h}}"));
        assertThat(reloaded.warnings())
                .containsExactlyInAnyOrder(
                        file + ": scope was changed, which takes effect only when the agent is started anew",
                        file + ": citus was changed, which takes effect only when the agent is started anew",
                        file + ": etcd3 was changed, which takes effect only when the agent is started anew",
                        file + ": zookeeper was changed, which takes effect only when the agent is started anew",
                        file
                                + ": postgresql.data_dir was changed, which takes effect only when the agent is started anew");
        assertThat(reloaded.reload().sameAs(reloaded)).isTrue();
    }
}
