package io.orangery.core.cluster;

/**
 * The leader key of a group, present and not empty.
 *
 * @param holder name that stands in the key
 * @param session lease or session that the key is bound to, in the store's spelling
 * @param version version of the key; changes when the key changes hands
 */
public record LeaderKey(NodeId holder, String session, long version) {}
