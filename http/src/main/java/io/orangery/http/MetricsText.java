package io.orangery.http;

import io.orangery.core.cluster.PostgresState;
import io.orangery.core.policy.MemberPublication;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.MonitoringRow;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The metrics (rest-api 8): names, order, types and help texts are part of the interface. Own ones begin with {@code orangery_}. */
final class MetricsText {
    private final NodeStatus status;
    private final View view;
    private final String labels;
    private final StringBuilder text = new StringBuilder();

    private MetricsText(NodeStatus status) {
        this.status = status;
        this.view = status.view();
        this.labels = "{scope=\"" + escaped(view.settings().scope()) + "\",name=\""
                + escaped(view.self().name()) + "\"}";
    }

    /** @param lastPauseMillis of the last change that this node carried out; empty: there was none */
    static String of(View view, Duration now, Map<String, Long> lastPauseMillis) {
        MetricsText metrics = new MetricsText(new NodeStatus(view, now));
        metrics.server();
        metrics.positions();
        metrics.cluster();
        metrics.node();
        metrics.lastPause(lastPauseMillis);
        return metrics.text.toString();
    }

    private void server() {
        gauge("patroni_version", "Patroni semver without periods.", version());
        flag("patroni_postgres_running", "Value is 1 if Postgres is running, 0 otherwise.", status.running());
        gauge(
                "patroni_postmaster_start_time",
                "Epoch seconds since Postgres started.",
                PostgresTime.epochSeconds(status.row().map(MonitoringRow::startedAt)));
        flag(
                "patroni_primary",
                "Value is 1 if this node is the leader, 0 otherwise.",
                status.role().equals("primary"));
    }

    private void positions() {
        Optional<MonitoringRow> row = status.row();
        Optional<MonitoringRow> standby = row.filter(MonitoringRow::inRecovery);
        counter(
                "patroni_xlog_location",
                "Current location of the Postgres transaction log, 0 if this node is not the leader.",
                row.filter(answer -> !answer.inRecovery())
                        .map(answer -> answer.walPosition().bytes())
                        .orElse(0L));
        flag(
                "patroni_standby_leader",
                "Value is 1 if this node is the standby_leader, 0 otherwise.",
                status.role().equals("standby_leader"));
        flag("patroni_replica", "Value is 1 if this node is a replica, 0 otherwise.", status.replica());
        flag("patroni_sync_standby", "Value is 1 if this node is a sync standby, 0 otherwise.", status.syncStandby());
        flag(
                "patroni_quorum_standby",
                "Value is 1 if this node is a quorum standby, 0 otherwise.",
                status.quorumStandby());
        counter(
                "patroni_xlog_received_location",
                "Current location of the received Postgres transaction log, 0 if this node is not a replica.",
                standby.isPresent() ? status.received().bytes() : 0);
        counter(
                "patroni_xlog_replayed_location",
                "Current location of the replayed Postgres transaction log, 0 if this node is not a replica.",
                standby.isPresent() ? status.replayed().bytes() : 0);
        gauge(
                "patroni_xlog_replayed_timestamp",
                "Current timestamp of the replayed Postgres transaction log, 0 if null.",
                PostgresTime.epochSeconds(standby.flatMap(MonitoringRow::replayTimestamp)));
        flag(
                "patroni_xlog_paused",
                "Value is 1 if the Postgres xlog is paused, 0 otherwise.",
                standby.filter(MonitoringRow::replayPaused).isPresent());
        row.ifPresent(answer -> replication());
        gauge(
                "patroni_postgres_server_version",
                "Version of Postgres (if running), 0 otherwise.",
                Integer.toString(row.map(MonitoringRow::serverVersion).orElse(0)));
    }

    private void replication() {
        flag(
                "patroni_postgres_streaming",
                "Value is 1 if Postgres is streaming, 0 otherwise.",
                status.replicationState().equals(Optional.of("streaming")));
        flag(
                "patroni_postgres_in_archive_recovery",
                "Value is 1 if Postgres is replicating from archive, 0 otherwise.",
                status.replicationState().equals(Optional.of("in archive recovery")));
    }

