package io.orangery.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.ctl.World.Run;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListTest {
    @TempDir
    Path folder;

    private World world;

    @BeforeEach
    void setUp() {
        world = World.plain(folder);
    }

    @AfterEach
    void tearDown() {
        world.close();
    }

    @Test
    void showsExtraColumnsAndTimeWhenAsked() {
        assertThat(world.run("", "list", "-et").out())
                .containsPattern("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\n\\+ Cluster: demo ")
                .contains("| Pending restart | Pending restart reason | Scheduled restart | Tags |");
    }

    @Test
    void showsEachClusterThatIsNamed() {
        assertThat(world.run("", "list", "-f", "tsv", "demo", "nosuch", "demo")
                        .out()
                        .lines()
                        .filter(line -> line.startsWith("Cluster\t")))
                .hasSize(3);
    }

    @Test
    void looksAgainUntilInterrupted() {
        List<Duration> pauses = new ArrayList<>();
        world.pause = span -> {
            pauses.add(span);
            world.put("leader", "bravo");
            if (pauses.size() == 2) {
                throw new InterruptedException();
            }
        };
        Run run = world.run("", "list", "-w", "0.5");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("Aborted!\n");
        assertThat(pauses).containsOnly(Duration.ofMillis(500));
        assertThat(run.out().split("Cluster: demo", -1)).hasSize(3);
        assertThat(run.out()).containsPattern("alpha +\\| Leader").containsPattern("bravo +\\| Leader");
    }
}
