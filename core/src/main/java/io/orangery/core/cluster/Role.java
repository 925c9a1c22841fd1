package io.orangery.core.cluster;

/** Field {@code role} of a member key (ha-behaviour 1.1). */
public enum Role {
    UNINITIALIZED("uninitialized"),
    REPLICA("replica"),
    STANDBY_LEADER("standby_leader"),
    /** Promotion was accepted, the control file does not yet say {@code in production}. */
    PROMOTED("promoted"),
    PRIMARY("primary"),
    DEMOTED("demoted"),
    /** What a member key without a readable {@code role} says. Never written. */
    UNKNOWN("unknown");

    private final String text;

    Role(String text) {
        this.text = text;
    }

    /** As it stands in keys and answers. */
    public String text() {
        return text;
    }

    /** {@code master} is the spelling of versions before 4 and means primary. */
    public static Role of(String text) {
        if (text.equals("master")) {
            return PRIMARY;
        }
        for (Role role : values()) {
            if (role.text.equals(text)) {
                return role;
            }
        }
        return UNKNOWN;
    }
}
