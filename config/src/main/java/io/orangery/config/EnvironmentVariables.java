package io.orangery.config;

import static java.util.Map.entry;

import io.orangery.core.settings.ValueSyntax;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which {@code PATRONI_*} variable sets what (configuration.md 11), without regard to what stands in the file.
 *
 * <p>Pure functions; any thread.
 */
final class EnvironmentVariables {
    static final String PREFIX = "PATRONI_";
    static final String WHOLE_CONFIGURATION = "PATRONI_CONFIGURATION";

    private enum Kind {
        TEXT,
        FLAG,
        INTEGER,
        REAL,
        LIST,
        MAPPING,
        LOG_FORMAT
    }

    private record Setting(String path, Kind kind) {}

    /** @param value null: the text could not be converted */
    record Variable(String name, String path, Object value) {}

    private static final String TEXT_SUFFIXES =
            "HOST PROTOCOL SRV SRV_SUFFIX URL PROXY CACERT CERT KEY KEY_PASSWORD TOKEN DC CONSISTENCY"
                    + " SERVICE_CHECK_INTERVAL SERVICE_CHECK_TLS_SERVER_NAME NAMESPACE CONTEXT SCOPE_LABEL ROLE_LABEL"
                    + " LEADER_LABEL_VALUE FOLLOWER_LABEL_VALUE STANDBY_LEADER_LABEL_VALUE TMP_ROLE_LABEL POD_IP USE_SSL";
    private static final Map<String, Kind> STORE_SUFFIXES = new TreeMap<>();
    private static final Map<String, Setting> FIXED = new LinkedHashMap<>();

    /** Other names of the same setting, weakest first, so that the proper name wins. */
    private static final Map<String, String> OTHER_NAMES = Map.ofEntries(
            entry("PATRONI_LOGLEVEL", "PATRONI_LOG_LEVEL"),
            entry("PATRONI_LOGFORMAT", "PATRONI_LOG_FORMAT"),
            entry("PATRONI_LOG_DATEFMT", "PATRONI_LOG_DATEFORMAT"),
            entry("PATRONI_POSTGRESQL_BIN_IS_READY", "PATRONI_POSTGRESQL_BIN_PG_ISREADY"),
            entry("PATRONI_RETRIABLE_HTTP_CODES", "PATRONI_KUBERNETES_RETRIABLE_HTTP_CODES"));

    static {
        for (String suffix : TEXT_SUFFIXES.split(" ")) {
            STORE_SUFFIXES.put(suffix, Kind.TEXT);
        }
        STORE_SUFFIXES.put("PORT", Kind.INTEGER);
        for (String suffix : "HOSTS PORTS CHECKS SERVICE_TAGS RETRIABLE_HTTP_CODES".split(" ")) {
            STORE_SUFFIXES.put(suffix, Kind.LIST);
        }
        for (String suffix : "LABELS SET_ACLS AUTH_DATA BOOTSTRAP_LABELS".split(" ")) {
            STORE_SUFFIXES.put(suffix, Kind.MAPPING);
        }
        for (String suffix : "USE_PROXIES REGISTER_SERVICE USE_ENDPOINTS BYPASS_API_SERVICE VERIFY".split(" ")) {
            STORE_SUFFIXES.put(suffix, Kind.FLAG);
        }
        fixed("", Kind.TEXT, "NAME NAMESPACE SCOPE THREAD_POOL_SIZE THREAD_STACK_SIZE");
        fixed(
                "restapi",
                Kind.TEXT,
                "LISTEN CONNECT_ADDRESS CERTFILE KEYFILE KEYFILE_PASSWORD CAFILE CIPHERS VERIFY_CLIENT SERVER_TOKENS");
        fixed("restapi", Kind.MAPPING, "HTTP_EXTRA_HEADERS HTTPS_EXTRA_HEADERS");
        fixed("restapi", Kind.LIST, "ALLOWLIST");
        fixed("restapi", Kind.FLAG, "ALLOWLIST_INCLUDE_MEMBERS");
        fixed("restapi", Kind.INTEGER, "REQUEST_QUEUE_SIZE THREAD_POOL_SIZE");
        under("PATRONI_RESTAPI_", "restapi.authentication", Kind.TEXT, "USERNAME PASSWORD");
        fixed("ctl", Kind.FLAG, "INSECURE");
        fixed("ctl", Kind.TEXT, "CACERT CERTFILE KEYFILE KEYFILE_PASSWORD");
        under("PATRONI_CTL_", "ctl.authentication", Kind.TEXT, "USERNAME PASSWORD");
        fixed("postgresql", Kind.TEXT, "LISTEN CONNECT_ADDRESS PROXY_ADDRESS CONFIG_DIR DATA_DIR PGPASS BIN_DIR");
        under(
                "PATRONI_POSTGRESQL_BIN_",
                "postgresql.bin_name",
                Kind.TEXT,
                "PG_CTL INITDB PG_CONTROLDATA PG_BASEBACKUP POSTGRES PG_ISREADY PG_REWIND");
        fixed("log", Kind.TEXT, "TYPE LEVEL TRACEBACK_LEVEL DATEFORMAT DIR");
        fixed("log", Kind.LOG_FORMAT, "FORMAT");
        fixed("log", Kind.MAPPING, "STATIC_FIELDS LOGGERS");
        fixed("log", Kind.INTEGER, "MAX_QUEUE_SIZE MODE FILE_SIZE FILE_NUM");
        fixed("log", Kind.FLAG, "DEDUPLICATE_HEARTBEAT_LOGS");
        fixed("raft", Kind.TEXT, "DATA_DIR SELF_ADDR PASSWORD BIND_ADDR");
        fixed("raft", Kind.LIST, "PARTNER_ADDRS");
        fixed(
                "raft",
                Kind.REAL,
                "MIN_TIMEOUT MAX_TIMEOUT CONNECTION_TIMEOUT APPEND_ENTRIES_PERIOD CONNECTION_RETRY_TIME LEADER_FALLBACK_TIMEOUT");
        for (String user : List.of("SUPERUSER", "REPLICATION", "REWIND")) {
            under(
                    PREFIX + user + "_",
                    "postgresql.authentication." + user.toLowerCase(Locale.ROOT),
                    Kind.TEXT,
                    "USERNAME PASSWORD SSLMODE SSLCERT SSLKEY SSLPASSWORD SSLROOTCERT SSLCRL SSLCRLDIR GSSENCMODE"
                            + " CHANNEL_BINDING SSLNEGOTIATION");
        }
        fixed("citus", Kind.INTEGER, "GROUP");
        fixed("citus", Kind.TEXT, "DATABASE");
        fixed("etcd", Kind.TEXT, "USERNAME PASSWORD");
        fixed("etcd3", Kind.TEXT, "USERNAME PASSWORD");
        fixed("consul", Kind.TEXT, "SCHEME");
        // Patroni leaves this one a text, so that "false" switches TLS on.
        fixed("zookeeper", Kind.FLAG, "USE_SSL");
    }

