package io.orangery.formation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

class NodeFileTest {

    private static final PostgresInstallation POSTGRES = new PostgresInstallation(Path.of("/pg/bin"), 15);
    private static final Map<String, Object> DCS = Map.of("etcd3", Map.of("host", "127.0.0.1:2379"));

    private static Map<String, Object> file(FormationPlan plan) {
        NodeFile content = new NodeFile(plan, POSTGRES, DCS, new Secrets("su", "rep", "rew", "api", "mesh"));
        return new Yaml().load(content.text("work1-2", 1, 18_004, 15_004, Path.of("/demo/work1-2")));
    }

    @Test
    void describesANodeOfAWorkerGroup() {
        Map<String, Object> root = file(FormationPlan.in(Path.of("/work")));
        assertThat(root)
                .containsEntry("name", "work1-2")
                .containsEntry("scope", "demo")
                .containsKey("etcd3");
        assertThat(root.get("citus")).isEqualTo(Map.of("group", 1, "database", "app"));
        assertThat(root.get("postgresql"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsEntry("listen", "127.0.0.1:15004")
                .containsEntry("bin_dir", "/pg/bin")
                .containsEntry("data_dir", "/demo/work1-2/data");
    }

    @Test
    void leavesCitusOutOfOrdinaryPostgres() {
        assertThat(file(FormationPlan.in(Path.of("/work")).withoutCitus(3))).doesNotContainKey("citus");
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 20, 30})
    void timesFitIntoTheLease(int ttl) {
        FormationPlan plan = FormationPlan.in(Path.of("/work")).ttl(Duration.ofSeconds(ttl));
        assertThat(plan.loopWaitSeconds() + 2 * plan.retryTimeoutSeconds()).isLessThanOrEqualTo(ttl);
        assertThat(plan.groups()).isEqualTo(List.of(2, 2, 2));
    }
}
