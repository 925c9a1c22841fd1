package io.orangery.dcs.memory;

import io.orangery.dcs.Dcs;
import io.orangery.dcs.DcsContract;
import io.orangery.dcs.DcsSettings;
import io.orangery.dcs.StoreUnderTest;
import java.time.Duration;
import java.util.Map;

/** The contract, under virtual time. */
final class InMemoryDcsTest extends DcsContract {
    @Override
    protected StoreUnderTest store() {
        return new VirtualStore();
    }

    private static final class VirtualStore implements StoreUnderTest {
        private final VirtualTime time = new VirtualTime();
        private final InMemoryStore store = new InMemoryStore(time, time);

        @Override
        public Dcs open(DcsSettings settings) {
            return InMemoryDcs.open(store, settings, time, time, () -> 0.5);
        }

        @Override
        public Map<String, Object> section() {
            return Map.of("memory", Map.of());
        }

        @Override
        public void stop() {
            store.stop();
        }

        @Override
        public void start() {
            store.start();
        }

        @Override
        public void letTimePass() {
            time.step(Duration.ofMillis(20));
        }

        @Override
        public Duration ttl() {
            return Duration.ofSeconds(5);
        }
    }
}
