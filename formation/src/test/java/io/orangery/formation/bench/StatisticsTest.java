package io.orangery.formation.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StatisticsTest {

    private static Statistics of(long... milliseconds) {
        return Statistics.of(
                LongStream.of(milliseconds).mapToObj(Duration::ofMillis).toList());
    }

    @Test
    void medianIsTheMiddleOneOrTheMeanOfTheTwoInTheMiddle() {
        assertThat(of(900, 100, 300).median()).isEqualTo(Duration.ofMillis(300));
        assertThat(of(400, 100, 900, 300).median()).isEqualTo(Duration.ofMillis(350));
        assertThat(of(7).median()).isEqualTo(Duration.ofMillis(7));
    }

    @Test
    void aSecondIsNotUnderOneSecond() {
        assertThat(of(999, 1000, 1001, 10).underOneSecond()).isEqualTo(0.5);
        assertThat(of(999, 1000).longest()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void nothingIsNoNumber() {
        Statistics nothing = Statistics.of(List.of());
        assertThat(nothing.count()).isZero();
        assertThat(nothing.median()).isZero();
        assertThat(of(100).timesThatOf(nothing)).isZero();
        assertThat(nothing.timesThatOf(of(100))).isZero();
    }

    @Test
    void comparesMedians() {
        assertThat(of(300, 450, 9000).timesThatOf(of(100, 180, 200))).isEqualTo(2.5);
    }
}
