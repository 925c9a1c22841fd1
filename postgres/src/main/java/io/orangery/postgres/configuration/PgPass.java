package io.orangery.postgres.configuration;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.PostgresSettings.Credentials;
import java.util.List;

/** Lines of a libpq password file. */
public final class PgPass {
    private PgPass() {}

    /**
     * One line for this server; an empty list when no password is configured.
     *
     * @throws IllegalArgumentException a part has a line break, which such a file cannot hold
     */
    public static List<String> lines(Credentials credentials, HostPort server) {
        return credentials
                .password()
                .filter(password -> !password.isEmpty())
                .map(password -> List.of(line(
                        server.host(),
                        Integer.toString(server.port()),
                        "*",
                        credentials.username().orElse("*"),
                        password)))
                .orElse(List.of());
    }

    /** Five fields, escaped, except those that are a lone asterisk: that is the wildcard. */
    static String line(String host, String port, String database, String user, String password) {
        // The password is never a pattern: a lone asterisk in the last field is an ordinary one.
        return String.join(":", escape(host), escape(port), escape(database), escape(user), escape(password));
    }

    /** The first four fields: which server and user a line is for. */
    static String withoutPassword(String line) {
        int end = line.length();
        int fields = 0;
        for (int i = 0; i < line.length() && fields < 4; i++) {
            if (line.charAt(i) == '\\') {
                i++;
            } else if (line.charAt(i) == ':' && ++fields == 4) {
                end = i;
            }
        }
        return line.substring(0, end);
    }

    private static String escape(String field) {
        if (field.indexOf('\n') >= 0 || field.indexOf('\r') >= 0) {
            throw new IllegalArgumentException(
                    "a user name or password with a line break cannot be put into a password file");
        }
        return field.replace("\\", "\\\\").replace(":", "\\:");
    }
}
