package io.orangery.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueSyntaxTest {
    @ParameterizedTest
    @ValueSource(strings = {"on", "TRUE", "Yes", "1"})
    void readsTrueInAnyCase(String text) {
        assertThat(ValueSyntax.bool(text)).contains(true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"off", "False", "NO", "0"})
    void readsFalseInAnyCase(String text) {
        assertThat(ValueSyntax.bool(text)).contains(false);
    }

    @Test
    void whatIsNotABooleanIsNeitherTrueNorFalse() {
        assertThat(List.of("", "t", "2", "enabled"))
                .allSatisfy(text -> assertThat(ValueSyntax.bool(text)).isEmpty());
        assertThat(ValueSyntax.bool(null)).isEmpty();
        assertThat(ValueSyntax.bool(true)).contains(true);
    }

    @ParameterizedTest
    @CsvSource({
        "10, '', 10",
        "' 10 ', '', 10",
        "-3, '', -3",
        "0, '', 0",
        "0640, '', 416",
        "0x1F, '', 31",
        "1.5, '', 2",
        "2.5, '', 2",
        "1e3, '', 1000",
        ".6, '', 1",
        "30min, s, 1800",
        "2h, s, 7200",
        "1500ms, s, 2",
        "1d, min, 1440",
        "1GB, MB, 1024",
        "128MB, 8kB, 16384",
        "1.5GB, 8kB, 196608",
        "5 kB, B, 5120",
        "500kB, MB, 0",
    })
    void readsIntegersAsPostgresDoes(String text, String unit, long expected) {
        assertThat(ValueSyntax.integer(text, unit)).hasValue(expected);
    }

    @ParameterizedTest
    @CsvSource({"abc, ''", "'', ''", "10MB, ''", "10MB, s", "10 s, MB", "10mb, MB", "10x, s", "MB, MB"})
    void refusesWhatIsNoNumberOrHasAUnitThatDoesNotFit(String text, String unit) {
        assertThat(ValueSyntax.integer(text, unit)).isEmpty();
    }

    @Test
    void aBooleanIsNotANumber() {
        assertThat(ValueSyntax.integer(true, "")).isEmpty();
    }

    @Test
    void readsRealNumbersWithoutRounding() {
        assertThat(ValueSyntax.real("0.25", "")).hasValue(0.25);
        assertThat(ValueSyntax.real("1.5s", "ms")).hasValue(1500);
        assertThat(ValueSyntax.real("abc", "")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "bool, '', on, true, true",
        "bool, '', on, maybe, false",
        "bool, '', maybe, maybe, false",
        "integer, 8kB, 128MB, 16384, true",
        "integer, 8kB, 128MB, 16385, false",
        "real, '', 0.1, .1, true",
        "enum, '', Replica, replica, true",
        "string, '', Replica, replica, false",
    })
    void comparesByTypeAndUnit(String type, String unit, String one, String other, boolean same) {
        assertThat(ValueSyntax.same(type, unit, one, other)).isEqualTo(same);
    }

    @Test
    void theTextOfATruthIsNotTheTextTrue() {
        assertThat(ValueSyntax.text(true)).isNotEqualTo(ValueSyntax.text("true"));
        assertThat(ValueSyntax.text(1)).isEqualTo(ValueSyntax.text("1"));
        assertThat(ValueSyntax.text(List.of("1"))).isNotEqualTo(ValueSyntax.text(List.of(1)));
        assertThat(Optional.of(ValueSyntax.text(null))).contains("None");
    }
}
