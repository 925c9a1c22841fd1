package io.orangery.core.cluster;

/**
 * The leader key of a group, present and not empty.
 *
 * @param holder name that stands in the key
 * @param session lease or session that the key is bound to, in the store's spelling
 * @param version version of the key; changes when the key changes hands
 * @param modified changes with each write of the key, and is that of every key that was written in the same transaction
 */
public record LeaderKey(NodeId holder, String session, long version, long modified) {
    public LeaderKey(NodeId holder, String session, long version) {
        this(holder, session, version, version);
    }
}
