package io.orangery.postgres.rewind;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Parameters in {@code postmaster.opts}: the command line of the last start. */
final class PostmasterOptions {
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");
    private static final Pattern ASSIGNMENT = Pattern.compile("(?:--)?([A-Za-z_][A-Za-z0-9_.-]*)=(.*)", Pattern.DOTALL);

    private PostmasterOptions() {}

    /** Name, with underscores, to value, in the order of the file. The program is not quoted there, so only arguments are seen. */
    static Map<String, String> parse(String content) {
        var parameters = new LinkedHashMap<String, String>();
        var previous = "";
        for (var match : QUOTED.matcher(content).results().toList()) {
            var argument = match.group(1);
            var assignment = ASSIGNMENT.matcher(argument);
            if ((argument.startsWith("--") || previous.equals("-c")) && assignment.matches()) {
                parameters.put(assignment.group(1).replace('-', '_'), assignment.group(2));
            }
            previous = argument;
        }
        return parameters;
    }
}
