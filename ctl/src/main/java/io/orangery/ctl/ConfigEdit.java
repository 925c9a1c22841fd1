package io.orangery.ctl;

import io.orangery.config.DynamicDocument;
import io.orangery.config.Yaml11;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The changes that the options of {@code edit-config} ask for (ctl.md 20.1, 20.2).
 *
 * @param settings pairs {@code path=value}
 * @param parameters pairs {@code name=value} of server parameters
 */
record ConfigEdit(Optional<String> replace, Optional<String> apply, List<String> settings, List<String> parameters) {
    private static final String STANDARD_INPUT = "-";

    static ConfigEdit of(Arguments arguments) {
        return new ConfigEdit(
                arguments.text("--replace"),
                arguments.text("--apply"),
                arguments.texts("--set"),
                arguments.texts("--pg"));
    }

    /** Nothing was asked for, so an editor is. */
    boolean isEmpty() {
        return replace.isEmpty() && apply.isEmpty() && settings.isEmpty() && parameters.isEmpty();
    }

    /** The answer to a question cannot be read any more. */
    boolean readsStandardInput() {
        return replace.filter(STANDARD_INPUT::equals).isPresent()
                || apply.filter(STANDARD_INPUT::equals).isPresent();
    }

    /** @throws CommandFailed a file that cannot be read or holds no mapping, or a pair without a value */
    DynamicDocument applied(DynamicDocument current, Terminal terminal) {
        DynamicDocument document = current;
        if (replace.isPresent()) {
            document = new DynamicDocument(Map.of())
                    .patch(file(replace.get(), terminal))
                    .document();
        }
        if (apply.isPresent()) {
            document = document.patch(file(apply.get(), terminal)).document();
        }
        for (String pair : settings) {
            document = with(document, pair, "");
        }
        for (String pair : parameters) {
            document = with(document, pair, "postgresql.parameters.");
        }
        return document;
    }

    private static DynamicDocument with(DynamicDocument document, String pair, String prefix) {
        int equals = pair.indexOf('=');
        if (equals < 0) {
            throw new CommandFailed("Invalid parameter setting " + pair);
        }
        try {
            return document.with(prefix + pair.substring(0, equals).strip(), Yaml11.parse(pair.substring(equals + 1)));
        } catch (Yaml11.Malformed malformed) {
            throw new CommandFailed("Invalid parameter setting " + pair + ": " + malformed.getMessage());
        }
    }

    private static Map<String, Object> file(String name, Terminal terminal) {
        try {
            return mapping(name, name.equals(STANDARD_INPUT) ? terminal.rest() : Files.readString(Path.of(name)));
        } catch (IOException unreadable) {
            throw new CommandFailed(name + " cannot be read: " + unreadable.getMessage());
        }
    }

    /** @throws CommandFailed not YAML, or something else than a mapping */
    static Map<String, Object> mapping(String source, String text) {
        Object content;
        try {
            content = Yaml11.parse(text);
        } catch (Yaml11.Malformed malformed) {
            throw new CommandFailed(source + ": " + malformed.getMessage());
        }
        if (!(content instanceof Map<?, ?> map)) {
            throw new CommandFailed(source + " holds no mapping, expected a configuration such as 'ttl: 30'");
        }
        var mapping = new java.util.LinkedHashMap<String, Object>();
        map.forEach((key, value) -> mapping.put(String.valueOf(key), value));
        return mapping;
    }
}
