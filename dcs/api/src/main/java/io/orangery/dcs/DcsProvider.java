package io.orangery.dcs;

import java.time.Duration;
import java.util.List;

/** A plugin, found by {@link java.util.ServiceLoader}. Needs a public constructor without parameters. */
public interface DcsProvider {
    /** Names of the sections of the configuration that choose this plugin, such as {@code etcd3} and {@code etcd}. */
    List<String> sections();

    /** Lowest {@code ttl} that this store can honour; below it the start is refused. */
    Duration minimumTtl();

    /**
     * Checks the section without touching the network.
     *
     * @throws InvalidDcsSection naming key, value and what was expected
     */
    void check(DcsSettings settings);

    /**
     * Opens a connection. Does not wait until the store answers: an unreachable store shows in the answers.
     *
     * @throws InvalidDcsSection as {@link #check}
     */
    Dcs open(DcsSettings settings);

    /** A section that cannot be used. The message names section, key, value and what was expected. */
    final class InvalidDcsSection extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        public InvalidDcsSection(String message) {
            super(message);
        }
    }
}
