package io.orangery.formation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Both servers start as the unprivileged user, answer, and are gone when closed. */
class DcsServerTest {

    private Path folder;
    private UnprivilegedUser user;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createTempDirectory("orangery-dcs");
        user = UnprivilegedUser.current();
        user.own(folder);
    }

    @AfterEach
    void deleteFolder() throws IOException {
        WorkFolder.delete(folder);
    }

    @Test
    void zooKeeperStartsAndStops() throws Exception {
        AgentJvm jvm = AgentJvm.likeThisOne().readableBy(user, folder);
        ZooKeeperServerProcess server = ZooKeeperServerProcess.start(folder.resolve("zookeeper"), user, jvm);
        try (server) {
            assertThat(server.section()).containsOnlyKeys("zookeeper");
            assertThat(server.process().isRunning()).isTrue();
        }
        assertThat(server.process().isRunning()).isFalse();
    }

    @Test
    void etcdStartsAndStops() throws Exception {
        assumeTrue(EtcdServerProcess.isInstalled(), "no etcd program in PATH");
        EtcdServerProcess server = EtcdServerProcess.start(folder.resolve("etcd"), user);
        try (server) {
            assertThat(server.section()).containsOnlyKeys("etcd3");
            assertThat(server.process().isRunning()).isTrue();
        }
        assertThat(server.process().isRunning()).isFalse();
    }
}
