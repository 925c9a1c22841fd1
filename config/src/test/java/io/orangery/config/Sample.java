package io.orangery.config;

import io.orangery.core.settings.NodeSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Configurations to start tests from. */
final class Sample {
    /** All that a node needs. */
    static final String MINIMAL = """
            scope: demo
            name: a1
            restapi: {listen: "127.0.0.1:8008"}
            etcd3: {host: "127.0.0.1:2379"}
            postgresql:
              listen: 127.0.0.1:5432
              data_dir: /data/a1
              authentication:
                superuser: {username: postgres, password: su}
                replication: {username: replicator, password: rep}
            """;

    private Sample() {}

    /** The minimal configuration with this laid over it by the patch rules: null removes. */
    static LocalConfiguration with(String yaml) {
        var document = new DynamicDocument(parse(MINIMAL)).patch(parse(yaml)).document();
        return load(Yaml11.print(document.values()));
    }

    static LocalConfiguration minimal() {
        return load(MINIMAL);
    }

    /** From a text; {@code PATRONI_CONFIGURATION} is the source that messages name. */
    static LocalConfiguration load(String yaml) {
        return LocalConfiguration.load(
                Optional.empty(), Map.of("PATRONI_CONFIGURATION", yaml, "HOME", "/home/postgres"));
    }

    /** What is in force with this change to the minimal file, and this {@code config} key. */
    static Configuration.Applied applied(String local, String dynamic) {
        return switch (Configuration.standard().effective(with(local), parse(dynamic))) {
            case Configuration.Applied applied -> applied;
            case Configuration.Rejected rejected -> throw new AssertionError(rejected.reason());
        };
    }

    static NodeSettings settings(String local, String dynamic) {
        return applied(local, dynamic).settings();
    }

    static Map<String, Object> parse(String yaml) {
        return DynamicDocument.mapping(Yaml11.parse(yaml));
    }

    static Path write(Path folder, String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
