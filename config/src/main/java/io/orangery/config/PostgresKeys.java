package io.orangery.config;

import static io.orangery.config.Leaves.connectAddress;
import static io.orangery.config.Leaves.flag;
import static io.orangery.config.Leaves.leaf;
import static io.orangery.config.Leaves.nonEmptyText;
import static io.orangery.config.Leaves.path;
import static io.orangery.config.Leaves.real;
import static io.orangery.config.Leaves.scalar;
import static io.orangery.config.Leaves.secret;
import static io.orangery.config.Leaves.text;
import static io.orangery.config.Leaves.texts;
import static io.orangery.config.Leaves.toolOptions;

import io.orangery.config.Shape.Section;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Keys of the {@code postgresql} section (configuration.md 7), in the local file and in the dynamic configuration. */
final class PostgresKeys {
    static final List<String> LOCAL_ONLY =
            List.of("connect_address", "proxy_address", "listen", "config_dir", "data_dir", "pgpass", "authentication");

    private static final Section CREDENTIALS = Shape.section()
            .with(text(), "username", "sslmode", "gssencmode", "channel_binding", "sslnegotiation")
            .with(secret(), "password", "sslpassword")
            .with(path(), "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslcrldir")
            .build();

    private static final Section ANYWHERE = Shape.section()
            .with(nonEmptyText(), "config_base_name", "database", "krbsrvname")
            .with(path(), "custom_conf", "bin_dir")
            .with(
                    Shape.section()
                            .with(
                                    nonEmptyText(),
                                    "pg_ctl",
                                    "initdb",
                                    "pg_controldata",
                                    "pg_basebackup",
                                    "postgres",
                                    "pg_isready",
                                    "pg_rewind")
                            .build(),
                    "bin_name")
            .with(flag(), "use_unix_socket", "use_unix_socket_repl", "use_pg_rewind")
            .with(flag(), "remove_data_directory_on_rewind_failure", "remove_data_directory_on_diverged_timelines")
            .with(toolOptions(), "rewind", "basebackup")
            .with(new Shape.Entries(scalar()), "recovery_conf", "parameters")
            .with(texts(), "create_replica_methods", "create_replica_method", "pg_hba", "pg_ident")
            .with(real(), "pg_ctl_timeout")
            .with(
                    Shape.section()
                            .with(text(), "on_start", "on_stop", "on_restart", "on_role_change", "on_reload")
                            .build(),
                    "callbacks")
            .with(text(), "pre_promote", "before_stop")
            .notYet(
                    new Shape.Entries(scalar()),
                    "parameters_primary",
                    "parameters_replica",
                    "parameters_standby_leader")
            .notYet(texts(), "pg_hba_primary", "pg_hba_replica", "pg_hba_standby_leader")
            .notYet(texts(), "pg_ident_primary", "pg_ident_replica", "pg_ident_standby_leader")
            .named(PostgresKeys::methods, new Shape.Entries(scalar()))
            .build();

    static final Section LOCAL = anywhere()
            .with(nonEmptyText(), "name")
            .with(leaf("address[,address...][:port]", PostgresKeys::isListen), "listen")
            .with(connectAddress(), "connect_address", "proxy_address")
            .with(path(), "config_dir", "data_dir", "pgpass")
            .with(
                    Shape.section()
                            .with(CREDENTIALS, "superuser", "replication", "rewind")
                            .build(),
                    "authentication")
            // Names of an earlier time for what is in authentication now.
            .with(CREDENTIALS, "superuser", "replication", "pg_rewind")
            .elsewhere("it belongs to the dynamic configuration (bootstrap.dcs.postgresql)", flag(), "use_slots")
            .build();

    static final Section DYNAMIC = anywhere()
            .with(flag(), "use_slots")
            .elsewhere("it belongs to the local file", Leaves.anything(), LOCAL_ONLY.toArray(String[]::new))
            .build();

    private PostgresKeys() {}

    private static Shape.Builder anywhere() {
        return Shape.section().all(ANYWHERE).named(ANYWHERE.named(), ANYWHERE.namedShape());
    }

    private static boolean isListen(Object value) {
        return Leaves.isText(value)
                && !value.toString().isBlank()
                && Address.parse(value.toString(), 5432).isPresent();
    }

    /**
     * Names of replica creation methods, each of which may have a mapping of its own in the section: those the section uses, and whatever
     * looks like one, since the list may stand in the dynamic configuration and the definition in the local file.
     */
    static Set<String> methods(Map<String, Object> section) {
        var names = new LinkedHashSet<String>();
        section.forEach((name, value) -> {
            if (value instanceof Map<?, ?> map && map.containsKey("command")) {
                names.add(name);
            }
        });
        for (String key : List.of("create_replica_methods", "create_replica_method")) {
            if (section.get(key) instanceof List<?> list) {
                list.forEach(name -> names.add(String.valueOf(name)));
            }
        }
        names.remove("basebackup");
        return names;
    }
}
