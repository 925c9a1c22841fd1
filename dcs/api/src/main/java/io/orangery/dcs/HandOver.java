package io.orangery.dcs;

import java.util.Optional;

/**
 * Who is to get the leader key of the own group, and what is written in the same transaction.
 *
 * @param successor name of another member of the own group
 * @param failover JSON for the own group's {@code failover}
 * @param failoverVersion {@link Entry#version()} that {@code failover} must have now; it has to exist
 * @param status JSON for the own group's {@code status}; empty: untouched
 */
public record HandOver(String successor, String failover, long failoverVersion, Optional<String> status) {}
