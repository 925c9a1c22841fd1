package io.orangery.core.policy;

import java.time.Duration;
import java.util.List;

/**
 * A long action: at most one runs on a node at a time.
 *
 * @param kind what it is, as names in logs, REST answers and messages say it (ha-behaviour 7)
 * @param steps in the order in which they are carried out
 * @param why the sentence of the decision that started it
 */
public record Operation(Kind kind, List<Step> steps, String why) {
    /** Kinds of long actions. */
    public enum Kind {
        BOOTSTRAP("bootstrap"),
        CLONE("bootstrap from leader"),
        PROMOTE("promote"),
        RESTART("restart"),
        REINITIALIZE("reinitialize"),
        START_PRIMARY("starting primary after failure"),
        START_STANDBY("restarting after failure"),
        FOLLOW("changing primary_conninfo and restarting"),
        SINGLE_USER_RECOVERY("doing crash recovery in a single user mode"),
        REWIND("running pg_rewind"),
        CHECK_DIVERGENCE("checking divergence"),
        SWITCHOVER_DEMOTE("switchover: demote"),
        DEMOTE("demote"),
        SHUTDOWN("shutdown");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }

        /** It takes write access away, so losing the lease is no reason to interrupt it. */
        public boolean demotes() {
            return this == SWITCHOVER_DEMOTE || this == DEMOTE || this == SHUTDOWN;
        }

        /** It can end with a writable server. */
        public boolean mayEndWritable() {
            return this == PROMOTE || this == START_PRIMARY || this == RESTART;
        }
    }

    /** The operation that is under way. */
    public record Running(Kind kind, Duration since) {}
}
