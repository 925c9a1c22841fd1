package io.orangery.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DynamicDocumentTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ttl: 30} | {ttl: 20} | {ttl: 20} | true",
                "{ttl: 30} | {ttl: 30} | {ttl: 30} | false",
                "{ttl: 30} | {ttl: '30'} | {ttl: 30} | false",
                "{a: true} | {a: 'true'} | {a: 'true'} | true",
                "{ttl: 30} | {ttl: null} | {} | true",
                "{ttl: 30} | {x: null} | {ttl: 30} | false",
                "{p: {a: 1, b: 2}} | {p: {b: null, c: 3}} | {p: {a: 1, c: 3}} | true",
                "{p: {a: 1}} | {p: {b: null}} | {p: {a: 1}} | false",
                "{p: {a: 1}} | {p: 5} | {p: 5} | true",
                "{p: 5} | {p: {a: 1}} | {p: {a: 1}} | true",
                "{l: [1, 2]} | {l: [3]} | {l: [3]} | true",
                "{l: [1, 2]} | {l: [1, 2]} | {l: [1, 2]} | false",
            })
    void patches(String document, String patch, String expected, boolean changed) {
        var patched = document(document).patch(Sample.parse(patch));
        assertThat(patched.document().values()).isEqualTo(Sample.parse(expected));
        assertThat(patched.changed()).isEqualTo(changed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{a: 1} | {a: '1'} | true",
                "{a: true} | {a: 'on'} | false",
                "{a: 1, b: {c: [x]}} | {b: {c: [x]}, a: 1} | true",
                "{a: 1} | {a: 1, b: 2} | false",
                "{a: {}} | {a: '{}'} | false",
            })
    void compares(String one, String other, boolean same) {
        assertThat(document(one).sameAs(document(other))).isEqualTo(same);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | ttl | 20 | {ttl: 20}",
                "{} | a.b.c | 1 | {a: {b: {c: 1}}}",
                "{a: 5} | a.b | 1 | {a: {b: 1}}",
                "{a: {b: 1}} | a.b | null | {}",
                "{a: {b: 1, c: 2}} | a.b | null | {a: {c: 2}}",
                "{} | postgresql.parameters.citus.max_x | 4 | {postgresql: {parameters: {citus.max_x: 4}}}",
                "{} | x | null | {}",
            })
    void setsOneValue(String document, String path, String value, String expected) {
        assertThat(document(document).with(path, Yaml11.parse(value)).values()).isEqualTo(Sample.parse(expected));
    }

    @Test
    void cannotBeChangedFromOutside() {
        var document = document("{a: {b: 1}}");
        assertThatThrownBy(() -> DynamicDocumentTest.<Object>inner(document).put("b", 2))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @SuppressWarnings("unchecked")
    private static <T> Map<String, T> inner(DynamicDocument document) {
        return (Map<String, T>) document.values().get("a");
    }

    private static DynamicDocument document(String yaml) {
        return new DynamicDocument(Sample.parse(yaml));
    }
}
