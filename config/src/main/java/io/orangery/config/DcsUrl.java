package io.orangery.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The store as the command line names it: {@code [scheme://][host][:port][/namespace]} (ctl.md 3.2).
 *
 * @param section name of the section it stands for
 * @param settings content of that section
 * @param namespace with its leading slash; empty: as configured
 */
record DcsUrl(String section, Map<String, Object> settings, Optional<String> namespace) {
    private static final Pattern FORM =
            Pattern.compile("(?:([^:/]*)://|//)?(\\[[^\\]]*\\]|[^:/]*)(?::([0-9]*))?(/.*)?");
    private static final Map<String, Integer> PORTS =
            Map.of("zookeeper", 2181, "exhibitor", 8181, "consul", 8500, "etcd", 2379, "etcd3", 2379);

    /** Sections that such a URL replaces completely, TLS and credentials included. */
    static final List<String> REPLACED = List.of("consul", "etcd", "etcd3", "exhibitor", "zookeeper");

    /** @throws InvalidConfiguration not of this form, or with a scheme that nobody knows */
    static DcsUrl parse(String url) {
        Matcher parts = FORM.matcher(url.strip());
        if (!parts.matches()) {
            throw InvalidConfiguration.because(
                    "-d", "'" + url + "' is not of the form [scheme://][host][:port][/namespace]");
        }
        Optional<Integer> port = Optional.ofNullable(parts.group(3))
                .filter(text -> !text.isEmpty())
                .map(Integer::valueOf);
        String scheme = Optional.ofNullable(parts.group(1))
                .filter(text -> !text.isEmpty())
                .orElse(guessed(port));
        if (!PORTS.containsKey(scheme)) {
            throw InvalidConfiguration.saying("Unknown dcs scheme: " + scheme);
        }
        String host = parts.group(2).isEmpty() ? "localhost" : parts.group(2);
        int effectivePort = port.orElse(PORTS.get(scheme));
        String address = host + ":" + effectivePort;
        Map<String, Object> settings = switch (scheme) {
            case "zookeeper" -> Map.of("hosts", List.of(address));
            case "exhibitor" -> Map.of("hosts", List.of(host), "port", effectivePort);
            default -> Map.of("host", address);
        };
        return new DcsUrl(
                scheme,
                settings,
                Optional.ofNullable(parts.group(4)).filter(path -> !path.strip().equals("/")));
    }

    private static String guessed(Optional<Integer> port) {
        return port.map(number -> switch (number) {
                    case 2181 -> "zookeeper";
                    case 8181 -> "exhibitor";
                    case 8500 -> "consul";
                    default -> "etcd";
                })
                .orElse("etcd");
    }
}
