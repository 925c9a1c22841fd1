package io.orangery.dcs.zookeeper;

import io.orangery.dcs.DcsProvider.InvalidDcsSection;
import io.orangery.dcs.DcsSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One key of the section, with its value as the YAML gave it; the value is null when the key is missing.
 *
 * @param name section and key, for messages
 */
record Setting(String name, Object value) {
    static Setting of(DcsSettings settings, String key) {
        return new Setting(
                settings.sectionName() + "." + key, settings.section().get(key));
    }

    boolean isMissing() {
        return value == null || (value instanceof String text && text.isBlank());
    }

    Optional<String> text() {
        return isMissing() ? Optional.empty() : Optional.of(value.toString().strip());
    }

    /** Spellings as everywhere in the configuration, and what an environment variable may carry. */
    boolean flag(boolean whenMissing) {
        if (isMissing()) {
            return whenMissing;
        }
        return switch (value.toString().strip().toLowerCase(Locale.ROOT)) {
            case "true", "on", "yes", "1" -> true;
            case "false", "off", "no", "0" -> false;
            default -> throw invalid("true or false");
        };
    }

    /** A list, or a text with commas, which may be written like a JSON list. */
    List<String> list() {
        if (isMissing()) {
            return List.of();
        }
        Stream<String> parts = switch (value) {
            case List<?> list -> list.stream().map(String::valueOf);
            case String text -> Stream.of(withoutBrackets(text.strip()).split(","));
            default -> throw invalid("a list or a text with commas");
        };
        return parts.map(Setting::withoutQuotes).filter(part -> !part.isEmpty()).toList();
    }

    /** Only a list in brackets is undressed, not an IPv6 address with a port. */
    private static String withoutBrackets(String text) {
        return text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    }

    private static String withoutQuotes(String part) {
        return part.strip().replaceAll("^(['\"])(.*)\\1$", "$2").strip();
    }

    Map<String, Setting> mapping() {
        if (isMissing()) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw invalid("a mapping");
        }
        Map<String, Setting> settings = new LinkedHashMap<>();
        map.forEach((key, inner) -> settings.put(String.valueOf(key), new Setting(name + "." + key, inner)));
        return settings;
    }

    InvalidDcsSection invalid(String expected) {
        return new InvalidDcsSection(
                name + ": " + (isMissing() ? "missing" : "'" + value + "'") + ", expected " + expected);
    }

    /** For values that must not be shown. */
    InvalidDcsSection invalidSecret(String expected) {
        return new InvalidDcsSection(name + ": expected " + expected);
    }
}
