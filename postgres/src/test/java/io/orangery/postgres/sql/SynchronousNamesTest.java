package io.orangery.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.postgres.sql.SynchronousNames.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SynchronousNamesTest {
    @Test
    void readsEveryForm() {
        assertThat(SynchronousNames.parse("a, b")).isEqualTo(new SynchronousNames(Kind.PRIORITY, 1, List.of("a", "b")));
        assertThat(SynchronousNames.parse("2 (a,b)"))
                .isEqualTo(new SynchronousNames(Kind.PRIORITY, 2, List.of("a", "b")));
        assertThat(SynchronousNames.parse("first 1 (a)"))
                .isEqualTo(new SynchronousNames(Kind.PRIORITY, 1, List.of("a")));
        assertThat(SynchronousNames.parse("ANY 2 (\"x-1\", \"say \"\"any\"\"\", \"(\" )"))
                .isEqualTo(new SynchronousNames(Kind.QUORUM, 2, List.of("x-1", "say \"any\"", "(")));
        assertThat(SynchronousNames.parse("*")).isEqualTo(new SynchronousNames(Kind.PRIORITY, 1, List.of("*")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "a b",
                "a,",
                ",a",
                "ANY (a)",
                "ANY 1 (a",
                "ANY 1 a)",
                "0 (a)",
                "ANY 1 ()",
                "x-1",
                "\"open",
                "most 1 (a)",
                "1 (a))"
            })
    void whatTheServerRefusesCountsAsNone(String text) {
        assertThat(SynchronousNames.parse(text)).isEqualTo(SynchronousNames.NONE);
    }

    @Test
    void quotesWhatIsNoPlainName() {
        assertThat(new SynchronousNames(Kind.QUORUM, 1, List.of("node-2", "any", "b")).render())
                .isEqualTo("ANY 1 (\"any\",b,\"node-2\")");
        assertThat(new SynchronousNames(Kind.PRIORITY, 1, List.of("a")).render())
                .isEqualTo("a");
        assertThat(new SynchronousNames(Kind.PRIORITY, 2, List.of("b", "a")).render())
                .isEqualTo("2 (a,b)");
        assertThat(SynchronousNames.NONE.render()).isEmpty();
    }

    @Test
    void whatIsRenderedIsReadBack() {
        for (var names : List.of(
                List.of("a"), List.of("\"", "any"), List.of("*"), List.of("1x", "é", "a,b"), List.of("FIRST"))) {
            var wanted = new SynchronousNames(Kind.QUORUM, names.size(), names);
            assertThat(SynchronousNames.parse(wanted.render()).names())
                    .as(wanted.render())
                    .containsExactlyInAnyOrderElementsOf(names);
        }
    }
}
