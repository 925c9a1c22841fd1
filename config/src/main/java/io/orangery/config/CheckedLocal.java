package io.orangery.config;

import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.Tags;
import io.orangery.core.settings.BootstrapSettings;
import io.orangery.core.settings.CitusSettings;
import io.orangery.core.settings.ControlledParameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The local configuration, every value of it checked, with what is to be said about it (configuration.md 2.6, 5). Immutable.
 *
 * @param values without what has no effect
 * @param dcsSection name of the section of the store
 * @param warnings for the operator, the list of keys that are not in effect yet last
 */
record CheckedLocal(
        LocalConfiguration source,
        Values values,
        String scope,
        NodeId name,
        Optional<CitusSettings> citus,
        String dcsSection,
        BootstrapSettings bootstrap,
        Tags tags,
        List<String> warnings) {

    private static final String RESERVED_NAME = "__patroni_strict_sync_replica_placeholder__";

    /**
     * @param stores sections that can be loaded, in alphabetical order, with the smallest {@code ttl} of each in seconds
     * @throws InvalidConfiguration naming everything that is wrong
     */
    static CheckedLocal of(LocalConfiguration local, SequencedMap<String, Integer> stores, TimingLimits limits) {
        var inspection = new Inspection(local::origin);
        var values = new Values(inspection.section("", KnownKeys.LOCAL, local.values()));
        var raw = new Values(local.values());
        required(inspection, raw);
        Optional<String> store = store(inspection, values, stores);
        citus(inspection, raw);
        stateDirectory(inspection, values);
        authentication(inspection, values, "restapi");
        authentication(inspection, values, "ctl");
        BootstrapRules.check(
                inspection,
                raw,
                values.section("bootstrap"),
                limits,
                store.map(stores::get).orElse(0));
        if (!inspection.problems().isEmpty()) {
            throw new InvalidConfiguration(inspection.problems());
        }
        warnings(inspection, values);
        Optional<CitusSettings> citus = Optional.of(values.section("citus"))
                .filter(section -> section.has("group"))
                .map(section -> new CitusSettings(
                        new GroupId(section.whole("group").orElseThrow()),
                        section.text("database").orElseThrow()));
        return new CheckedLocal(
                local,
                values,
                values.text("scope").orElseThrow(),
                new NodeId(name(values).orElseThrow()),
                citus,
                store.orElseThrow(),
                BootstrapRules.settings(raw.section("bootstrap"), citus.isPresent()),
                tags(values.section("tags")),
                warnings(local, inspection));
    }

    /** {@code postgresql.name} is an old place for it. */
    private static Optional<String> name(Values values) {
        return values.text("name").or(() -> values.section("postgresql").text("name"));
    }

    private static void required(Inspection inspection, Values raw) {
        if (!raw.has("scope")) {
            inspection.missing("scope", "the name of the cluster");
        }
        if (name(raw).isEmpty() && !raw.has("name")) {
            inspection.missing("name", "the name of this node, unique in the cluster");
        }
        if (name(raw).filter(RESERVED_NAME::equals).isPresent()) {
            inspection.wrong("name", RESERVED_NAME, "another name: this one is reserved");
        }
        required(inspection, raw, "restapi", "listen", "host:port (such as 0.0.0.0:8008)");
        required(inspection, raw, "postgresql", "data_dir", "the path of the data directory");
        required(inspection, raw, "postgresql", "listen", "address[,address...][:port] (such as 0.0.0.0:5432)");
        Values postgres = raw.section("postgresql");
        Values replication = postgres.has("authentication")
                ? postgres.section("authentication").section("replication")
                : postgres.section("replication");
        if (replication.text("username").isEmpty()) {
            inspection.missing("postgresql.authentication.replication.username", "the user for replication");
        }
    }

    private static void required(Inspection inspection, Values raw, String section, String key, String expected) {
        if (!raw.section(section).has(key)) {
            inspection.missing(section + "." + key, expected);
        }
    }

    private static Optional<String> store(Inspection inspection, Values values, SequencedMap<String, Integer> stores) {
        List<String> present = KnownKeys.stores().stream().filter(values::has).toList();
        Optional<String> store = present.stream().filter(stores::containsKey).findFirst();
        if (store.isEmpty()) {
            String available = "expected one of " + String.join(", ", stores.keySet());
            String what = present.isEmpty()
                    ? "there is no section for the store of the cluster state (DCS), "
                    : String.join(", ", present) + ": a store that this release does not support, ";
            inspection.problem("", what + available);
        }
        return store;
    }

    /** A node that silently runs without Citus would form a cluster of its own: anything but a valid section stops the start. */
    private static void citus(Inspection inspection, Values raw) {
        if (!raw.has("citus") || !(raw.map().get("citus") instanceof Map)) {
            return;
        }
        Values citus = raw.section("citus");
        if (!citus.has("group")) {
            inspection.missing("citus.group", "an integer of 0 or more (0 is the coordinator)");
        } else if (citus.map().get("group") instanceof String) {
            inspection.warn(
                    "citus.group",
                    "is a text and is read as a number: Patroni would switch Citus off, write it without quotes");
        }
        if (!citus.has("database")) {
            inspection.missing("citus.database", "the name of the database with the extension");
        }
    }

    /** Inside, it would be copied, rewound and removed with the data. */
    private static void stateDirectory(Inspection inspection, Values values) {
        Optional<Path> state = values.section("orangery").path("state_dir").map(Path::normalize);
        Optional<Path> data = values.section("postgresql").path("data_dir").map(Path::normalize);
        if (state.isPresent() && data.isPresent() && state.get().startsWith(data.get())) {
            inspection.wrong("orangery.state_dir", state.get().toString(), "a folder outside postgresql.data_dir");
        }
    }

    private static void authentication(Inspection inspection, Values values, String section) {
        Values authentication = values.section(section).section("authentication");
        boolean user = authentication.text("username").isPresent();
        if (user != authentication.text("password").isPresent()) {
            inspection.missing(
                    section + ".authentication." + (user ? "password" : "username"),
                    "user name and password, both or none");
        }
    }

    private static void warnings(Inspection inspection, Values values) {
        values.section("postgresql").section("parameters").map().keySet().stream()
                .filter(name -> ControlledParameter.named(name).isPresent())
                .forEach(
                        name -> inspection.warn(
                                "postgresql.parameters." + name,
                                "has no effect in the local file: the parameter is set by the dynamic configuration for all nodes alike"));
        Values restApi = values.section("restapi");
        if (!restApi.has("connect_address")
                && Address.parse(restApi.text("listen").orElseThrow())
                        .filter(Address::wildcard)
                        .isPresent()) {
            inspection.warn(
                    "restapi.connect_address",
                    "is missing: other nodes cannot connect to "
                            + restApi.text("listen").orElseThrow() + ", the address this node will publish");
        }
        restApi.text("server_tokens")
                .filter(tokens -> !tokens.matches("(?i)minimal|productonly|original"))
                .ifPresent(tokens -> inspection.warn(
                        "restapi.server_tokens",
                        "is '" + tokens + "', expected one of Minimal, ProductOnly, Original; Original is used"));
        Values tags = values.section("tags");
        contradiction(inspection, tags, "nofailover", "failover_priority");
        contradiction(inspection, tags, "nosync", "sync_priority");
        if (values.section("watchdog")
                .text("mode")
                .filter(mode -> mode.startsWith("require"))
                .isPresent()) {
            inspection.warn("watchdog.mode", "is required, and this release leads without a watchdog");
        }
        if (values.section("bootstrap")
                .text("method")
                .filter(method -> BootstrapRules.custom(values, method))
                .isPresent()) {
            inspection.warn(
                    "bootstrap.method",
                    "names a custom method, which this release does not have: this node will not create a new cluster");
        }
    }

    private static void contradiction(Inspection inspection, Values tags, String flag, String priority) {
        if (tags.has(flag)
                && tags.has(priority)
                && tags.isOn(flag) != tags.whole(priority).orElse(1) <= 0) {
            inspection.warn("tags." + flag, "contradicts tags." + priority + "; " + flag + " wins");
        }
    }

    private static List<String> warnings(LocalConfiguration local, Inspection inspection) {
        var warnings = new ArrayList<>(local.warnings());
        warnings.addAll(inspection.warnings());
        if (!inspection.notYet().isEmpty()) {
            warnings.add(local.source() + ": known, but without effect in this release: "
                    + String.join(", ", inspection.notYet()));
        }
        return List.copyOf(warnings);
    }

    private static Tags tags(Values section) {
        var tags = new LinkedHashMap<String, Object>();
        section.map()
                .forEach((name, value) -> tags.put(
                        name,
                        switch (name) {
                            case "nofailover", "nosync", "clonefrom", "noloadbalance", "nostream" -> section.isOn(name);
                            case "failover_priority", "sync_priority" ->
                                section.whole(name).orElse(1);
                            case "replicatefrom" -> value.toString();
                            default -> value;
                        }));
        return new Tags(tags);
    }
}
