package io.orangery.core.cluster;

import java.util.List;
import java.util.Map;

/**
 * Key {@code status}, kept by the leader (dcs-layout 3.5).
 *
 * @param optime last position that the leader published; zero when unknown
 * @param slots slot to position
 * @param retainSlots slots of members that were seen within {@code member_slots_ttl}
 * @param version version of the key; 0 when absent
 */
public record ClusterStatus(Lsn optime, Map<String, Lsn> slots, List<String> retainSlots, long version) {
    public static final ClusterStatus ABSENT = new ClusterStatus(Lsn.ZERO, Map.of(), List.of(), 0);
}
