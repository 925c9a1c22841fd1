package io.orangery.ctl;

/** What was typed is no command line of this tool: usage, {@code Error: <message>} and status 2. */
final class WrongUsage extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String usage;
    private final String program;

    /**
     * @param usage the usage line of the command in question
     * @param program the command in question, program included, for the reference to its help
     */
    WrongUsage(String usage, String program, String message) {
        super(message);
        this.usage = usage;
        this.program = program;
    }

    String text() {
        return usage + "\nTry '" + program + " --help' for help.\n\nError: " + getMessage();
    }
}
