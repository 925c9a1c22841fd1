package io.orangery.formation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkFolderTest {

    @TempDir
    Path parent;

    @Test
    void refusesAFolderWithSomethingElseInIt() throws Exception {
        Files.writeString(parent.resolve("thesis.txt"), "irreplaceable");
        assertThatThrownBy(() -> WorkFolder.take(parent))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not empty and is no earlier formation");
        assertThat(parent.resolve("thesis.txt")).exists();
    }

    @Test
    void refusesTheFolderOfARunningFormation() throws Exception {
        Path folder = parent.resolve("work");
        WorkFolder taken = WorkFolder.take(folder);
        try (taken) {
            assertThatThrownBy(() -> WorkFolder.take(folder)).hasMessageContaining("a formation is running in");
        }
    }

    @Test
    void emptiesTheFolderOfAnEarlierFormationButFollowsNoLink() throws Exception {
        Path elsewhere = Files.writeString(
                Files.createDirectory(parent.resolve("elsewhere")).resolve("kept"), "");
        Path folder = parent.resolve("work");
        WorkFolder.take(folder).close();
        Files.writeString(Files.createDirectory(folder.resolve("coord1")).resolve("old"), "");
        Files.createSymbolicLink(folder.resolve("link"), elsewhere.getParent());
        WorkFolder.take(folder).close();
        assertThat(folder.resolve("coord1")).doesNotExist();
        assertThat(elsewhere).exists();
    }

    @Test
    void killsTheServersThatAKilledFormationLeft() throws Exception {
        Path folder = parent.resolve("work");
        WorkFolder.take(folder).close();
        Path home = Files.createDirectory(folder.resolve("zookeeper"));
        ServerProcess left = ServerProcess.start(
                "left over",
                new UnprivilegedUser(null, null),
                AgentJvm.likeThisOne()
                        .run(EmbeddedZooKeeper.class, List.of(home.toString(), "" + FreePorts.from(12_300))),
                Map.of(),
                home,
                parent.resolve("left.log"));
        Await.until("the server's data", Duration.ofSeconds(60), () -> Files.exists(home.resolve("log")));
        WorkFolder.take(folder).close();
        assertThat(left.awaitEnd(Duration.ofSeconds(10))).isTrue();
    }
}
