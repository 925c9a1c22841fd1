package io.orangery.core.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rest-api 12.1, the reading of a request. */
class RestartFiltersTest {
    private static final Instant NOW = Instant.parse("2026-11-22T22:30:00Z");

    private static RestartFilters.Parsed parse(Map<String, Object> body) {
        return RestartFilters.parse(body, false, NOW);
    }

    private static RestartFilters accepted(Map<String, Object> body) {
        return ((RestartFilters.Parsed.Accepted) parse(body)).filters();
    }

    private static String refused(Map<String, Object> body) {
        return ((RestartFilters.Parsed.Refused) parse(body)).refusal().text();
    }

    @Test
    void everyFilterIsRead() {
        assertThat(parse(Map.of())).isEqualTo(new RestartFilters.Parsed.Accepted(RestartFilters.NONE));
        RestartFilters filters = accepted(
                Map.of("role", "replica", "postgres_version", "17.4", "timeout", "1min", "restart_pending", false));
        assertThat(filters)
                .isEqualTo(new RestartFilters(
                        Optional.of(Role.REPLICA),
                        OptionalInt.of(170_004),
                        Optional.of(Duration.ofMinutes(1)),
                        true,
                        Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({"17.4, 170004", "10.23, 100023", "9.6.24, 90624", "15.0, 150000"})
    void versionsBecomeNumbers(String text, int number) {
        assertThat(accepted(Map.of("postgres_version", text)).olderThan()).hasValue(number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"9", "9.6", "17", "17.4.1.2"})
    void versionsNeedAllTheirParts(String text) {
        assertThat(refused(Map.of("postgres_version", text)))
                .isEqualTo("Invalid PostgreSQL version format: X.Y or X.Y.Z is accepted: " + text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "17.x", "", "-1.2", "17.99999999999"})
    void versionsAreNumbers(String text) {
        assertThat(refused(Map.of("postgres_version", text))).isEqualTo("Invalid PostgreSQL version: " + text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-5", "x", "10mb", ""})
    void timeoutsArePositive(String text) {
        assertThat(refused(Map.of("timeout", text))).isEqualTo("Timeout should be a positive number of seconds");
    }

    @Test
    void theFirstBadFieldOfTheBodyAnswers() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("timeout", 30);
        body.put("colour", "red");
        body.put("role", "master");
        assertThat(refused(body)).isEqualTo("Unknown filter for the scheduled restart: colour");
        body.remove("colour");
        assertThat(refused(body)).isEqualTo("PostgreSQL role should be either primary, standby_leader, or replica");
    }

    @Test
    void schedulesAreForRunningClusters() {
        Map<String, Object> body = Map.of("schedule", "2027-01-01T00:00Z");
        assertThat(accepted(body).schedule()).isPresent();
        assertThat(RestartFilters.parse(body, true, NOW))
                .isEqualTo(new RestartFilters.Parsed.Refused(
                        new Refusal(Refusal.Reason.PAUSED, "Can't schedule restart in the paused state")));
        assertThat(refused(Map.of("schedule", "2020-01-01T00:00Z"))).isEqualTo("Cannot schedule restart in the past");
        assertThat(refused(Map.of("schedule", "2027-01-01T00:00")))
                .isEqualTo("Timezone information is mandatory for the scheduled restart");
    }
}
