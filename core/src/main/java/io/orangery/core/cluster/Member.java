package io.orangery.core.cluster;

/**
 * A member key.
 *
 * @param session lease or session that the key is bound to, in the store's spelling; empty when unknown
 * @param version version of the key
 */
public record Member(NodeId id, MemberData data, String session, long version) {}
