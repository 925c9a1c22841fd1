package io.orangery.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimingLimitsTest {
    @ParameterizedTest
    @CsvSource({
        "30, 10, 10, 30, 10, 10, 0",
        "20, 10, 10, 20, 1, 9, 1",
        "30, 15, 10, 30, 10, 10, 1",
        "20, 10, 5, 20, 10, 5, 0",
        "20, 11, 5, 20, 10, 5, 1",
        "10, 10, 3, 20, 10, 3, 1",
        "30, 0, 10, 30, 1, 10, 1",
        "30, 10, 1, 30, 10, 3, 1",
        "5, 0, 0, 20, 1, 3, 3",
        "21, 1, 10, 21, 1, 10, 0",
    })
    void adjustsTheConfigKeyAsTheOriginalDoes(
            int ttl, int loopWait, int retryTimeout, int inForceTtl, int inForceLoop, int inForceRetry, int warnings) {
        var adjusted = TimingLimits.WITHOUT_FENCE.adjust(
                new Values(Map.of("ttl", ttl, "loop_wait", loopWait, "retry_timeout", retryTimeout)));
        assertThat(adjusted)
                .extracting(
                        TimingLimits.Adjusted::ttl,
                        TimingLimits.Adjusted::loopWait,
                        TimingLimits.Adjusted::retryTimeout)
                .containsExactly(inForceTtl, inForceLoop, inForceRetry);
        assertThat(adjusted.adjustments()).hasSize(warnings);
    }

    @Test
    void aFenceAllowsShorterLeases() {
        var adjusted = TimingLimits.WITH_FENCE.adjust(new Values(Map.of("ttl", 5, "loop_wait", 1, "retry_timeout", 2)));
        assertThat(adjusted.adjustments()).isEmpty();
        assertThat(adjusted.ttl()).isEqualTo(5);
    }

    @Test
    void missingNumbersAreTheDefaults() {
        var adjusted = TimingLimits.WITHOUT_FENCE.adjust(new Values(Map.of()));
        assertThat(adjusted.ttl()).isEqualTo(30);
        assertThat(adjusted.loopWait()).isEqualTo(10);
        assertThat(adjusted.retryTimeout()).isEqualTo(10);
    }
}