    private EnvironmentVariables() {}

    /** All variables that set something, in the order in which they apply: a later one for the same path wins. */
    static List<Variable> recognised(Map<String, String> environment) {
        var names = new TreeMap<>(environment).keySet().stream().filter(name -> name.startsWith(PREFIX));
        return names.sorted(
                        (one, other) -> Boolean.compare(OTHER_NAMES.containsKey(other), OTHER_NAMES.containsKey(one)))
                .flatMap(name -> variable(name, environment.get(name)).stream())
                .toList();
    }

    private static Optional<Variable> variable(String name, String text) {
        String proper = OTHER_NAMES.getOrDefault(name, name);
        Setting fixed = FIXED.get(proper);
        if (fixed != null) {
            return text.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Variable(name, fixed.path(), converted(fixed, text)));
        }
        Matcher parts = Pattern.compile("PATRONI_([A-Z0-9]+)_([A-Z0-9_]+)").matcher(proper);
        if (!parts.matches()
                || !STORE_SUFFIXES.containsKey(parts.group(2))
                || parts.group(1).equals("CITUS")) {
            return Optional.empty();
        }
        var setting = new Setting(path(parts.group(1), parts.group(2)), STORE_SUFFIXES.get(parts.group(2)));
        return Optional.of(new Variable(name, setting.path(), text.isEmpty() ? text : converted(setting, text)));
    }

    private static Object converted(Setting setting, String text) {
        return switch (setting.kind()) {
            case TEXT -> text;
            case FLAG -> ValueSyntax.bool(text).orElse(null);
            case INTEGER -> {
                OptionalLong number = ValueSyntax.integer(text, "");
                if (number.isEmpty()) {
                    // A group that cannot be read must stop the start, not switch Citus off.
                    yield setting.path().equals("citus.group") ? text : null;
                }
                yield number.getAsLong() == (int) number.getAsLong()
                        ? (Object) (int) number.getAsLong()
                        : (Object) number.getAsLong();
            }
            case REAL -> {
                OptionalDouble number = ValueSyntax.real(text, "");
                yield number.isPresent() ? (Object) number.getAsDouble() : null;
            }
            case LIST -> list(text);
            case MAPPING ->
                parsed(text.strip().startsWith("{") ? text : "{" + text + "}") instanceof Map<?, ?> map ? map : null;
            case LOG_FORMAT -> text.matches("(?s).*%\\(\\w+\\).*") ? text : list(text);
        };
    }

    private static Object list(String text) {
        boolean already = text.strip().startsWith("-") || text.contains("[");
        return parsed(already ? text : "[" + text + "]") instanceof List<?> list ? list : null;
    }

    private static Object parsed(String text) {
        try {
            return Yaml11.parse(text);
        } catch (Yaml11.Malformed malformed) {
            return null;
        }
    }

    private static void fixed(String section, Kind kind, String names) {
        under(PREFIX + (section.isEmpty() ? "" : section.toUpperCase(Locale.ROOT) + "_"), section, kind, names);
    }

    private static void under(String prefix, String section, Kind kind, String names) {
        Arrays.stream(names.split(" "))
                .forEach(name -> FIXED.put(prefix + name, new Setting(path(section, name), kind)));
    }

    private static String path(String section, String name) {
        return (section.isEmpty() ? name : section + "." + name).toLowerCase(Locale.ROOT);
    }
}
