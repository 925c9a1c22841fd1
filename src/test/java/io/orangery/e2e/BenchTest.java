package io.orangery.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.orangery.formation.WorkFolder;
import io.orangery.formation.bench.Bench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The benchmark as a whole, as short as it can be. Its figures mean nothing here; that it has them all does. */
class BenchTest {

    private Path folder;

    @BeforeEach
    void needsPostgres() throws IOException {
        FormationUnderTest.installedPostgres();
        folder = Files.createTempDirectory("orangery-bench-").toRealPath();
        // Servers run as another user when this is root.
        folder.toFile().setExecutable(true, false);
    }

    @AfterEach
    void tidyUp() throws IOException {
        if (folder != null) {
            WorkFolder.delete(folder);
        }
    }

    @Test
    void measuresASwitchoverAndARestartByHandAndByOrangery() throws IOException {
        Path file = folder.resolve("figures.json");

        int exitCode = Bench.run(new String[] {
            "--switchovers=1",
            "--restarts=1",
            "--patroni=no",
            "--minutes=10",
            "--warm-up=1",
            "--rest=20",
            "--work=" + folder.resolve("work"),
            "--json=" + file
        });

        assertThat(exitCode).isZero();
        JsonNode figures = new ObjectMapper().readTree(file.toFile());
        assertThat(figures.at("/floor/switchover/rounds/0/steps").size()).isEqualTo(6);
        for (String contestant : new String[] {"floor", "orangery"}) {
            for (String operation : new String[] {"switchover", "restart"}) {
                JsonNode round = figures.at("/" + contestant + "/" + operation + "/rounds/0");
                assertThat(round.path("completed").asBoolean())
                        .as("%s of %s: %s", operation, contestant, round)
                        .isTrue();
                assertThat(round.path("pause_ms").asDouble()).isPositive();
            }
            assertThat(figures.at("/" + contestant + "/acknowledged_rows").asInt())
                    .isPositive();
            assertThat(figures.at("/" + contestant + "/lost_rows").asInt(-1)).isZero();
        }
        assertThat(figures.at("/patroni/remarks/0").asText()).contains("--patroni no");
    }
}
