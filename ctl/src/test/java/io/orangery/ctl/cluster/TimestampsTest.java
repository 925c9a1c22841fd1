package io.orangery.ctl.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
    private static final ZoneId HERE = ZoneId.of("Europe/Berlin");

    @ParameterizedTest
    @CsvSource({
        "2027-01-01T10:00, 2027-01-01T10:00:00+01:00", "2027-07-01 10:00:05, 2027-07-01T10:00:05+02:00",
        "2027-01-01T10:00+01:00, 2027-01-01T10:00:00+01:00", "2027-01-01 10:00 +0530, 2027-01-01T10:00:00+05:30",
        "2027-01-01T10:00Z, 2027-01-01T10:00:00+00:00", "2027-01-01T10:00-03, 2027-01-01T10:00:00-03:00",
        "2027-01-01T10:00:00.25Z, 2027-01-01T10:00:00.250000+00:00", "2027-01-01, 2027-01-01T00:00:00+01:00"
    })
    void readsWhatPeopleType(String text, String iso) {
        assertThat(Timestamps.parse(text, HERE).map(Timestamps::iso)).contains(iso);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tomorrow", "2027-13-01T10:00", "10:00", "", "2027-01-01T25:00"})
    void isEmptyForAnythingElse(String text) {
        assertThat(Timestamps.parse(text, HERE)).isEmpty();
    }
}
