package io.orangery.config;

import static io.orangery.config.Leaves.duration;
import static io.orangery.config.Leaves.flag;
import static io.orangery.config.Leaves.leaf;
import static io.orangery.config.Leaves.mapping;
import static io.orangery.config.Leaves.mappings;
import static io.orangery.config.Leaves.seconds;
import static io.orangery.config.Leaves.synchronousMode;
import static io.orangery.config.Leaves.text;
import static io.orangery.config.Leaves.texts;
import static io.orangery.config.Leaves.whole;

import io.orangery.config.Shape.Section;

/** Keys of the dynamic configuration (configuration.md 3). */
final class DynamicKeys {
    /** The content of the {@code config} key, and {@code bootstrap.dcs}. */
    static final Section DOCUMENT = Shape.section()
            .with(whole(Integer.MIN_VALUE, Integer.MAX_VALUE), "ttl", "loop_wait", "retry_timeout")
            .with(whole(0), "maximum_lag_on_failover")
            .with(whole(-1), "maximum_lag_on_syncnode")
            .with(whole(0, Integer.MAX_VALUE), "max_timelines_history", "synchronous_node_count")
            .with(
                    seconds(),
                    "primary_start_timeout",
                    "master_start_timeout",
                    "primary_stop_timeout",
                    "master_stop_timeout")
            .with(flag(), "check_timeline", "pause", "synchronous_mode_strict")
            .with(synchronousMode(), "synchronous_mode")
            .with(duration(), "member_slots_ttl")
            .with(mappings(), "ignore_slots")
            .with(
                    Shape.section()
                            .with(text(), "host", "primary_slot_name", "restore_command", "archive_cleanup_command")
                            .with(leaf("a port, or several with commas", Leaves::isText), "port")
                            .with(leaf("a time", Leaves::isText), "recovery_min_apply_delay")
                            .with(texts(), "create_replica_methods")
                            .build(),
                    "standby_cluster")
            .with(PostgresKeys.DYNAMIC, "postgresql")
            .notYet(seconds(), "primary_race_backoff")
            .notYet(flag(), "failsafe_mode")
            .notYet(mapping(), "slots", "permanent_slots", "permanent_replication_slots")
            .build();

    private DynamicKeys() {}
}
