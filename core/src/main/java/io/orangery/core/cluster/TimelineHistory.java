package io.orangery.core.cluster;

import java.util.List;
import java.util.Optional;

/**
 * Key {@code history} (dcs-layout 3.9).
 *
 * @param entries one for each timeline that ended, oldest first
 * @param known false when the key is absent or cannot be read: then the cluster's timeline is unknown
 * @param version version of the key; 0 when absent
 */
public record TimelineHistory(List<Entry> entries, boolean known, long version) {
    public static final TimelineHistory ABSENT = new TimelineHistory(List.of(), false, 0);

    /**
     * End of one timeline.
     *
     * @param endedAt ISO 8601 text as stored
     */
    public record Entry(int timeline, Lsn end, String reason, Optional<String> endedAt, Optional<String> newLeader) {}

    /** Timeline that the cluster is on; 0 = unknown. */
    public int clusterTimeline() {
        if (!known) {
            return 0;
        }
        return entries.isEmpty() ? 1 : entries.getLast().timeline() + 1;
    }
}
