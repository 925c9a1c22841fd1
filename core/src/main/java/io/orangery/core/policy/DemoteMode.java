package io.orangery.core.policy;

/** How a primary stops being one (ha-behaviour 15). */
public enum DemoteMode {
    /** The DCS cannot be reached: fast stop, the key cannot be released. */
    OFFLINE("offline", true, false),
    /** Switchover or failover on request: checkpoint, fast stop, key released. */
    GRACEFUL("graceful", true, true),
    /** Crash and start timeouts: immediate stop, key released. */
    IMMEDIATE("immediate", false, true),
    /** The key is lost: immediate stop, the key is not ours to release. */
    IMMEDIATE_NOLOCK("immediate-nolock", false, false);

    private final String text;
    private final boolean fast;
    private final boolean releases;

    DemoteMode(String text, boolean fast, boolean releases) {
        this.text = text;
        this.fast = fast;
        this.releases = releases;
    }

    public String text() {
        return text;
    }

    public boolean fast() {
        return fast;
    }

    public boolean releases() {
        return releases;
    }
}
