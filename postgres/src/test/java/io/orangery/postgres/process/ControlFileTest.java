package io.orangery.postgres.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.postgres.ControlData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlFileTest {
    /** Lines that all versions print, and those that came and went between 12 and 18. */
    private static String printed(int version) {
        String common = """
                pg_control version number:            %s
                Catalog version number:               202209061
                Database system identifier:           7461111111111111111
                Database cluster state:               shut down in recovery
                pg_control last modified:             Mon 23 Nov 2026 01:00:00 AM UTC
                Latest checkpoint location:           A/3000060
                Latest checkpoint's REDO location:    A/3000028
                Latest checkpoint's REDO WAL file:    00000007000000000A000003
                Latest checkpoint's TimeLineID:       7
                Latest checkpoint's PrevTimeLineID:   7
                Latest checkpoint's full_page_writes: on
                Minimum recovery ending location:     A/3000148
                Min recovery ending loc's timeline:   7
                Backup start location:                0/0
                Backup end location:                  0/0
                End-of-backup record required:        no
                wal_level setting:                    replica
                wal_log_hints setting:                on
                max_connections setting:              100
                max_worker_processes setting:         8
                max_wal_senders setting:              10
                max_prepared_xacts setting:           0
                max_locks_per_xact setting:           64
                track_commit_timestamp setting:       off
                Maximum data alignment:               8
                Bytes per WAL segment:                16777216
                Data page checksum version:           1
                Mock authentication nonce:            0000000000000000000000000000000000000000000000000000000000000000
                """;
        String number = version >= 18 ? "1800" : version >= 17 ? "1700" : version >= 13 ? "1300" : "1201";
        String text = common.formatted(number);
        return version >= 18 ? text + "Default char data signedness:         signed\n" : text;
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13, 14, 15, 16, 17, 18})
    void readsWhatEveryVersionPrints(int version) {
        ControlData data = ControlFile.parse(printed(version)).orElseThrow();

        assertThat(data.systemIdentifier()).isEqualTo("7461111111111111111");
        assertThat(data.state()).isEqualTo("shut down in recovery");
        assertThat(data.checkpoint()).isEqualTo(Lsn.parse("A/3000060").orElseThrow());
        assertThat(data.checkpointTimeline()).isEqualTo(7);
        assertThat(data.minimumRecoveryEnd()).isEqualTo(Lsn.parse("A/3000148").orElseThrow());
        assertThat(data.minimumRecoveryEndTimeline()).isEqualTo(7);
        assertThat(data.walLogHints()).isTrue();
        assertThat(data.checksumVersion()).isEqualTo(1);
        assertThat(data.settings())
                .containsEntry("max_connections", "100")
                .containsEntry("max_worker_processes", "8")
                .containsEntry("max_wal_senders", "10")
                .containsEntry("max_prepared_xacts", "0")
                .containsEntry("max_locks_per_xact", "64");
    }

    @Test
    void takesTheOlderSpellingWithCurrent() {
        String old = printed(15).replace("max_connections setting", "Current max_connections setting");

        assertThat(ControlFile.parse(old).orElseThrow().settings()).containsEntry("max_connections", "100");
    }

    @Test
    void concludesNothingFromWhatIsNoControlData() {
        assertThat(ControlFile.parse("")).isEmpty();
        assertThat(ControlFile.parse("pg_controldata: error: could not open file"))
                .isEmpty();
        assertThat(ControlFile.parse(printed(15).replace("A/3000060", "garbage")))
                .isEmpty();
    }
}
