package io.orangery.dcs;

import java.time.Duration;

/**
 * Proof that the leader key was ours when the store answered.
 *
 * @param validFor counted from <b>before</b> the request was sent; what the store really granted, which can be less than {@code ttl}
 *     (ZooKeeper negotiates)
 * @param version version of the leader key
 * @param session own lease or session
 */
public record Lease(Duration validFor, long version, String session) {}
