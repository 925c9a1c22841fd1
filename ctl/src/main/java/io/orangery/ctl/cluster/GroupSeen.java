package io.orangery.ctl.cluster;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.ConfigKey;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.settings.ValueSyntax;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One group of a formation, or a plain cluster.
 *
 * @param number group; 0 for a plain cluster
 * @param path what stands before its keys: {@code 1/}; empty for a plain cluster
 */
public record GroupSeen(int number, String path, ClusterView view, Optional<ScheduledSwitchover> scheduled) {
    private static final Duration DEFAULT_LOOP_WAIT = Duration.ofSeconds(10);

    /**
     * A switchover that waits for its time.
     *
     * @param at ISO 8601 with offset, or the text of the key when that is no time
     */
    public record ScheduledSwitchover(String at, Optional<NodeId> from, Optional<NodeId> to) {}

    /** Content of the {@code config} key; empty map when there is none. */
    public Map<String, Object> config() {
        return view.config().map(ConfigKey::values).orElse(Map.of());
    }

    public boolean paused() {
        return isOn("pause");
    }

    /** Configured to follow a leader outside the cluster. */
    public boolean standbyCluster() {
        return config().get("standby_cluster") instanceof Map<?, ?> standby
                && Stream.of("host", "port", "restore_command").anyMatch(key -> standby.get(key) != null);
    }

    public boolean quorumCommit() {
        return !standbyCluster() && "quorum".equalsIgnoreCase(String.valueOf(config().get("synchronous_mode")));
    }

    /** Either kind of synchronous mode. */
    public boolean synchronous() {
        return !standbyCluster() && (quorumCommit() || isOn("synchronous_mode"));
    }

    public Duration loopWait() {
        var seconds = ValueSyntax.integer(config().getOrDefault("loop_wait", ""), "s");
        return seconds.isPresent() ? Duration.ofSeconds(seconds.getAsLong()) : DEFAULT_LOOP_WAIT;
    }

    /** Name in the leader key, whether or not such a member exists. */
    public Optional<String> leaderName() {
        return view.leader().map(key -> key.holder().name());
    }

    public boolean ledBy(Member member) {
        return view.ledBy(member.id());
    }

    /** As {@code GET /cluster} spells roles (rest-api 9.1). */
    public String role(Member member) {
        if (ledBy(member)) {
            return standbyCluster() ? "standby_leader" : "leader";
        }
        if (synchronous() && view.sync().votes(member.id())) {
            return quorumCommit() ? "quorum_standby" : "sync_standby";
        }
        return "replica";
    }

    private boolean isOn(String key) {
        return ValueSyntax.bool(config().get(key)).orElse(false);
    }
}
