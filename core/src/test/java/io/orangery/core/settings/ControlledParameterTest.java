package io.orangery.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlledParameterTest {
    @ParameterizedTest
    @CsvSource({
        "max_connections, 25, 25",
        "MAX_CONNECTIONS, '200', 200",
        "max_connections, 24, ",
        "max_connections, abc, ",
        "max_locks_per_transaction, 32, 32",
        "max_locks_per_transaction, 31, ",
        "max_worker_processes, 1, ",
        "max_prepared_transactions, 0, 0",
        "max_prepared_transactions, -1, ",
        "wal_level, Logical, logical",
        "wal_level, hot_standby, replica",
        "wal_level, minimal, ",
        "track_commit_timestamp, yes, on",
        "track_commit_timestamp, maybe, ",
        "max_wal_senders, 2, ",
        "max_replication_slots, 3, ",
        "wal_keep_size, 1GB, 1GB",
        "wal_keep_size, 16, 16",
        "wal_keep_size, 8MB, ",
        "wal_keep_segments, 0, ",
        "wal_log_hints, off, off",
        "hot_standby, on, on",
        "hot_standby, off, ",
        "port, 5433, ",
        "listen_addresses, x, ",
        "cluster_name, x, ",
    })
    void acceptsWhatTheTableSays(String name, String value, String expected) {
        assertThat(ControlledParameter.named(name).orElseThrow().accept(value).orElse(null))
                .isEqualTo(expected);
    }

    @Test
    void otherParametersAreNotControlled() {
        assertThat(ControlledParameter.named("work_mem")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "17, , , wal_keep_size, 128MB",
        "17, , 20, wal_keep_size, 320MB",
        "17, 1GB, 20, wal_keep_size, 1GB",
        "12, , , wal_keep_segments, 8",
        "12, 1GB, , wal_keep_segments, 64",
        "12, 40MB, , wal_keep_segments, 3",
        "12, 1GB, 20, wal_keep_segments, 20",
    })
    void keepsWalInTheWordsOfTheServersVersion(int version, String size, String segments, String name, String value) {
        var configured = new java.util.TreeMap<String, String>(Map.of("work_mem", "4MB"));
        if (size != null) {
            configured.put("wal_keep_size", size);
        }
        if (segments != null) {
            configured.put("wal_keep_segments", segments);
        }
        assertThat(ControlledParameter.forServer(configured, version))
                .containsExactlyInAnyOrderEntriesOf(Map.of(name, value, "work_mem", "4MB"));
    }
}
