package io.orangery.postgres.configuration;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads {@code keyword=value} pairs as libpq's {@code conninfo_parse} does. One use. */
final class ConnInfoReader {
    private final String text;
    private int at;

    ConnInfoReader(String text) {
        this.text = text;
    }

    Optional<Map<String, String>> read() {
        var keywords = new LinkedHashMap<String, String>();
        for (skipBlanks(); !atEnd(); skipBlanks()) {
            var keyword = keyword();
            skipBlanks();
            if (keyword.isEmpty() || atEnd() || text.charAt(at) != '=') {
                return Optional.empty();
            }
            at++;
            skipBlanks();
            var value = value();
            if (value.isEmpty()) {
                return Optional.empty();
            }
            keywords.put(keyword, value.get());
        }
        return Optional.of(keywords);
    }

    private String keyword() {
        int start = at;
        while (!atEnd() && text.charAt(at) != '=' && !ConnInfo.blank(text.charAt(at))) {
            at++;
        }
        return text.substring(start, at);
    }

    /** Empty when a quote is not closed. */
    private Optional<String> value() {
        boolean quoted = !atEnd() && text.charAt(at) == '\'';
        if (quoted) {
            at++;
        }
        var value = new StringBuilder();
        while (!atEnd()) {
            char letter = text.charAt(at);
            if (quoted ? letter == '\'' : ConnInfo.blank(letter)) {
                at++;
                return Optional.of(value.toString());
            }
            if (letter == '\\' && ++at == text.length()) {
                break;
            }
            value.append(text.charAt(at++));
        }
        return quoted ? Optional.empty() : Optional.of(value.toString());
    }

    private void skipBlanks() {
        while (!atEnd() && ConnInfo.blank(text.charAt(at))) {
            at++;
        }
    }

    private boolean atEnd() {
        return at >= text.length();
    }
}
