package io.orangery.core.settings;

/** {@code synchronous_mode} of the dynamic configuration. */
public enum SynchronousMode {
    OFF,
    /** {@code on}: priority mode, named standbys. */
    PRIORITY,
    QUORUM;

    public boolean on() {
        return this != OFF;
    }
}
