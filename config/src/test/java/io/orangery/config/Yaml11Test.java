package io.orangery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class Yaml11Test {
    static Stream<Arguments> scalars() {
        return Stream.of(
                Arguments.of("on", true),
                Arguments.of("Off", false),
                Arguments.of("YES", true),
                Arguments.of("no", false),
                Arguments.of("y", "y"),
                Arguments.of("'on'", "on"),
                Arguments.of("10", 10),
                Arguments.of("0640", 416),
                Arguments.of("0x10", 16),
                Arguments.of("0b11", 3),
                Arguments.of("1_000", 1000),
                Arguments.of("10:30", 630),
                Arguments.of("1:00:00", 3600),
                Arguments.of("-0x1F", -31),
                Arguments.of("+12", 12),
                Arguments.of("1.", 1.0),
                Arguments.of("", null),
                Arguments.of("08", "08"),
                Arguments.of("0o640", "0o640"),
                Arguments.of("5000000000", 5_000_000_000L),
                Arguments.of("1.5", 1.5),
                Arguments.of("1e3", "1e3"),
                Arguments.of("1.0e+3", 1000.0),
                Arguments.of("~", null),
                Arguments.of("null", null),
                Arguments.of("2026-07-01", "2026-07-01"),
                Arguments.of("10.0.0.1:2379", "10.0.0.1:2379"),
                Arguments.of("128MB", "128MB"));
    }

    @ParameterizedTest
    @MethodSource("scalars")
    void resolvesScalarsAsPyYamlDoes(String text, Object expected) {
        assertThat(Yaml11.parse(text)).isEqualTo(expected);
    }

    @Test
    void keysAreTextsAndAnchorsAreFollowed() {
        assertThat(Yaml11.parse("base: &b {x: 1}\n5: {<<: *b, y: 2}"))
                .isEqualTo(Map.of("base", Map.of("x", 1), "5", Map.of("x", 1, "y", 2)));
    }

    @Test
    void whatWasPrintedReadsTheSame() {
        var document = Map.of("a", List.of("on", true, 1, "1", "0640"), "b", Map.of("c", "10:30"));
        assertThat(Yaml11.parse(Yaml11.print(document))).isEqualTo(document);
    }

    @Test
    void namesThePlaceOfAnError() {
        assertThatThrownBy(() -> Yaml11.parse("a: 1\nb: [1, 2\n"))
                .isInstanceOf(Yaml11.Malformed.class)
                .hasMessageStartingWith("not valid YAML: line 3, column 1: ");
    }

    @Test
    void aNumberWithoutDigitsIsAnError() {
        assertThatThrownBy(() -> Yaml11.parse("a: 0x_")).isInstanceOf(Yaml11.Malformed.class);
    }

    @Test
    void createsNoObjectsOfOtherClasses() {
        assertThatThrownBy(() -> Yaml11.parse("!!javax.script.ScriptEngineManager []"))
                .isInstanceOf(Yaml11.Malformed.class);
    }
}
