package io.orangery.dcs.zookeeper;

import io.orangery.dcs.DcsContract;
import io.orangery.dcs.StoreUnderTest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract of the port against a real server. */
final class ZooKeeperDcsTest extends DcsContract {
    private static ServerInProcess server;

    @BeforeAll
    static void startServer(@TempDir Path directory) {
        server = new ServerInProcess(directory);
    }

    @AfterAll
    static void stopServer() {
        server.stop();
    }

    @Override
    protected StoreUnderTest store() {
        return server;
    }
}
