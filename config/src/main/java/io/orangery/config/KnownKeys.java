package io.orangery.config;

import static io.orangery.config.Leaves.connectAddress;
import static io.orangery.config.Leaves.duration;
import static io.orangery.config.Leaves.flag;
import static io.orangery.config.Leaves.leaf;
import static io.orangery.config.Leaves.listenAddress;
import static io.orangery.config.Leaves.mapping;
import static io.orangery.config.Leaves.nonEmptyText;
import static io.orangery.config.Leaves.oneOf;
import static io.orangery.config.Leaves.path;
import static io.orangery.config.Leaves.scalar;
import static io.orangery.config.Leaves.secret;
import static io.orangery.config.Leaves.size;
import static io.orangery.config.Leaves.text;
import static io.orangery.config.Leaves.texts;
import static io.orangery.config.Leaves.toolOptions;
import static io.orangery.config.Leaves.whole;

import io.orangery.config.Shape.Section;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every key of the local configuration, and which of them are in effect in this release (configuration.md 5). The sections for the store, for
 * PostgreSQL and for the dynamic configuration have tables of their own.
 */
final class KnownKeys {
    private static final String DYNAMIC_ONLY =
            "it belongs to the dynamic configuration (bootstrap.dcs, or edit-config)";

    private static final Section AUTHENTICATION =
            Shape.section().with(text(), "username").with(secret(), "password").build();

    private static final Section LOG = Shape.section()
            .with(oneOf("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL"), "level")
            .with(path(), "dir")
            .notYet(oneOf("plain", "json"), "type")
            .notYet(oneOf("ERROR", "DEBUG"), "traceback_level")
            .notYet(leaf("a text or a list", value -> value instanceof String || value instanceof List), "format")
            .notYet(text(), "dateformat")
            .notYet(mapping(), "static_fields")
            .notYet(whole(0), "max_queue_size", "file_num")
            .notYet(whole(0, 511), "mode")
            .notYet(size(0), "file_size")
            .notYet(new Shape.Entries(text()), "loggers")
            .notYet(flag(), "deduplicate_heartbeat_logs")
            .build();

    private static final Section BOOTSTRAP = Shape.section()
            .with(DynamicKeys.DOCUMENT, "dcs")
            .with(nonEmptyText(), "method")
            .with(toolOptions(), "initdb")
            .with(texts(), "pg_hba")
            .with(text(), "post_bootstrap", "post_init")
            .elsewhere("users are created by a post_bootstrap script", Leaves.anything(), "users")
            .named(
                    section -> section.get("method") instanceof String method ? Set.of(method) : Set.of(),
                    new Shape.Entries(Leaves.anything()))
            .build();

    private static final Section CITUS = Shape.section()
            .with(leaf("an integer of 0 or more (0 is the coordinator)", KnownKeys::isGroup), "group")
            .with(leaf("the name of a database", value -> value instanceof String name && !name.isBlank()), "database")
            .build();

    private static final Section RESTAPI = Shape.section()
            .with(listenAddress(), "listen")
            .with(connectAddress(), "connect_address")
            .with(AUTHENTICATION, "authentication")
            .with(path(), "certfile", "keyfile", "cafile")
            .with(secret(), "keyfile_password")
            .with(text(), "ciphers")
            .with(oneOf("none", "optional", "required"), "verify_client")
            .with(texts(), "allowlist")
            .with(flag(), "allowlist_include_members")
            .with(new Shape.Entries(scalar()), "http_extra_headers", "https_extra_headers")
            .with(text(), "server_tokens")
            .notYet(whole(0, 4096), "request_queue_size")
            .notYet(whole(5), "thread_pool_size")
            .build();

    private static final Section CTL = Shape.section()
            .with(AUTHENTICATION, "authentication")
            .with(flag(), "insecure")
            .with(path(), "cacert", "certfile", "keyfile")
            .with(secret(), "keyfile_password")
            .build();

    private static final Section WATCHDOG = Shape.section()
            .with(oneOf("off", "automatic", "required", "disable", "disabled", "auto", "require"), "mode")
            .with(path(), "device")
            .with(whole(-1), "safety_margin")
            .with(oneOf("default", "testing"), "driver")
            .build();

    private static final Section TAGS = Shape.section()
            .with(flag(), "nofailover", "nosync", "clonefrom", "noloadbalance", "nostream")
            .with(whole(Long.MIN_VALUE), "failover_priority", "sync_priority")
            .with(text(), "replicatefrom")
            .open()
            .build();

    private static final Section MESH = Shape.section()
            .with(flag(), "enabled")
            .with(listenAddress(), "listen")
            .with(connectAddress(), "connect_address")
            .with(secret(), "secret")
            .build();

    private static final Section PAUSE = Shape.section()
            .with(flag(), "move_reads", "reads_on_crash")
            .with(oneOf("terminate", "abort"), "on_blockers")
            .with(duration(), "hold_on_crash")
            .build();

    private static final Section ORANGERY =
            Shape.section().with(path(), "state_dir").with(PAUSE, "pause").build();

    /** The local file. */
    static final Section LOCAL = Shape.section()
            .with(nonEmptyText(), "scope", "name")
            .with(text(), "namespace")
            .notYet(whole(0), "thread_pool_size")
            .notYet(size(0), "thread_stack_size")
            .elsewhere(DYNAMIC_ONLY, Leaves.anything(), "ttl", "loop_wait", "retry_timeout", "standby_cluster")
            .with(LOG, "log")
            .with(BOOTSTRAP, "bootstrap")
            .with(CITUS, "citus")
            .with(RESTAPI, "restapi")
            .with(CTL, "ctl")
            .notYet(WATCHDOG, "watchdog")
            .with(TAGS, "tags")
            .with(MESH, "mesh")
            .with(ORANGERY, "orangery")
            .with(PostgresKeys.LOCAL, "postgresql")
            .all(StoreKeys.SECTIONS)
            .build();

    private KnownKeys() {}

    /** A group in quotes is still a number to whoever wrote it; Patroni would silently run without Citus. */
    private static boolean isGroup(Object value) {
        return value instanceof Integer number && number >= 0
                || value instanceof String text && text.strip().matches("[0-9]{1,9}");
    }

    /** Sections of which a node needs one, in alphabetical order. */
    static List<String> stores() {
        return StoreKeys.SECTIONS.keys().keySet().stream().sorted().toList();
    }

    /** The section with this name of a document, empty when there is none. */
    static Map<String, Object> section(Map<String, Object> document, String name) {
        return DynamicDocument.mapping(document.get(name));
    }
}
