package io.orangery.config;

import io.orangery.core.citus.CitusEvent;
import io.orangery.core.settings.DynamicSettings;
import io.orangery.core.settings.LogSettings;
import io.orangery.core.settings.NodeSettings;
import io.orangery.core.settings.PauseSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Turns what was configured into what is in force. Every value is checked here, once; nobody behind this class sees raw YAML, except the store's
 * plugin its own section.
 *
 * <p>Immutable; the methods are pure functions of their arguments. Any thread.
 */
public final class Configuration {
    private static final String DYNAMIC = "config key";

    private final SequencedMap<String, Integer> stores;
    private final TimingLimits limits;

    /**
     * @param stores sections of the stores that can be loaded, each with the smallest {@code ttl} it can hold, in seconds
     */
    public Configuration(Map<String, Integer> stores, TimingLimits limits) {
        this.stores = Collections.unmodifiableSequencedMap(new TreeMap<>(stores));
        this.limits = limits;
    }

    /** What this release has. */
    public static Configuration standard() {
        return new Configuration(Map.of("etcd", 1, "etcd3", 1, "zookeeper", 1), TimingLimits.WITHOUT_FENCE);
    }

    /** The answer to a change of the {@code config} key or of the local file. */
    public sealed interface Effective {}

    /**
     * @param warnings for the operator; the same ones come again at the next change
     */
    public record Applied(NodeSettings settings, List<String> warnings) implements Effective {}

    /**
     * The configuration cannot be in force: the last good one stays.
     *
     * @param reason one sentence for each problem
     */
    public record Rejected(String reason) implements Effective {}

    /**
     * What a node starts with: the local file, with {@code bootstrap.dcs} as dynamic configuration until the {@code config} key was read. The
     * warnings are all that is to be said about the local configuration.
     *
     * @throws InvalidConfiguration naming everything that is wrong; the process ends with status 1
     */
    public Applied start(LocalConfiguration local) {
        CheckedLocal checked = CheckedLocal.of(local, stores, limits);
        var warnings = new ArrayList<>(checked.warnings());
        Map<String, Object> dcs =
                checked.values().section("bootstrap").section("dcs").map();
        TimingLimits.Adjusted timing = limits.adjust(new Values(dcs));
        timing.adjustments()
                .forEach(sentence -> warnings.add(local.origin("bootstrap.dcs") + ": bootstrap.dcs: " + sentence));
        return applied(checked, dcs, checked.bootstrap().dcs(), timing, warnings);
    }

    /**
     * All that is to be said about a local configuration, for the time after a reload.
     *
     * @throws InvalidConfiguration naming everything that is wrong
     */
    public List<String> review(LocalConfiguration local) {
        return CheckedLocal.of(local, stores, limits).warnings();
    }

    /**
     * What is in force with this content of the {@code config} key. Never throws: a reload of a broken file is rejected, too.
     *
     * @param dynamic content of the key as parsed from JSON; empty when there is none
     */
    public Effective effective(LocalConfiguration local, Map<String, Object> dynamic) {
        CheckedLocal checked;
        try {
            checked = CheckedLocal.of(local, stores, limits);
        } catch (InvalidConfiguration invalid) {
            return new Rejected(invalid.getMessage());
        }
        var inspection = new Inspection(key -> DYNAMIC);
        Map<String, Object> document = inspection.section("", DynamicKeys.DOCUMENT, dynamic);
        List<String> fatal = inspection.problems().stream()
                .filter(problem -> decisive(problem.key()))
                .map(InvalidConfiguration.Problem::toString)
                .toList();
        if (!fatal.isEmpty()) {
            return new Rejected(String.join("; ", fatal));
        }
        var warnings = new ArrayList<>(inspection.warnings());
        inspection.problems().forEach(problem -> warnings.add(problem + ": the default is used"));
        if (!inspection.notYet().isEmpty()) {
            warnings.add(
                    DYNAMIC + ": known, but without effect in this release: " + String.join(", ", inspection.notYet()));
        }
        TimingLimits.Adjusted timing = limits.adjust(new Values(document));
        int smallest = stores.get(checked.dcsSection());
        if (timing.ttl() < smallest) {
            return new Rejected(DYNAMIC + ": ttl is " + timing.ttl() + ", expected an integer of " + smallest
                    + " or more: " + checked.dcsSection() + " cannot hold a shorter lease");
        }
        timing.adjustments().forEach(sentence -> warnings.add(DYNAMIC + ": " + sentence));
        return applied(checked, document, dynamic, timing, warnings);
    }

    /** The {@code log} section, for the time before anything else is known. Values that cannot be used read as the default. */
    public static LogSettings log(LocalConfiguration local) {
        Values log = new Values(local.values()).section("log");
        String level = log.text("level").orElse("INFO").toUpperCase(Locale.ROOT);
        return new LogSettings(
                switch (level) {
                    case "DEBUG", "ERROR" -> level;
                    case "WARN", "WARNING" -> "WARN";
                    case "FATAL", "CRITICAL" -> "ERROR";
                    default -> "INFO";
                },
                log.path("dir"));
    }

    /** Without these, or with something else in their place, a default would be worse than what was in force before. */
    private static boolean decisive(String key) {
        return switch (key) {
            case "ttl", "loop_wait", "retry_timeout", "postgresql", "postgresql.parameters", "standby_cluster" -> true;
            default -> false;
        };
    }

    private static Applied applied(
            CheckedLocal local,
            Map<String, Object> document,
            Map<String, Object> raw,
            TimingLimits.Adjusted timing,
            List<String> warnings) {
        DynamicSettings dynamic = new DynamicReader(document, raw).settings(timing);
        Values values = local.values();
        var restApi = new RestApiReader(values);
        var postgres =
                new PostgresReader(local, new Values(document).section("postgresql"), warnings::add).settings(dynamic);
        Path stateDir = values.section("orangery")
                .path("state_dir")
                .orElse(Path.of(postgres.dataDir().toString() + ".orangery"));
        var settings = new NodeSettings(
                local.scope(),
                local.name(),
                values.text("namespace").orElse("service"),
                local.citus(),
                local.tags(),
                dynamic,
                postgres,
                local.bootstrap(),
                restApi.restApi(),
                restApi.mesh(),
                local.dcsSection(),
                DynamicDocument.frozen(values.section(local.dcsSection()).map()),
                stateDir,
                watchdogMode(values.section("watchdog")),
                pauses(values.section("orangery").section("pause")));
        return new Applied(settings, List.copyOf(warnings));
    }

    private static PauseSettings pauses(Values pause) {
        PauseSettings otherwise = PauseSettings.DEFAULT;
        OptionalLong hold = pause.whole("hold_on_crash", "s");
        return new PauseSettings(
                pause.flag("move_reads").orElse(otherwise.moveReads()),
                pause.text("on_blockers").flatMap(CitusEvent.OnBlockers::of).orElse(otherwise.onBlockers()),
                hold.isPresent() ? Duration.ofSeconds(hold.getAsLong()) : otherwise.holdOnCrash(),
                pause.flag("reads_on_crash").orElse(otherwise.readsOnCrash()));
    }

    private static String watchdogMode(Values watchdog) {
        String mode = watchdog.text("mode").orElse("automatic").toLowerCase(Locale.ROOT);
        return switch (mode) {
            case "required", "require" -> "required";
            case "automatic", "auto" -> "automatic";
            default -> "off";
        };
    }
}
