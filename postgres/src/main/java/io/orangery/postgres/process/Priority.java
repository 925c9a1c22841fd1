package io.orangery.postgres.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An agent may be given a higher priority than the rest of its host ({@code Nice=} of the unit), so that load costs it neither its lease nor the
 * time for which writes are held. What it starts gets the ordinary one: PostgreSQL and scripts are the load.
 */
final class Priority {
    private static final Path SELF = Path.of("/proc/self/stat");
    /** Of the fields behind the command's name; field 19 of proc(5). */
    private static final int NICE = 16;

    private static final int RAISED_BY = raisedBy();

    private Priority() {}

    /** The command, to be run at the ordinary priority. */
    static List<String> ordinary(List<String> command) {
        return lowered(command, RAISED_BY);
    }

    static List<String> lowered(List<String> command, int by) {
        if (by <= 0) {
            return command;
        }
        var whole = new ArrayList<>(List.of("nice", "-n", Integer.toString(by)));
        whole.addAll(command);
        return whole;
    }

    private static int raisedBy() {
        try {
            return Math.max(0, -nice(Files.readString(SELF, StandardCharsets.ISO_8859_1)));
        } catch (IOException | RuntimeException unknown) {
            return 0;
        }
    }

    /** The command's name, in parentheses, may contain anything. */
    static int nice(String stat) {
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE]);
    }
}
