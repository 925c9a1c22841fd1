package io.orangery.postgres.rewind;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.postgres.ControlData;
import io.orangery.postgres.sql.ReplicationProtocol;
import io.orangery.postgres.sql.ReplicationProtocol.HistoryLine;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HistoryWalkTest {
    /** The leader is on timeline 3. */
    private static final List<HistoryLine> HISTORY = ReplicationProtocol.parseHistory(
            "1\t0/3000000\tno recovery target specified\n\n2\t0/5000000\tbefore\tthe end\n");

    private static final HistoryWalk.EndOfCheckpoint NOT_ASKED = () -> {
        throw new AssertionError("the end of the checkpoint must not matter");
    };

    private static Lsn lsn(String text) {
        return Lsn.parse(text).orElseThrow();
    }

    private static boolean diverged(LocalPosition local, HistoryWalk.EndOfCheckpoint end) throws InterruptedException {
        return HistoryWalk.divergence(local, 3, HISTORY, end).isPresent();
    }

    @Test
    void aStandbyDivergedIffItReplayedBeyondTheSwitch() throws InterruptedException {
        assertThat(diverged(new LocalPosition(2, lsn("0/5000000"), true), NOT_ASKED))
                .isFalse();
        assertThat(diverged(new LocalPosition(2, lsn("0/5000001"), true), NOT_ASKED))
                .isTrue();
        assertThat(diverged(new LocalPosition(1, lsn("0/3000001"), true), NOT_ASKED))
                .isTrue();
    }

    @Test
    void aFormerPrimaryIsFineOnlyWhenItsCheckpointEndsAtTheSwitch() throws InterruptedException {
        var before = new LocalPosition(2, lsn("0/4FFFF88"), false);
        assertThat(diverged(before, () -> Optional.of(lsn("0/5000000")))).isFalse();
        assertThat(diverged(before, () -> Optional.of(lsn("0/5000100")))).isTrue();
        assertThat(diverged(before, Optional::empty)).isTrue();
        assertThat(diverged(new LocalPosition(2, lsn("0/5000000"), false), NOT_ASKED))
                .isTrue();
    }

    @Test
    void timelinesDecideWhereTheyCan() throws InterruptedException {
        assertThat(diverged(new LocalPosition(3, lsn("0/9000000"), false), NOT_ASKED))
                .isFalse();
        assertThat(diverged(new LocalPosition(4, lsn("0/1000000"), true), NOT_ASKED))
                .isTrue();
        var skipped = List.of(new HistoryLine(1, lsn("0/3000000"), ""), new HistoryLine(4, lsn("0/5000000"), ""));
        assertThat(HistoryWalk.divergence(new LocalPosition(2, lsn("0/1000000"), true), 5, skipped, NOT_ASKED))
                .isPresent();
        assertThat(HistoryWalk.divergence(new LocalPosition(2, lsn("0/1000000"), true), 5, List.of(), NOT_ASKED))
                .isPresent();
    }

    @Test
    void historyKeepsTheReasonWhole() {
        assertThat(HISTORY).hasSize(2);
        assertThat(HISTORY.getLast()).isEqualTo(new HistoryLine(2, lsn("0/5000000"), "before\tthe end"));
    }

    private static ControlData control(String state, String minimumRecoveryEnd, int timeline) {
        return new ControlData("1", state, lsn("0/7000028"), 2, lsn(minimumRecoveryEnd), timeline, true, 1, Map.of());
    }

    @Test
    void theControlFileTellsWhereAStoppedServerEnds() {
        assertThat(LocalPosition.of(control("shut down", "0/0", 0)))
                .contains(new LocalPosition(2, lsn("0/7000028"), false));
        assertThat(LocalPosition.of(control("shut down in recovery", "0/8000000", 2)))
                .contains(new LocalPosition(2, lsn("0/8000000"), true));
        assertThat(LocalPosition.of(control("in archive recovery", "0/0", 0)))
                .contains(new LocalPosition(2, lsn("0/7000028"), false));
        assertThat(LocalPosition.of(control("in production", "0/0", 0))).isEmpty();
    }
}
