package io.orangery.core.cluster;

/** Field {@code state} of a member key. The ordinal number is a gauge of the metrics and must never change (ha-behaviour 1.2). */
public enum PostgresState {
    INITDB("initializing new cluster"),
    INITDB_FAILED("initdb failed"),
    CUSTOM_BOOTSTRAP("running custom bootstrap script"),
    CUSTOM_BOOTSTRAP_FAILED("custom bootstrap failed"),
    CREATING_REPLICA("creating replica"),
    RUNNING("running"),
    STARTING("starting"),
    BOOTSTRAP_STARTING("starting after custom bootstrap"),
    START_FAILED("start failed"),
    RESTARTING("restarting"),
    RESTART_FAILED("restart failed"),
    STOPPING("stopping"),
    STOPPED("stopped"),
    STOP_FAILED("stop failed"),
    CRASHED("crashed"),
    /** What a member key without a readable {@code state} says. Never written. */
    UNKNOWN("unknown");

    private final String text;

    PostgresState(String text) {
        this.text = text;
    }

    /** As it stands in keys and answers. */
    public String text() {
        return text;
    }

    public boolean starting() {
        return this == STARTING || this == BOOTSTRAP_STARTING;
    }

    public static PostgresState of(String text) {
        for (PostgresState state : values()) {
            if (state.text.equals(text)) {
                return state;
            }
        }
        return UNKNOWN;
    }
}
