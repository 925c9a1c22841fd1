package io.orangery.postgres.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orangery.core.cluster.Lsn;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts of PostgreSQL, and of people who configure commands, read back. */
class PrintedByPostgresTest {
    @ParameterizedTest
    @CsvSource({
        "postgres (PostgreSQL) 12.22, 120022",
        "postgres (PostgreSQL) 13.21 (Debian 13.21-1.pgdg120+1), 130021",
        "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1), 150018",
        "postgres (PostgreSQL) 17.5, 170005",
        "postgres (PostgreSQL) 18beta1, 180000",
        "postgres (PostgreSQL) 18.0, 180000",
    })
    void readsVersions(String printed, int number) {
        assertThat(Installation.parseVersion(printed)).contains(number);
    }

    @Test
    void readsNoVersionFromSomethingElse() {
        assertThat(Installation.parseVersion("command not found")).isEmpty();
    }

    @Test
    void readsThePidFile() {
        PostmasterPid file = PostmasterPid.parse(
                        List.of("4711", "/data", "1763859600", "5432", "/run", "*", "  5432001    163840", "ready"))
                .orElseThrow();

        assertThat(file.pid()).isEqualTo(4711);
        assertThat(file.singleUser()).isFalse();
        assertThat(file.started()).contains(Instant.ofEpochSecond(1763859600));
        assertThat(file.port()).contains(5432);
        assertThat(file.startupOver()).isTrue();
    }

    @Test
    void readsAPidFileThatIsBeingWritten() {
        assertThat(PostmasterPid.parse(List.of())).isEmpty();
        assertThat(PostmasterPid.parse(List.of(""))).isEmpty();
        PostmasterPid first = PostmasterPid.parse(List.of("4711", "/data")).orElseThrow();
        assertThat(first.started()).isEmpty();
        assertThat(first.startupOver()).isFalse();
    }

    @Test
    void knowsASingleUserServerByItsNegativeNumber() {
        PostmasterPid file = PostmasterPid.parse(List.of("-4711", "/data")).orElseThrow();

        assertThat(file.pid()).isEqualTo(4711);
        assertThat(file.singleUser()).isTrue();
    }

    @Test
    void readsRecordsOfWaldump() {
        var checkpoint = ShutdownCheckpoint.parse(
                        "rmgr: XLOG        len (rec/tot):    114/   114, tx:          0,"
                                + " lsn: 0/02000028, prev 0/01500790, desc: CHECKPOINT_SHUTDOWN redo 0/2000028; tli 1; prev tli 1")
                .orElseThrow();
        var walSwitch = ShutdownCheckpoint.parse("rmgr: XLOG        len (rec/tot):     24/    24, tx:          0,"
                        + " lsn: 0/01500790, prev 0/01500758, desc: SWITCH ")
                .orElseThrow();

        assertThat(checkpoint.shutdownCheckpoint()).isTrue();
        assertThat(checkpoint.walSwitch()).isFalse();
        assertThat(checkpoint.previous()).isEqualTo(Lsn.parse("0/1500790").orElseThrow());
        assertThat(walSwitch.walSwitch()).isTrue();
        assertThat(walSwitch.at()).isEqualTo(checkpoint.previous());
        assertThat(ShutdownCheckpoint.parse("pg_waldump: error: could not locate WAL file"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "/bin/true # /bin/true",
                "a  b\tc # a|b|c",
                "sh -c 'echo \"$1\" two' # sh|-c|echo \"$1\" two",
                "\"a \\\" b\" c\\ d # a \" b|c d",
                "x'y z'w # xy zw",
                "'' # ``",
            })
    void splitsCommandLinesLikeAShell(String line, String words) {
        assertThat(String.join("|", CommandWords.split(line))).isEqualTo(words);
    }

    @Test
    void refusesQuotesThatAreNotClosed() {
        assertThatThrownBy(() -> CommandWords.split("echo 'a")).hasMessageContaining("echo 'a");
        assertThatThrownBy(() -> CommandWords.split("echo \"a")).hasMessageContaining("closing");
        assertThatThrownBy(() -> CommandWords.split("echo a\\")).hasMessageContaining("backslash");
    }
}
