package io.orangery.ctl;

/** The command ends here, with {@code Error: <message>} and status 1 (ctl.md 5.3). */
final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandFailed(String message) {
        super(message);
    }
}
