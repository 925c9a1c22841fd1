package io.orangery.config;

import io.orangery.core.settings.DynamicSettings;
import io.orangery.core.settings.PostgresSettings;
import io.orangery.core.settings.PostgresSettings.Credentials;
import io.orangery.core.settings.ValueSyntax;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Makes the effective {@code postgresql} section: the local file over the dynamic configuration over the defaults, key by key as a whole, only
 * server parameters are merged (configuration.md 2.2, 7). One thread.
 */
final class PostgresReader {
    private static final int DEFAULT_PORT = 5432;
    private static final double DEFAULT_PG_CTL_TIMEOUT = 60;
    private static final List<String> CREDENTIAL_OPTIONS = List.of(
            "sslmode",
            "sslcert",
            "sslkey",
            "sslpassword",
            "sslrootcert",
            "sslcrl",
            "sslcrldir",
            "gssencmode",
            "channel_binding",
            "sslnegotiation");

    private final CheckedLocal local;
    private final Values own;
    private final Values dynamic;
    private final Values merged;
    private final Consumer<String> warnings;

    /** @param dynamic section {@code postgresql} of the dynamic configuration, checked */
    PostgresReader(CheckedLocal local, Values dynamic, Consumer<String> warnings) {
        this.local = local;
        this.own = local.values().section("postgresql");
        this.dynamic = dynamic;
        this.warnings = warnings;
        var all = new LinkedHashMap<>(dynamic.map());
        all.putAll(own.map());
        this.merged = new Values(all);
    }

    PostgresSettings settings(DynamicSettings inForce) {
        Address listen =
                Address.parse(own.text("listen").orElseThrow(), DEFAULT_PORT).orElseThrow();
        Path dataDir = own.path("data_dir").orElseThrow();
        Path configDir = own.path("config_dir").orElse(dataDir);
        ServerParameters parameters = parameters(listen);
        Credentials superuser = superuser();
        return new PostgresSettings(
                local.scope(),
                local.name().name(),
                String.join(",", listen.hosts()),
                listen.port(),
                own.text("connect_address")
                        .flatMap(Address::parse)
                        .orElse(new Address(List.of(listen.localHost()), listen.port()))
                        .toHostPort(),
                own.text("proxy_address").flatMap(Address::parse).map(Address::toHostPort),
                dataDir,
                configDir,
                merged.text("config_base_name").orElse("postgresql"),
                merged.path("custom_conf"),
                merged.path("bin_dir"),
                merged.entries("bin_name"),
                merged.text("database").orElse("postgres"),
                own.path("pgpass").orElse(local.source().home().resolve("pgpass")),
                merged.isOn("use_unix_socket"),
                merged.isOn("use_unix_socket_repl"),
                merged.text("krbsrvname"),
                superuser,
                replication(),
                rewind(superuser),
                usesRewind(),
                inForce.useSlots(),
                options("rewind", ToolOptions.REFUSED_BY_REWIND),
                merged.isOn("remove_data_directory_on_rewind_failure"),
                merged.isOn("remove_data_directory_on_diverged_timelines"),
                parameters.recovery(merged.entries("recovery_conf")),
                replicaMethods(),
                methodDefinitions(),
                options("basebackup", ToolOptions.REFUSED_BY_BASEBACKUP),
                pgCtlTimeout(),
                inForce.retryTimeout(),
                parameters.effective(),
                accessRules("pg_hba", "hba_file", configDir, parameters),
                accessRules("pg_ident", "ident_file", configDir, parameters),
                merged.entries("callbacks"),
                merged.text("pre_promote"),
                merged.text("before_stop"),
                local.citus().isPresent());
    }

    private ServerParameters parameters(Address listen) {
        var parameters = new ServerParameters();
        parameters.dynamic(dynamic.section("parameters").map(), warnings);
        parameters.local(own.section("parameters").map());
        if (local.citus().isPresent()) {
            parameters.prepareForCitus(localHost(listen, parameters));
        }
        return parameters;
    }

    /** Host of the node's own connections (configuration.md 7.1): a socket directory where sockets are wanted, else an address. */
    private String localHost(Address listen, ServerParameters parameters) {
        if (!merged.isOn("use_unix_socket")) {
            return listen.localHost();
        }
        return parameters
                .get("unix_socket_directories")
                .map(directories -> Arrays.stream(directories.split(","))
                        .map(String::strip)
                        .filter(directory -> directory.startsWith("/"))
                        .findFirst()
                        .orElse(listen.localHost()))
                .orElse("localhost");
    }

    private boolean hasAuthentication() {
        return own.has("authentication");
    }

    private Credentials superuser() {
        if (hasAuthentication()) {
            return credentials(own.section("authentication").section("superuser"));
        }
        return credentials(own.has("superuser") ? own.section("superuser") : own.section("pg_rewind"));
    }

    private Credentials replication() {
        return credentials((hasAuthentication() ? own.section("authentication") : own).section("replication"));
    }

    private Credentials rewind(Credentials superuser) {
        Values section =
                hasAuthentication() ? own.section("authentication").section("rewind") : own.section("pg_rewind");
        return section.map().isEmpty() ? superuser : credentials(section);
    }

    private boolean usesRewind() {
        return hasAuthentication()
                ? merged.isOn("use_pg_rewind")
                : own.has("pg_rewind") || merged.isOn("use_pg_rewind");
    }

    private static Credentials credentials(Values section) {
        var options = new LinkedHashMap<String, String>();
        CREDENTIAL_OPTIONS.forEach(name -> section.text(name).ifPresent(value -> options.put(name, value)));
        return new Credentials(section.text("username"), section.text("password"), Map.copyOf(options));
    }

    private List<String> options(String tool, Set<String> refused) {
        ToolOptions options = ToolOptions.parse(merged.map().get(tool), refused);
        options.refused().forEach(reason -> warnings.accept("postgresql." + tool + ": left out: " + reason));
        if (!tool.equals("basebackup")) {
            return options.arguments();
        }
        // The agent reads files from the backup at once: only the server may compress (PostgreSQL 15).
        return options.arguments().stream()
                .filter(option -> !option.startsWith("--compress") || option.startsWith("--compress=server-"))
                .toList();
    }

    private List<String> replicaMethods() {
        List<String> methods = merged.texts("create_replica_methods");
        List<String> old = methods.isEmpty() ? merged.texts("create_replica_method") : methods;
        return old.isEmpty() ? List.of("basebackup") : old;
    }

    private Map<String, Map<String, Object>> methodDefinitions() {
        var definitions = new LinkedHashMap<String, Map<String, Object>>();
        for (String name : PostgresKeys.methods(merged.map())) {
            if (merged.has(name)) {
                definitions.put(
                        name, DynamicDocument.frozen(merged.section(name).map()));
            }
        }
        return Collections.unmodifiableMap(definitions);
    }

    private Duration pgCtlTimeout() {
        double seconds =
                ValueSyntax.real(merged.map().get("pg_ctl_timeout"), "").orElse(DEFAULT_PG_CTL_TIMEOUT);
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    /** Nothing is written where the operator keeps the rules in a file of his own. */
    private List<String> accessRules(String key, String fileParameter, Path configDir, ServerParameters parameters) {
        Optional<Path> foreign = parameters
                .get(fileParameter)
                .filter(file -> !file.isBlank())
                .map(file -> configDir.resolve(file).normalize())
                .filter(file -> !file.equals(configDir.resolve(key + ".conf").normalize()));
        return foreign.isPresent() ? List.of() : merged.texts(key);
    }
}
