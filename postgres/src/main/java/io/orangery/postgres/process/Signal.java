package io.orangery.postgres.process;

/** Signals and what a postmaster understands by them. Numbers are those of Linux on every architecture that Java 25 runs on. */
public enum Signal {
    /** Reload the configuration. */
    HUP(1),
    /** Fast shutdown. */
    INT(2),
    /** Immediate shutdown. */
    QUIT(3),
    KILL(9),
    /** Look for {@code promote}. */
    USR1(10),
    TERM(15),
    STOP(19);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
