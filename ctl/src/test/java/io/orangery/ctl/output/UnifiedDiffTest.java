package io.orangery.ctl.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnifiedDiffTest {
    @Test
    void showsThreeLinesOfContext() {
        String before =
                "a\nmaximum_lag_on_failover: 1\npostgresql:\n  parameters:\n    max_connections: 30\n  x: 1\ny\nz\nend\n";
        assertThat(UnifiedDiff.of(before, before.replace("30", "40")))
                .containsExactly(
                        "--- ",
                        "+++ ",
                        "@@ -2,7 +2,7 @@",
                        " maximum_lag_on_failover: 1",
                        " postgresql:",
                        "   parameters:",
                        "-    max_connections: 30",
                        "+    max_connections: 40",
                        "   x: 1",
                        " y",
                        " z");
    }

    @Test
    void countsAsTheOriginalDoesWhenASideIsEmptyOrOneLine() {
        assertThat(UnifiedDiff.of("", "a\n")).containsExactly("--- ", "+++ ", "@@ -0,0 +1 @@", "+a");
        assertThat(UnifiedDiff.of("a\n", "")).containsExactly("--- ", "+++ ", "@@ -1 +0,0 @@", "-a");
        assertThat(UnifiedDiff.of("a\n", "a\n")).isEmpty();
    }

    @Test
    void separatesChangesThatAreFarApart() {
        String before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        assertThat(UnifiedDiff.of(before, before.replace("1", "one").replace("9", "nine")))
                .containsExactly(
                        "--- ",
                        "+++ ",
                        "@@ -1,4 +1,4 @@",
                        "-1",
                        "+one",
                        " 2",
                        " 3",
                        " 4",
                        "@@ -6,4 +6,4 @@",
                        " 6",
                        " 7",
                        " 8",
                        "-9",
                        "+nine");
        assertThat(UnifiedDiff.of(before, before.replace("1", "one").replace("8", "eight")))
                .filteredOn(line -> line.startsWith("@@"))
                .containsExactly("@@ -1,9 +1,9 @@");
    }
}
