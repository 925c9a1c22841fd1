package io.orangery.ctl.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.config.Yaml11;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTextTest {
    @Test
    void sortsKeysAndPutsListsBelowTheirKey() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("ttl", 30);
        value.put(
                "postgresql",
                Map.of("pg_hba", List.of("host all all all md5", Map.of("b", 1, "a", 2)), "parameters", Map.of()));
        value.put("nothing", null);
        assertThat(YamlText.block(value)).isEqualTo("""
                nothing: null
                postgresql:
                  parameters: {}
                  pg_hba:
                  - host all all all md5
                  - a: 2
                    b: 1
                ttl: 30
                """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "plain text|plain text", "on|'on'", "10|'10'", "~~|''", "a: b|'a: b'", "it's|it's", "#c|'#c'",
                        "2027-01-01|'2027-01-01'",
                "8008:|'8008:'", "*|'*'", "-x|-x", "- x|'- x'", "null|'null'",
                        "postgres://h:5432/x|postgres://h:5432/x", "1e3|1e3", "=|'='"
            })
    void quotesOnlyWhatWouldBeReadAsSomethingElse(String text, String printed) {
        assertThat(YamlText.block(text)).isEqualTo(printed + "\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\nb",
                "tab\there",
                "ends with blank ",
                "'",
                "\"",
                "{a}",
                "[a",
                "a, b",
                "?",
                "a #b",
                "~",
                "---",
                "ünï",
                "0x10",
                "1:30"
            })
    void canBeReadBack(String text) {
        assertThat(Yaml11.parse(YamlText.block(Map.of("k", text)))).isEqualTo(Map.of("k", text));
        assertThat(Yaml11.parse(YamlText.flow(Map.of("k", Arrays.asList(text, null, true, 1.5)))))
                .isEqualTo(Map.of("k", Arrays.asList(text, null, true, 1.5)));
    }
}
