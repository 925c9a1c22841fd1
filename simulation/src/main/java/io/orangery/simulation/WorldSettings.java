package io.orangery.simulation;

import io.orangery.core.settings.SynchronousMode;
import java.time.Duration;
import java.util.List;

/**
 * What kind of group a world has.
 *
 * @param hosts names of the members, one host each
 * @param clients how many write at a time
 */
public record WorldSettings(
        List<String> hosts,
        SynchronousMode synchronousMode,
        int synchronousNodeCount,
        Duration ttl,
        Duration loopWait,
        Duration retryTimeout,
        Duration primaryStartTimeout,
        int clients) {

    public static WorldSettings of(String... hosts) {
        return new WorldSettings(
                List.of(hosts),
                SynchronousMode.OFF,
                1,
                Duration.ofSeconds(20),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(300),
                2);
    }

    public WorldSettings quorum() {
        return mode(SynchronousMode.QUORUM);
    }

    public WorldSettings mode(SynchronousMode mode) {
        return new WorldSettings(
                hosts, mode, synchronousNodeCount, ttl, loopWait, retryTimeout, primaryStartTimeout, clients);
    }
}
