package io.orangery.config;

import static io.orangery.config.Leaves.flag;
import static io.orangery.config.Leaves.mapping;
import static io.orangery.config.Leaves.mappings;
import static io.orangery.config.Leaves.oneOf;
import static io.orangery.config.Leaves.path;
import static io.orangery.config.Leaves.port;
import static io.orangery.config.Leaves.real;
import static io.orangery.config.Leaves.secret;
import static io.orangery.config.Leaves.text;
import static io.orangery.config.Leaves.texts;
import static io.orangery.config.Leaves.textsOrCommas;
import static io.orangery.config.Leaves.whole;

import io.orangery.config.Shape.Section;

/** Keys of the sections that choose and describe the store (configuration.md 6). What they mean is the plugins' business. */
final class StoreKeys {
    private static final Section ETCD = Shape.section()
            .with(text(), "host", "url", "proxy", "srv", "discovery_srv", "srv_domain", "srv_suffix", "username")
            .with(textsOrCommas(), "hosts")
            .with(port(), "port")
            .with(flag(), "use_proxies")
            .with(oneOf("http", "https"), "protocol")
            .with(secret(), "password")
            .with(path(), "cacert", "cert", "key")
            .build();

    private static final Section ZOOKEEPER = Shape.section()
            .with(textsOrCommas(), "hosts")
            .with(flag(), "use_ssl", "verify")
            .with(path(), "cacert", "cert", "key")
            .with(secret(), "key_password")
            .with(mapping(), "set_acls", "auth_data")
            .build();

    private static final Section EXHIBITOR = Shape.section()
            .all(ZOOKEEPER)
            .with(port(), "port")
            .with(whole(1), "poll_interval")
            .build();

    private static final Section CONSUL = Shape.section()
            .with(text(), "host", "url", "dc", "service_check_interval", "service_check_tls_server_name")
            .with(port(), "port")
            .with(oneOf("http", "https"), "scheme")
            .with(secret(), "token")
            .with(flag(), "verify", "register_service")
            .with(path(), "cacert", "cert", "key")
            .with(oneOf("default", "consistent", "stale"), "consistency")
            .with(texts(), "checks", "service_tags")
            .build();

    private static final Section KUBERNETES = Shape.section()
            .with(
                    text(),
                    "namespace",
                    "scope_label",
                    "role_label",
                    "leader_label_value",
                    "follower_label_value",
                    "standby_leader_label_value",
                    "tmp_role_label",
                    "pod_ip",
                    "context")
            .with(mapping(), "labels", "bootstrap_labels")
            .with(flag(), "use_endpoints", "bypass_api_service")
            .with(mappings(), "ports")
            .with(path(), "cacert")
            .with(textsOrCommas(), "retriable_http_codes")
            .build();

    private static final Section RAFT = Shape.section()
            .with(text(), "self_addr", "bind_addr")
            .with(textsOrCommas(), "partner_addrs")
            .with(path(), "data_dir")
            .with(secret(), "password")
            .with(
                    real(),
                    "min_timeout",
                    "max_timeout",
                    "connection_timeout",
                    "append_entries_period",
                    "connection_retry_time",
                    "leader_fallback_timeout")
            .build();

    static final Section SECTIONS = Shape.section()
            .with(ETCD, "etcd", "etcd3")
            .with(ZOOKEEPER, "zookeeper")
            .notYet(EXHIBITOR, "exhibitor")
            .notYet(CONSUL, "consul")
            .notYet(KUBERNETES, "kubernetes")
            .notYet(RAFT, "raft")
            .build();

    private StoreKeys() {}
}
