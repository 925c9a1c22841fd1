package io.orangery.http;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.PostgresState;
import io.orangery.core.cluster.Role;
import io.orangery.core.policy.DcsSeen;
import io.orangery.core.policy.View;
import io.orangery.core.postgres.DataDirectory;
import io.orangery.core.postgres.MonitoringRow;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.SynchronousMode;
import java.time.Duration;
import java.util.Optional;

/**
 * What the health checks and the status document are made from (rest-api 5.1, 7): one view, judged at one moment. Pure.
 *
 * @param view the node as it was seen
 * @param now monotonic time of the request: a lease and a view of the keys that ran out since then do not count
 */
record NodeStatus(View view, Duration now) {

    /** This node's own belief that it holds the leader lock, by the clock. A stuck node loses it without anybody telling. */
    boolean hasLease() {
        return view.holdsLease()
                && view.lease()
                        .protectedUntil()
                        .filter(until -> until.compareTo(now) > 0)
                        .isPresent();
    }

    /** The last view of the keys; empty once it is older than {@code ttl}, and at once when a read failed. */
    Optional<ClusterView> cluster() {
        return view.dcs() instanceof DcsSeen.Fresh fresh
                        && now.minus(fresh.readAt()).compareTo(view.dynamic().ttl()) < 0
                ? Optional.of(fresh.cluster())
                : Optional.empty();
    }

    /** What the server said; empty: it was not asked or did not answer, and the short form of the document is due (rest-api 7.1). */
    Optional<MonitoringRow> row() {
        return view.postgres().flatMap(seen -> switch (seen.state()) {
            case RUNNING, RESTARTING, STARTING -> seen.row();
            default -> Optional.<MonitoringRow>empty();
        });
    }

    String state() {
        return view.postgres()
                .map(seen -> seen.state() == PostgresState.RUNNING && seen.row().isEmpty()
                        ? "unknown"
                        : seen.state().text())
                .orElse("unknown");
    }

    boolean running() {
        return state().equals("running");
    }

    /** Of the server when it answered, else as remembered (rest-api 7.5). */
    String role() {
        return row().map(row -> {
                    if (!row.inRecovery()) {
                        return Role.PRIMARY.text();
                    }
                    return view.dynamic().standby() ? remembered() : Role.REPLICA.text();
                })
                .orElseGet(this::remembered);
    }

    private String remembered() {
        return view.postgres()
                .filter(seen -> !(seen.directory() instanceof DataDirectory.Empty))
                .map(PostgresSeen::role)
                .orElse(Role.UNINITIALIZED)
                .text();
    }

    boolean replica() {
        return role().equals("replica");
    }

    boolean syncStandby() {
        return namedInSync() && view.dynamic().synchronousMode() == SynchronousMode.PRIORITY;
    }

    boolean quorumStandby() {
        return namedInSync() && view.dynamic().synchronousMode() == SynchronousMode.QUORUM;
    }

    private boolean namedInSync() {
        return row().isPresent()
                && replica()
                && !view.dynamic().standby()
                && cluster()
                        .filter(cluster ->
                                cluster.sync().active() && cluster.sync().votes(view.self()))
                        .isPresent();
    }

    /** {@code streaming}, {@code in archive recovery} or nothing. */
    Optional<String> replicationState() {
        return row().filter(MonitoringRow::inRecovery).flatMap(row -> {
            if (row.streaming()) {
                return Optional.of("streaming");
            }
            return row.restoreCommandSet() ? Optional.of("in archive recovery") : Optional.empty();
        });
    }

    Lsn received() {
        Lsn received = row().map(MonitoringRow::receiveLsn).orElse(Lsn.ZERO);
        return received.bytes() > 0 ? received : replayed();
    }

    Lsn replayed() {
        return row().flatMap(MonitoringRow::replayLsn).orElse(Lsn.ZERO);
    }

    /** How far the leader is known to be; zero when nothing is known. */
    Lsn leaderPosition() {
        return Lsn.max(cluster().map(cluster -> cluster.status().optime()).orElse(Lsn.ZERO), receiverPosition());
    }

    /** What the WAL receiver knows of the leader: at least what it has received. Zero without a receiver. */
    Lsn receiverPosition() {
        return row().filter(MonitoringRow::streaming)
                .map(MonitoringRow::receiveLsn)
                .orElse(Lsn.ZERO);
    }
}
