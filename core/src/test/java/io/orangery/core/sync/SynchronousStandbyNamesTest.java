package io.orangery.core.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orangery.core.sync.SynchronousStandbyNames.Type;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SynchronousStandbyNamesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            ''                        | OFF      | 0 | nobody
            a                         | PRIORITY | 1 | a
            a, b                      | PRIORITY | 1 | a,b
            10, b                     | PRIORITY | 1 | 10,b
            2 (b, a, c)               | PRIORITY | 2 | a,b,c
            FIRST 2 (a,b,c)           | PRIORITY | 2 | a,b,c
            first 1(a)                | PRIORITY | 1 | a
            ANY 2 ( a , b )           | QUORUM   | 2 | a,b
            any 1 ("any", "na""me-1") | QUORUM   | 1 | any,na"me-1
            *                         | PRIORITY | 1 | *
            ANY 1 (*)                 | QUORUM   | 1 | *
            2 (a, *, b)               | PRIORITY | 2 | *
            a, A, b                   | PRIORITY | 1 | a,b
            __patroni_strict_sync_replica_placeholder__         | PRIORITY | 1 | nobody
            ANY 1 (__patroni_strict_sync_replica_placeholder__) | QUORUM   | 1 | nobody
            """)
    void readsEachFormThatPostgresqlAccepts(String text, Type type, int number, String names) {
        SynchronousStandbyNames parsed = SynchronousStandbyNames.parse(text).orElseThrow();
        assertThat(parsed.type()).isEqualTo(type);
        assertThat(parsed.number()).isEqualTo(number);
        assertThat(parsed.names()).hasToString(names);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a,",
                ",a",
                "a b",
                "ANY (a)",
                "ANY 0 (a)",
                "2 (a",
                "2 ()",
                "FIRST",
                "any",
                "a-b",
                "\"a",
                "\"\"",
                "1a",
                "ANY 99999999999 (a)",
                "2 (a) b",
                "a;b"
            })
    void readsNothingFromWhatPostgresqlRefuses(String text) {
        assertThat(SynchronousStandbyNames.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            PRIORITY | 1 | b      | b
            PRIORITY | 2 | c,b    | 2 (b,c)
            PRIORITY | 1 | b,a    | 1 (a,b)
            PRIORITY | 1 | first  | "first"
            PRIORITY | 1 | node-1 | "node-1"
            PRIORITY | 1 | ''     | __patroni_strict_sync_replica_placeholder__
            PRIORITY | 1 | *      | __patroni_strict_sync_replica_placeholder__
            QUORUM   | 1 | b      | ANY 1 (b)
            QUORUM   | 2 | 1b,b,c | ANY 2 ("1b",b,c)
            QUORUM   | 1 | ''     | ANY 1 (__patroni_strict_sync_replica_placeholder__)
            """)
    void writesWhatEveryImplementationReads(Type type, int number, String names, String text) {
        StandbySet set = StandbySet.of(List.of(names.split(",")).stream()
                .filter(name -> !name.isEmpty())
                .map(Names::node)
                .toList());
        assertThat(new SynchronousStandbyNames(type, number, set).render()).contains(text);
    }

    @Test
    void removesTheParameterWhenNobodyHasToConfirm() {
        assertThat(SynchronousStandbyNames.OFF.render()).isEmpty();
        assertThat(SynchronousStandbyNames.of(Type.QUORUM, 0, StandbySet.EMPTY)).isEqualTo(SynchronousStandbyNames.OFF);
    }

    @Test
    void refusesNumberOfNoneOutOfSome() {
        assertThatThrownBy(() -> new SynchronousStandbyNames(Type.QUORUM, 0, Names.set("a")))
                .hasMessageContaining("QUORUM 0 of a");
    }

    @Property
    void readsBackWhatItWrites(
            @ForAll boolean quorum,
            @ForAll @IntRange(min = 1, max = 9) int number,
            @ForAll @Size(min = 1, max = 5)
                    List<@StringLength(min = 1, max = 6) @CharRange(from = '!', to = '~') String> names) {
        StandbySet set = StandbySet.of(names.stream()
                .filter(name -> !name.equals("*"))
                .map(Names::node)
                .toList());
        var value = new SynchronousStandbyNames(quorum ? Type.QUORUM : Type.PRIORITY, set.isEmpty() ? 1 : number, set);
        assertThat(SynchronousStandbyNames.parse(value.render().orElseThrow())).contains(value);
    }
}
