package io.orangery.dcs;

import java.time.Duration;

/** The timing settings that a store client follows; they change with the {@code config} key. */
public record Timing(Duration ttl, Duration loopWait, Duration retryTimeout) {}
