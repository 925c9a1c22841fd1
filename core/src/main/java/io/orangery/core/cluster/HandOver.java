package io.orangery.core.cluster;

import java.util.Map;

/**
 * What a leader that has stopped its PostgreSQL cleanly leaves for the successor that it names, in the key {@code failover}: the successor
 * may lead at once when it has received all of it (deviations 1, citus 20.2 #7).
 *
 * @param checkpoint location of the shutdown checkpoint: nothing was written after it
 * @param timeline on which it was written
 * @param systemIdentifier of the cluster
 * @param spentMillis what the former leader's steps took while writes were held, by name; only for the account of the pause
 */
public record HandOver(Lsn checkpoint, int timeline, String systemIdentifier, Map<String, Long> spentMillis) {}
