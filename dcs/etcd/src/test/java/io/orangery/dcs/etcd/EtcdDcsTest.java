package io.orangery.dcs.etcd;

import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsContract;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.StoreUnderTest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract, against a real server. */
final class EtcdDcsTest extends DcsContract {
    private static EtcdServer server;

    @BeforeAll
    static void startServer() {
        server = EtcdServer.startOrSkip();
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected StoreUnderTest store() {
        return new RealStore(server);
    }

    private record RealStore(EtcdServer server) implements StoreUnderTest {
        @Override
        public Dcs open(DcsSettings settings) {
            return new EtcdDcsProvider().open(settings);
        }

        @Override
        public Map<String, Object> section() {
            return Map.of("host", server.endpoint());
        }

        @Override
        public void stop() {
            server.kill();
        }

        @Override
        public void start() {
            server.start();
        }

        @Override
        public void letTimePass() {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }

        @Override
        public Duration ttl() {
            return Duration.ofSeconds(2);
        }
    }
}
