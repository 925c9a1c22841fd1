package io.orangery.node;

/** The agent must not start: the message is for the operator, the exit code is 1. */
final class StartRefused extends Exception {
    private static final long serialVersionUID = 1L;

    StartRefused(String message) {
        super(message);
    }
}
