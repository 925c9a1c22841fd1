package io.orangery.dcs;

import java.time.Duration;
import java.util.Map;

/** What a plugin's test provides to {@link DcsContract}: connections to one store, and power over that store and over time. */
public interface StoreUnderTest {
    Dcs open(DcsSettings settings);

    /** The plugin's section of the configuration that leads to the store. */
    Map<String, Object> section();

    /** Stops the store so that requests fail or hang. Its data survive. */
    void stop();

    /** Starts the store again after {@link #stop()}; returns when it answers, or at once when it cannot be asked. */
    void start();

    /** Ends a connection as the death of its process would: nothing more is sent, nothing is revoked. */
    default void kill(Dcs connection) {
        connection.close();
    }

    /** Lets a small amount of time pass, real or virtual: much less than {@code ttl}. */
    void letTimePass();

    /** A life of leases that the store grants exactly; short, because tests wait for it to end. Twice of it must be granted too. */
    Duration ttl();

    /** True when the store's own client keeps the lease alive in the background (ZooKeeper). */
    default boolean keepsLeaseAliveByItself() {
        return false;
    }

    /** What {@link Dcs#handOver} makes of the leader key in this store. */
    default HandedOver handsOver() {
        return HandedOver.EXCHANGED;
    }
}
