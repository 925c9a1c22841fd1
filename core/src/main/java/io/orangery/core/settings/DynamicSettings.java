package io.orangery.core.settings;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The dynamic configuration in force (configuration.md 3), after the adjustments that the specification makes. Immutable.
 *
 * @param ttl life of the leader key without renewal
 * @param loopWait period of the backstop tick
 * @param retryTimeout total time for one operation on the DCS or PostgreSQL, retries included
 * @param maximumLagOnFailover bytes
 * @param maximumLagOnSyncnode bytes; 0 or less: off
 * @param maxTimelinesHistory entries kept in {@code history}; 0: all
 * @param primaryStartTimeout how long a primary may take to recover before another takes over; zero: fail over at once
 * @param primaryStopTimeout zero: no limit. In effect only with a synchronous mode
 * @param primaryRaceBackoff zero: off
 * @param synchronousNodeCount at least 1 in strict mode, else at least 0
 * @param memberSlotsTtl zero: drop slots of absent members at once
 * @param slots permanent slots as configured, validated later
 * @param ignoreSlots matchers as configured
 * @param standbyCluster the section when it makes this a standby cluster, else empty
 * @param raw the whole configuration as it was read, for keys that others interpret
 */
public record DynamicSettings(
        Duration ttl,
        Duration loopWait,
        Duration retryTimeout,
        long maximumLagOnFailover,
        long maximumLagOnSyncnode,
        int maxTimelinesHistory,
        boolean checkTimeline,
        Duration primaryStartTimeout,
        Duration primaryStopTimeout,
        Duration primaryRaceBackoff,
        SynchronousMode synchronousMode,
        boolean synchronousModeStrict,
        int synchronousNodeCount,
        Duration memberSlotsTtl,
        boolean failsafeMode,
        boolean pause,
        boolean useSlots,
        Map<String, Object> slots,
        List<Map<String, Object>> ignoreSlots,
        Map<String, Object> standbyCluster,
        Map<String, Object> raw) {

    public boolean standby() {
        return !standbyCluster.isEmpty();
    }
}
