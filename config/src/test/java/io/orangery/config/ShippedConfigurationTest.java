package io.orangery.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.settings.SynchronousMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples that people copy. */
class ShippedConfigurationTest {
    @ParameterizedTest
    @CsvSource({"coordinator.yml, 0, coord-1", "worker.yml, 1, work1-1"})
    void loadsWithoutAWord(String name, int group, String node) {
        // Surefire starts in the module's folder, an IDE perhaps in the root.
        Path file = Files.exists(Path.of("conf", name)) ? Path.of("conf", name) : Path.of("..", "conf", name);
        var local = LocalConfiguration.load(Optional.of(file), Map.of());
        var applied = Configuration.standard().start(local);
        assertThat(applied.warnings()).isEmpty();
        var settings = applied.settings();
        assertThat(settings.name().name()).isEqualTo(node);
        assertThat(settings.group().orElseThrow().number()).isEqualTo(group);
        assertThat(settings.bootstrap().present()).isTrue();
        assertThat(settings.postgres().parameters())
                .containsEntry("max_connections", "200")
                .containsEntry("max_prepared_transactions", "400")
                .containsEntry("shared_preload_libraries", "citus,pg_stat_statements");
        assertThat(Configuration.standard()
                        .effective(local, settings.bootstrap().dcs()))
                .isInstanceOfSatisfying(Configuration.Applied.class, later -> {
                    assertThat(later.warnings()).isEmpty();
                    assertThat(later.settings().dynamic().synchronousMode()).isEqualTo(SynchronousMode.QUORUM);
                });
    }
}
