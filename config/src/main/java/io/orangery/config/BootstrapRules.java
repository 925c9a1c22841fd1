package io.orangery.config;

import io.orangery.core.settings.BootstrapSettings;
import io.orangery.core.settings.ControlledParameter;
import java.util.LinkedHashMap;
import java.util.Map;

/** The {@code bootstrap} section: what it must contain, and what becomes of it (configuration.md 5.3, 12.1). Pure. */
final class BootstrapRules {
    private static final String INITDB = "initdb";

    private BootstrapRules() {}

    /**
     * @param raw whole local configuration as written
     * @param section without what is wrong in it
     * @param storeTtl smallest {@code ttl} of the store, seconds
     */
    static void check(Inspection inspection, Values raw, Values section, TimingLimits limits, int storeTtl) {
        if (raw.has("bootstrap")
                && !raw.section("bootstrap").map().isEmpty()
                && !raw.section("bootstrap").has("dcs")
                && !raw.has("citus")) {
            inspection.missing("bootstrap.dcs", "the first dynamic configuration of the cluster");
        }
        ToolOptions.parse(section.map().get(INITDB), ToolOptions.REFUSED_BY_INITDB)
                .refused()
                .forEach(reason -> inspection.problem("bootstrap.initdb", "cannot be used: " + reason));
        Values dcs = section.section("dcs");
        limits.check("bootstrap.dcs.", dcs, inspection);
        int ttl = dcs.whole("ttl").orElse(Integer.MAX_VALUE);
        if (ttl >= limits.ttl() && ttl < storeTtl) {
            inspection.wrong(
                    "bootstrap.dcs.ttl",
                    ttl,
                    "an integer of " + storeTtl + " or more: the store cannot hold a shorter lease");
        }
        dcs.section("postgresql")
                .section("parameters")
                .map()
                .forEach((name, value) -> ControlledParameter.named(name)
                        .filter(controlled -> value != null
                                && !controlled.derived()
                                && controlled.accept(value).isEmpty())
                        .ifPresent(controlled -> inspection.wrong(
                                "bootstrap.dcs.postgresql.parameters." + name, value, controlled.expected())));
    }

    /** A name without a command of its own means initdb. */
    static boolean custom(Values values, String method) {
        return !method.equals(INITDB)
                && values.section("bootstrap").section(method).has("command");
    }

    /** @param section as written: its {@code dcs} goes into the store, keys that nobody knows included */
    static BootstrapSettings settings(Values section, boolean citus) {
        Map<String, Object> dcs = new LinkedHashMap<>(section.section("dcs").map());
        if (citus && !dcs.containsKey("synchronous_mode")) {
            dcs.put("synchronous_mode", "quorum");
        }
        String method = section.text("method")
                .filter(name -> section.section(name).has("command"))
                .orElse(INITDB);
        boolean custom = !method.equals(INITDB);
        return new BootstrapSettings(
                !custom && (citus || !section.map().isEmpty()),
                DynamicDocument.frozen(dcs),
                method,
                ToolOptions.parse(section.map().get(INITDB), ToolOptions.REFUSED_BY_INITDB)
                        .arguments(),
                section.texts("pg_hba"),
                section.text("post_bootstrap").or(() -> section.text("post_init")));
    }
}
