package io.orangery.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The configuration of one node as it was written: file or folder, with the environment laid over it (configuration.md 1). Nothing is checked
 * here except that it can be read. Immutable; loading blocks on the file system.
 */
public final class LocalConfiguration {
    private final Optional<Path> path;
    private final Map<String, String> environment;
    private final String source;
    private final Map<String, Object> values;
    private final Map<String, String> origins;
    private final List<String> warnings;

    private LocalConfiguration(Optional<Path> path, Map<String, String> environment, Layers layers, String source) {
        this.path = path;
        this.environment = Map.copyOf(environment);
        this.source = source;
        this.values = layers.document.values();
        this.origins = Map.copyOf(layers.origins);
        this.warnings = List.copyOf(layers.warnings);
    }

    /**
     * Reads the first of: the path, {@code PATRONI_CONFIGURATION} (other variables are then ignored), the {@code PATRONI_*} variables alone.
     *
     * @param path file or folder; empty, or not existing: the environment decides
     * @param environment of the process
     * @throws InvalidConfiguration not readable, not YAML, not a mapping, or nothing configured at all
     */
    public static LocalConfiguration load(Optional<Path> path, Map<String, String> environment) {
        var layers = new Layers();
        String source = layers.read(path, environment);
        if (layers.document.values().isEmpty()) {
            throw InvalidConfiguration.because(
                    path.map(Path::toString).orElse(source),
                    path.filter(file -> !Files.exists(file)).isPresent()
                            ? "no such file or folder, and no PATRONI_* variable configures anything"
                            : "the configuration is empty");
        }
        return new LocalConfiguration(path, environment, layers, source);
    }

    /** As {@link #load}, for the command line: nothing at all is a configuration, too. */
    static Map<String, Object> readable(Optional<Path> path, Map<String, String> environment) {
        var layers = new Layers();
        layers.read(path, environment);
        return layers.document.values();
    }

    /**
     * Reads the same source again; the environment is the one of the start (configuration.md 9.2). Keys that only a start may change keep their
     * value (9.5), with a warning.
     *
     * @throws InvalidConfiguration as {@link #load}
     */
    public LocalConfiguration reload() {
        var layers = new Layers();
        layers.read(path, environment);
        startOnly().forEach(key -> layers.keep(key, DynamicDocument.at(values, key), source));
        return new LocalConfiguration(path, environment, layers, source);
    }

    private static List<String> startOnly() {
        var keys = new ArrayList<>(List.of("scope", "namespace", "name", "citus", "mesh", "orangery"));
        keys.addAll(KnownKeys.stores());
        for (String key : List.of("data_dir", "config_dir", "config_base_name", "bin_dir", "database", "pgpass")) {
            keys.add("postgresql." + key);
        }
        return keys;
    }

    /** Maps, lists, text, numbers, booleans, null; unchangeable. */
    public Map<String, Object> values() {
        return values;
    }

    /** True when reading again would change nothing. */
    public boolean sameAs(LocalConfiguration other) {
        return new DynamicDocument(values).sameAs(new DynamicDocument(other.values));
    }

    /** Where it comes from as a whole, for messages. */
    public String source() {
        return source;
    }

    /** File or variable that set the key, for messages; of a missing key the source as a whole. */
    public String origin(String key) {
        for (String at = key; ; at = at.substring(0, at.lastIndexOf('.'))) {
            if (origins.containsKey(at)) {
                return origins.get(at);
            }
            if (at.lastIndexOf('.') < 0) {
                return source;
            }
        }
    }

    /** Variables that were ignored because their text could not be converted. */
    List<String> warnings() {
        return warnings;
    }

    /** Home folder of the user, for the default of {@code postgresql.pgpass}. */
    Path home() {
        return Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
    }

    private static List<Path> files(Path path) {
        if (Files.isRegularFile(path)) {
            return List.of(path);
        }
        if (!Files.isDirectory(path)) {
            throw InvalidConfiguration.because(path.toString(), "invalid config path: neither a file nor a folder");
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.filter(Files::isRegularFile)
                    .filter(file ->
                            file.toString().endsWith(".yml") || file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw InvalidConfiguration.because(path.toString(), "cannot be read: " + unreadable.getMessage());
        }
    }

    /** What was read so far, each layer merged over the one before. */
    private static final class Layers {
        private DynamicDocument document = new DynamicDocument(Map.of());
        private final Map<String, String> origins = new LinkedHashMap<>();
        private final List<String> warnings = new ArrayList<>();

        /** Answers what to call the source in messages. */
        String read(Optional<Path> path, Map<String, String> environment) {
            String whole = environment.getOrDefault(EnvironmentVariables.WHOLE_CONFIGURATION, "");
            if (path.isPresent() && Files.exists(path.get())) {
                files(path.get()).forEach(this::file);
                environment(environment);
                return path.get().toString();
            }
            if (!whole.isBlank()) {
                text(whole, EnvironmentVariables.WHOLE_CONFIGURATION);
                return EnvironmentVariables.WHOLE_CONFIGURATION;
            }
            environment(environment);
            return "the environment";
        }

        void file(Path file) {
            try {
                text(Files.readString(file), file.toString());
            } catch (CharacterCodingException undecodable) {
                throw InvalidConfiguration.because(
                        file.toString(), "invalid config file: not " + StandardCharsets.UTF_8);
            } catch (IOException unreadable) {
                throw InvalidConfiguration.because(file.toString(), "cannot be read: " + unreadable.getMessage());
            }
        }

        void text(String text, String origin) {
            try {
                switch (Yaml11.parse(text)) {
                    case Map<?, ?> map -> merge(DynamicDocument.mapping(map), origin);
                    case null ->
                        throw InvalidConfiguration.because(
                                origin, "invalid config file: it is empty, expected a mapping");
                    default ->
                        throw InvalidConfiguration.because(
                                origin, "invalid config file: expected a mapping of keys to values");
                }
            } catch (Yaml11.Malformed malformed) {
                throw InvalidConfiguration.because(origin, "invalid config file: " + malformed.getMessage());
            }
        }

        void keep(String key, Object value, String source) {
            var kept = new DynamicDocument(Collections.singletonMap(key, value));
            if (!kept.sameAs(
                    new DynamicDocument(Collections.singletonMap(key, DynamicDocument.at(document.values(), key))))) {
                document = document.with(key, value);
                warnings.add(
                        source + ": " + key + " was changed, which takes effect only when the agent is started anew");
            }
        }

        void environment(Map<String, String> environment) {
            for (var variable : EnvironmentVariables.recognised(environment)) {
                if (variable.value() == null) {
                    warnings.add("environment variable " + variable.name()
                            + " is ignored: its value cannot be read as a value of " + variable.path());
                } else {
                    merge(nested(variable.path(), variable.value()), "environment variable " + variable.name());
                }
            }
        }

        private void merge(Map<String, Object> layer, String origin) {
            document = document.patch(layer).document();
            noteOrigins("", layer, origin);
        }

        private void noteOrigins(String prefix, Map<String, Object> layer, String origin) {
            layer.forEach((key, value) -> {
                if (value instanceof Map<?, ?> map && !map.isEmpty()) {
                    noteOrigins(prefix + key + ".", DynamicDocument.mapping(map), origin);
                } else {
                    origins.put(prefix + key, origin);
                }
            });
        }

        private static Map<String, Object> nested(String path, Object value) {
            int dot = path.lastIndexOf('.');
            Map<String, Object> leaf = Collections.singletonMap(path.substring(dot + 1), value);
            return dot < 0 ? leaf : nested(path.substring(0, dot), leaf);
        }
    }
}
