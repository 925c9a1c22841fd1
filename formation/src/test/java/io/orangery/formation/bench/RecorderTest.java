package io.orangery.formation.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Times are nanoseconds; the window is opened at 1000. */
class RecorderTest {

    private final Recorder recorder = new Recorder(Kind.WRITE, 1);

    private void operation(long began, long ended) {
        recorder.began(began);
        recorder.succeeded(ended);
    }

    @Test
    void countsAWaitThatBeganBeforeTheWindow() {
        operation(0, 900);
        recorder.began(950);
        recorder.open();
        recorder.succeeded(1200);
        operation(1200, 1210);

        Waits waits = recorder.waits(1000, 1300);

        assertThat(waits.completed()).isEqualTo(2);
        assertThat(waits.longest()).isEqualTo(Duration.ofNanos(250));
        assertThat(waits.longestBegan()).isEqualTo(Duration.ofNanos(-50));
    }

    @Test
    void countsAWaitThatHasNotEnded() {
        recorder.open();
        operation(1000, 1010);
        recorder.began(1010);

        Waits waits = recorder.waits(1000, 1500);

        assertThat(waits.completed()).isEqualTo(1);
        assertThat(waits.longest()).isEqualTo(Duration.ofNanos(490));
    }

    @Test
    void failuresOfOneKindAreOneEntryWhateverThePort() {
        recorder.open();
        recorder.began(1000);
        recorder.failed(new SQLException("connection to 127.0.0.1:15001 refused\nand more"));
        recorder.failed(new SQLException("connection to 127.0.0.1:15002 refused"));
        recorder.succeeded(1400);

        Waits waits = recorder.waits(1000, 1500);

        assertThat(waits.failures()).containsOnlyKeys("connection to 127.0.0.1:N refused");
        assertThat(waits.failed()).isEqualTo(2);
        assertThat(waits.longest()).isEqualTo(Duration.ofNanos(400));
    }
}
