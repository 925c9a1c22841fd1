package io.orangery.postgres.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {
    @ParameterizedTest
    @CsvSource({
        "128MB, 8kB, 16384",
        "1GB, kB, 1048576",
        "0.1GB, MB, 102",
        "1h, ms, 3600000",
        "90s, min, 2",
        "0x10, '', 16",
        "010, '', 8",
        "1e3, '', 1000",
        "' -1 ', '', -1",
        "2.5, '', 2",
        "3.5, '', 4",
        "1TB, B, 1099511627776",
        "7, kB, 7"
    })
    void readsAsPostgresqlDoes(String text, String unit, String expected) {
        assertThat(Quantity.integer(text, unit)).contains(new BigDecimal(expected));
    }

    @ParameterizedTest
    @CsvSource({"1kb, kB", "1MB, ms", "1s, kB", "1MB, ''", "true, ''", "'', kB", "08, ''", "1 2, ''", "MB, kB"})
    void refusesTheRest(String text, String unit) {
        assertThat(Quantity.integer(text, unit)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "bool, '', on, TRUE, true", "bool, '', on, 0, false", "bool, '', maybe, maybe, false",
                "integer, 8kB, 16384, 128MB, true",
        "integer, ms, 2000, 2s, true", "integer, ms, 2000, 2001, false", "real, '', 1, 1.0, true",
                "enum, '', LOGICAL, logical, true",
        "enum, '', on, true, true", "enum, '', on, local, false", "string, '', a, A, false", "integer, '', x, x, false"
    })
    void comparesByTypeAndUnit(String type, String unit, String one, String other, boolean same) {
        assertThat(Quantity.same(type, unit, one, other)).isEqualTo(same);
    }

    @ParameterizedTest
    @CsvSource({
        "131072, 8kB, 1GB",
        "30000, ms, 30s",
        "1500, ms, 1500ms",
        "-1, ms, -1",
        "100, '', 100",
        "0, kB, 0",
        "512MB, 8kB, 512MB"
    })
    void showsTheLargestUnitWithoutLoss(String text, String unit, String expected) {
        assertThat(Quantity.readable(text, unit)).isEqualTo(expected);
    }

    @Test
    void movesNumbersIntoTheirRangeAndRefusesWords() {
        var table = ParameterTable.known();
        var workMem = table.find("work_mem", ServerVersion.ofMajor(15)).orElseThrow();
        assertThat(ParameterTable.check(workMem, "1kB"))
                .isInstanceOfSatisfying(
                        ParameterTable.Checked.Moved.class,
                        moved -> assertThat(moved.value()).isEqualTo("64"));
        assertThat(ParameterTable.check(workMem, "much")).isInstanceOf(ParameterTable.Checked.Bad.class);
        assertThat(ParameterTable.check(workMem, "4MB")).isEqualTo(new ParameterTable.Checked.Good("4MB"));
        assertThat(table.find("wal_keep_segments", ServerVersion.ofMajor(13))).isEmpty();
        assertThat(table.find("WAL_KEEP_SIZE", ServerVersion.ofMajor(13))).isPresent();
    }
}
