package io.orangery.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * YAML 1.1, safe subset, scalars resolved as PyYAML does: {@code on} is a boolean, {@code 0640} is octal, {@code 10:30} is sexagesimal,
 * {@code 1e3} is text. Dates stay text: nothing in a configuration is a date, and JSON has none.
 *
 * <p>Results are JSON-neutral: maps with text keys, lists, text, numbers, booleans, null. Any thread.
 */
public final class Yaml11 {
    /** A text that is not YAML. The message names line and column. */
    public static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    private static final class PythonResolver extends Resolver {
        private static final Pattern INTEGER = Pattern.compile("[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)"
                + "|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+");
        private static final Pattern REAL = Pattern.compile("[-+]?[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+][0-9]+)?"
                + "|\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*"
                + "|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)");

        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.BOOL, BOOL, "yYnNtTfFoO");
            addImplicitResolver(Tag.INT, INTEGER, "-+0123456789");
            addImplicitResolver(Tag.FLOAT, REAL, "-+0123456789.");
            addImplicitResolver(Tag.MERGE, MERGE, "<");
            addImplicitResolver(Tag.NULL, NULL, "~nN\0");
            addImplicitResolver(Tag.NULL, EMPTY, null);
        }
    }

    private Yaml11() {}

    /**
     * One document.
     *
     * @throws Malformed not YAML, or with tags that are not safe
     */
    public static Object parse(String text) {
        try {
            return neutral(yaml(new DumperOptions()).load(text));
        } catch (MarkedYAMLException malformed) {
            String where = malformed.getProblemMark() == null
                    ? ""
                    : "line " + (malformed.getProblemMark().getLine() + 1) + ", column "
                            + (malformed.getProblemMark().getColumn() + 1) + ": ";
            throw new Malformed("not valid YAML: " + where + malformed.getProblem());
        } catch (NumberFormatException malformed) {
            // 0x_ and the like: PyYAML fails on them as well.
            throw new Malformed("not valid YAML: a number cannot be read: " + malformed.getMessage());
        } catch (YAMLException malformed) {
            throw new Malformed("not valid YAML: " + malformed.getMessage());
        }
    }

    /** Block style, keys in the order of the map. */
    public static String print(Object value) {
        var style = new DumperOptions();
        style.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        return yaml(style).dump(value);
    }

    private static Yaml yaml(DumperOptions style) {
        var options = new LoaderOptions();
        return new Yaml(new SafeConstructor(options), new Representer(style), style, options, new PythonResolver());
    }

    private static Object neutral(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                var result = new LinkedHashMap<String, Object>();
                map.forEach((key, item) -> result.put(String.valueOf(key), neutral(item)));
                yield result;
            }
            case Iterable<?> items -> {
                List<Object> result = new ArrayList<>();
                items.forEach(item -> result.add(neutral(item)));
                yield result;
            }
            case byte[] bytes -> new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
            case null, default -> value;
        };
    }
}
