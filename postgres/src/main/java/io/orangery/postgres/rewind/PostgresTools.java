package io.orangery.postgres.rewind;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Port to the programs of PostgreSQL. Blocking; a cancelled run throws InterruptedException after the program ended. */
public interface PostgresTools {
    /**
     * Runs one to its end, standard input empty, {@code LC_ALL=C}.
     *
     * @param tool {@code pg_rewind}, {@code pg_waldump}, {@code postgres}
     * @param environment in addition to the agent's own; may hold the path of a password file, never a password
     */
    Finished run(String tool, List<String> arguments, Map<String, String> environment)
            throws IOException, InterruptedException;

    /** Runs a command line of the user ({@code archive_command}, {@code restore_command}) by the shell, in the data directory. */
    Finished shell(String commandLine) throws IOException, InterruptedException;

    /** How a program ended. */
    record Finished(int exitCode, String stdout, String stderr) {}
}