    private void cluster() {
        flag(
                "patroni_cluster_unlocked",
                "Value is 1 if the cluster is unlocked, 0 if locked.",
                status.cluster().filter(cluster -> !cluster.unlocked()).isEmpty());
        // Failsafe mode is not in effect in this release, so it is never active.
        flag("patroni_failsafe_mode_is_active", "Value is 1 if failsafe mode is active, 0 if inactive.", false);
        flag(
                "patroni_failsafe_mode_enabled",
                "Value is 1 if failsafe_mode is enabled, 0 otherwise.",
                view.dynamic().failsafeMode());
        flag(
                "patroni_failsafe_member",
                "Value is 1 if this node is a member of failsafe, 0 otherwise.",
                view.dcs()
                        .lastKnown()
                        .filter(cluster ->
                                cluster.failsafe().containsKey(view.self().name()))
                        .isPresent());
    }

    private void node() {
        gauge(
                "patroni_postgres_timeline",
                "Postgres timeline of this node (if running), 0 otherwise.",
                Integer.toString(status.row()
                        .flatMap(row -> view.postgres().orElseThrow().timeline())
                        .orElse(0)));
        gauge(
                "patroni_dcs_last_seen",
                "Epoch timestamp when DCS was last contacted successfully by Patroni.",
                Long.toString(StatusDocument.dcsLastSeen(view)));
        flag(
                "patroni_pending_restart",
                "Value is 1 if the node needs a restart, 0 otherwise.",
                view.postgres().filter(seen -> !seen.pendingRestart().isEmpty()).isPresent());
        flag("patroni_is_paused", "Value is 1 if auto failover is disabled, 0 otherwise.", view.paused());
        metric(
                "patroni_postgres_state",
                "Numeric representation of Postgres state.",
                "# Values: " + stateNames() + "\n",
                "gauge",
                Integer.toString(stateNumber()));
        gauge(
                "patroni_failover_priority",
                "Failover priority of this node.",
                Integer.toString(view.settings().tags().failoverPriority()));
    }

    private void lastPause(Map<String, Long> millis) {
        if (millis.isEmpty()) {
            return;
        }
        String name = "orangery_last_pause_seconds";
        text.append("# HELP ")
                .append(name)
                .append(
                        " How long writes to this group were held for the last change of its primary, in total and by phase.\n");
        text.append("# TYPE ").append(name).append(" gauge\n");
        millis.forEach((phase, spent) -> text.append(name)
                .append(labels, 0, labels.length() - 1)
                .append(",phase=\"")
                .append(escaped(phase))
                .append("\"} ")
                .append(String.format(Locale.ROOT, "%.3f", spent / 1000.0))
                .append('\n'));
    }

    private int stateNumber() {
        PostgresState state = PostgresState.of(status.state());
        return state == PostgresState.UNKNOWN ? -1 : state.ordinal();
    }

    private static String stateNames() {
        return Arrays.stream(PostgresState.values())
                .filter(state -> state != PostgresState.UNKNOWN)
                .map(state -> state.ordinal() + "=" + state.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    private static String version() {
        return Arrays.stream(MemberPublication.PROTOCOL_VERSION.split("\\."))
                .map(part -> "%02d".formatted(Integer.parseInt(part)))
                .collect(Collectors.joining());
    }

    private void flag(String name, String help, boolean set) {
        gauge(name, help, set ? "1" : "0");
    }

    private void gauge(String name, String help, String value) {
        metric(name, help, "", "gauge", value);
    }

    private void counter(String name, String help, long value) {
        metric(name, help, "", "counter", Long.toString(value));
    }

    private void metric(String name, String help, String comment, String type, String value) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append(comment);
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        text.append(name).append(labels).append(' ').append(value).append('\n');
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
