package io.orangery.postgres.configuration;

import io.orangery.core.cluster.HostPort;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.PostgresSettings.Credentials;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Connection strings of libpq. Passwords are never in them: they are in the password file. */
public final class ConnInfo {
    /** Order in which keywords are written, so that the same settings always give the same text. */
    private static final List<String> ORDER = List.of(
            "dbname",
            "user",
            "passfile",
            "host",
            "port",
            "sslmode",
            "sslcompression",
            "sslcert",
            "sslkey",
            "sslpassword",
            "sslrootcert",
            "sslcrl",
            "sslcrldir",
            "application_name",
            "krbsrvname",
            "gssencmode",
            "channel_binding",
            "target_session_attrs",
            "sslnegotiation");

    /** Keywords that may come from the {@code authentication} section, with the first major version of libpq that knows each. */
    private static final Map<String, Integer> FROM_CREDENTIALS = Map.ofEntries(
            Map.entry("sslmode", 0),
            Map.entry("sslcert", 0),
            Map.entry("sslkey", 0),
            Map.entry("sslrootcert", 0),
            Map.entry("sslcrl", 0),
            Map.entry("sslpassword", 13),
            Map.entry("sslcrldir", 14),
            Map.entry("gssencmode", 12),
            Map.entry("channel_binding", 13),
            Map.entry("sslnegotiation", 17));

    private ConnInfo() {}

    /** {@code primary_conninfo} of a standby of {@code upstream}; the password is looked up in {@code settings.pgpass()}. */
    public static String primary(PostgresSettings settings, ServerVersion version, HostPort upstream) {
        return render(primaryKeywords(settings, version, upstream));
    }

    static Map<String, String> primaryKeywords(PostgresSettings settings, ServerVersion version, HostPort upstream) {
        var credentials = settings.replication();
        var keywords = new LinkedHashMap<String, String>();
        keywords.put("sslmode", "prefer");
        keywords.put("gssencmode", "prefer");
        if (version.atLeast(13)) {
            keywords.put("channel_binding", "prefer");
        }
        if (version.atLeast(17)) {
            keywords.put("sslnegotiation", "postgres");
        }
        keywords.putAll(server(version, credentials, upstream, Optional.of(settings.database())));
        keywords.put("application_name", settings.memberName());
        settings.krbsrvname().ifPresent(service -> keywords.put("krbsrvname", service));
        credentials
                .password()
                .filter(password -> !password.isEmpty())
                .ifPresent(
                        password -> keywords.put("passfile", settings.pgpass().toString()));
        return keywords;
    }

    /** For the command line of pg_basebackup, pg_rewind and scripts; the password file is given to them by {@code PGPASSFILE}. */
    public static String forTool(
            ServerVersion version, Credentials credentials, HostPort server, Optional<String> database) {
        return render(server(version, credentials, server, database));
    }

    private static Map<String, String> server(
            ServerVersion version, Credentials credentials, HostPort server, Optional<String> database) {
        var keywords = new LinkedHashMap<String, String>();
        database.ifPresent(name -> keywords.put("dbname", name));
        credentials.username().ifPresent(name -> keywords.put("user", name));
        keywords.put("host", server.host());
        keywords.put("port", Integer.toString(server.port()));
        credentials.options().forEach((keyword, value) -> {
            var since = FROM_CREDENTIALS.get(keyword);
            if (since != null && version.atLeast(since)) {
                keywords.put(keyword, value);
            }
        });
        return keywords;
    }

    /** {@code keyword=value ...} in a fixed order; values escaped. */
    public static String render(Map<String, String> keywords) {
        var text = new StringBuilder();
        ORDER.stream().filter(keywords::containsKey).forEach(keyword -> append(text, keyword, keywords.get(keyword)));
        keywords.entrySet().stream()
                .filter(entry -> !ORDER.contains(entry.getKey()))
                .forEach(entry -> append(text, entry.getKey(), entry.getValue()));
        return text.toString();
    }

    private static void append(StringBuilder text, String keyword, String value) {
        if (!text.isEmpty()) {
            text.append(' ');
        }
        text.append(keyword).append('=');
        if (value.isEmpty()) {
            text.append("''");
        }
        value.chars().forEach(letter -> {
            if (letter == '\'' || letter == '\\' || blank((char) letter)) {
                text.append('\\');
            }
            text.append((char) letter);
        });
    }

    /** What C's {@code isspace} takes for a blank: libpq ends an unquoted value there. */
    static boolean blank(char letter) {
        return letter == ' ' || letter >= '\t' && letter <= '\r';
    }

    /**
     * Keyword to value. URIs are not read: PostgreSQL shows what it uses as keywords, and nothing that the agent writes is one.
     *
     * @return empty when the text is no connection string
     */
    public static Optional<Map<String, String>> parse(String text) {
        return new ConnInfoReader(text).read();
    }
}
