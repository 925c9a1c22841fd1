package io.orangery.ctl;

/** The input ended where an answer was expected: {@code Aborted!} and status 1. */
final class Aborted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Aborted() {
        super("Aborted!");
    }
}
