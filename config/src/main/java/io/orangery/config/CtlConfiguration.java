package io.orangery.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the command line uses of a configuration (ctl.md 2, 3). The file may be that of a node or hold only a part of it; nothing is demanded and
 * nothing else is checked.
 *
 * @param namespace default {@code service}
 * @param group of the {@code citus} section, when that is valid
 * @param dcsSection first section, in alphabetical order, of a store that can be loaded
 * @param authentication {@code user:password} for the REST API
 * @param insecure true: certificates of servers are not verified
 * @param cacert CA of the servers; empty: the system's
 */
public record CtlConfiguration(
        Optional<String> scope,
        String namespace,
        OptionalInt group,
        Optional<String> dcsSection,
        Map<String, Object> dcs,
        Optional<String> authentication,
        boolean insecure,
        Optional<Path> cacert,
        Optional<Path> certfile,
        Optional<Path> keyfile,
        Optional<String> keyfilePassword) {

    private static final String FILE_VARIABLE = "PATRONICTL_CONFIG_FILE";

    /** What the user said on the command line, stronger than everything configured. */
    public record Options(Optional<Path> configFile, Optional<String> dcsUrl, boolean insecure) {
        public static final Options NONE = new Options(Optional.empty(), Optional.empty(), false);
    }

    /** Without secrets: for logs. */
    @Override
    public String toString() {
        return "CtlConfiguration[scope=" + scope.orElse("-") + ", namespace=" + namespace + ", dcs="
                + dcsSection.orElse("-") + "]";
    }

    /**
     * Reads the file named by {@code -c}, by {@code PATRONICTL_CONFIG_FILE}, or the first default one that exists, with the environment over it.
     * Blocks on the file system.
     *
     * @param stores sections that can be loaded
     * @throws InvalidConfiguration a named file that cannot be read, a file that cannot be parsed, or a bad {@code -d}
     */
    public static CtlConfiguration load(Options options, Map<String, String> environment, Set<String> stores) {
        var document = new LinkedHashMap<>(document(options, environment));
        Optional<DcsUrl> url =
                options.dcsUrl().or(() -> variable(environment, "DCS_URL")).map(DcsUrl::parse);
        url.ifPresent(target -> {
            DcsUrl.REPLACED.forEach(document::remove);
            document.put(target.section(), target.settings());
            target.namespace().ifPresent(namespace -> document.put("namespace", namespace));
        });
        return of(new Values(document), options, stores);
    }

    /** Name of the section that is in force. @throws InvalidConfiguration there is none */
    public String requiredDcsSection(Set<String> stores) {
        return dcsSection.orElseThrow(() -> InvalidConfiguration.saying(
                "Can not find suitable configuration of distributed configuration store\nAvailable implementations: "
                        + String.join(", ", stores.stream().sorted().toList())));
    }

    private static CtlConfiguration of(Values values, Options options, Set<String> stores) {
        Values ctl = values.section("ctl");
        Values restApi = values.section("restapi");
        Optional<String> section = stores.stream().sorted().filter(values::has).findFirst();
        Values citus = values.section("citus");
        return new CtlConfiguration(
                values.text("scope"),
                values.text("namespace").orElse("service"),
                citus.text("database").isPresent() ? citus.whole("group") : OptionalInt.empty(),
                section,
                section.map(name -> DynamicDocument.frozen(values.section(name).map()))
                        .orElse(Map.of()),
                RestApiReader.authentication(ctl).or(() -> RestApiReader.authentication(restApi)),
                options.insecure() || ctl.isOn("insecure"),
                ctl.path("cacert").or(() -> restApi.path("cafile")),
                ctl.path("certfile"),
                ctl.path("keyfile"),
                ctl.text("keyfile_password"));
    }

    private static Map<String, Object> document(Options options, Map<String, String> environment) {
        Optional<Path> named = options.configFile()
                .or(() -> variable(environment, FILE_VARIABLE).map(Path::of));
        named.filter(path -> !Files.isReadable(path)).ifPresent(path -> {
            throw InvalidConfiguration.saying("Provided config file " + path
                    + " not existing or no read rights. Check the -c/--config-file parameter");
        });
        Optional<Path> file = named.or(
                () -> defaults(environment).stream().filter(Files::isReadable).findFirst());
        return LocalConfiguration.readable(file, environment);
    }

    /** Patroni's own place first: people have it already. */
    private static List<Path> defaults(Map<String, String> environment) {
        Path folder = variable(environment, "XDG_CONFIG_HOME")
                .map(Path::of)
                .orElse(Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".config"));
        return List.of(folder.resolve("patroni/patronictl.yaml"), folder.resolve("orangery/orangeryctl.yaml"));
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(text -> !text.isEmpty());
    }
}
