package io.orangery.http;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.policy.View;
import io.orangery.core.settings.ValueSyntax;
import io.orangery.protocol.MemberJson;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Which health checks a node passes (rest-api 5 and 6). Pure: a node's status and a request in, yes or no out. */
final class Health {
    private static final String TAG_PREFIX = "tag_";

    private final NodeStatus status;
    private final Map<String, String> query;
    private final boolean primary;
    private final boolean standbyLeader;
    private final boolean leader;
    private final boolean replicaMayPass;

    private Health(NodeStatus status, Map<String, String> query) {
        this.status = status;
        this.query = query;
        View view = status.view();
        boolean byRole = status.cluster().isEmpty() && view.paused();
        boolean lease = status.hasLease();
        boolean standbyCluster = view.dynamic().standby();
        String role = status.role();
        this.primary = byRole ? role.equals("primary") : lease && !standbyCluster;
        this.standbyLeader = byRole
                ? role.equals("standby_leader")
                : lease && standbyCluster && (role.equals("replica") || role.equals("standby_leader"));
        this.leader = byRole ? primary || standbyLeader : lease;
        this.replicaMayPass = byRole || !(lease && standbyCluster);
    }

    /** A check that was not asked for by any known name is never passed. */
    static boolean passes(String path, Map<String, String> query, NodeStatus status) {
        return new Health(status, query).passes(path.equals("/") ? "/primary" : path);
    }

    /** The first hit decides; substrings are wanted: {@code /healthz} and trailing slashes are in use (rest-api 5.3). */
    private boolean passes(String path) {
        if (path.contains("standby_leader") || path.contains("standby-leader")) {
            return standbyLeader;
        }
        if (path.contains("leader")) {
            return leader;
        }
        if (path.contains("master") || path.contains("primary") || path.contains("read-write")) {
            return primary;
        }
        return passesForReading(path) && tagsMatch();
    }

    private boolean passesForReading(String path) {
        if (path.contains("replica")) {
            return replica();
        }
        if (path.contains("read-only") && !path.contains("sync") && !path.contains("quorum")) {
            return writable() || replica();
        }
        if (path.contains("health")) {
            return status.running();
        }
        if (status.cluster().isEmpty()) {
            return false;
        }
        return switch (path) {
            case "/sync", "/synchronous" -> status.syncStandby() && replica();
            case "/quorum" -> status.quorumStandby() && replica();
            case "/async", "/asynchronous" -> !status.syncStandby() && !status.quorumStandby() && replica();
            case "/read-only-quorum" -> writable() || status.quorumStandby() && replica();
            case "/read-only-sync", "/read-only-synchronous" -> writable() || status.syncStandby() && replica();
            default -> false;
        };
    }

    private boolean writable() {
        return primary || standbyLeader;
    }

    private boolean replica() {
        Lsn leaderPosition = status.leaderPosition();
        OptionalLong limit = size(query.get("lag"));
        boolean lagging = limit.isPresent()
                && leaderPosition.bytes() > 0
                && status.replayed().behind(leaderPosition) > limit.getAsLong();
        String wanted = query.get("replication_state");
        return replicaMayPass
                && !status.view().settings().tags().noLoadBalance()
                && !lagging
                && status.replica()
                && status.running()
                && (wanted == null
                        || status.replicationState().filter(wanted::equals).isPresent());
    }

    private boolean tagsMatch() {
        Map<String, Object> tags =
                MemberJson.publishedTags(status.view().settings().tags());
        return query.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(TAG_PREFIX))
                .allMatch(entry -> matches(tags.get(entry.getKey().substring(TAG_PREFIX.length())), entry.getValue()));
    }

    private static boolean matches(Object tag, String wanted) {
        return switch (tag) {
            case null -> false;
            case String text -> text.equals(wanted);
            default -> tag.toString().toLowerCase(Locale.ROOT).equals(wanted);
        };
    }

    private static OptionalLong size(String text) {
        return text == null ? OptionalLong.empty() : ValueSyntax.integer(text, "B");
    }

    /** The check depends on how far this node has replayed, so it must look at PostgreSQL. */
    static boolean needsFreshLook(Map<String, String> query) {
        return query.containsKey("lag");
    }

    /** The decision loop is turning. Anchored at when the next decision is due (rest-api 6.1). */
    static boolean alive(NodeStatus status) {
        View view = status.view();
        boolean runningPrimary = status.role().equals("primary")
                && view.postgres().filter(seen -> seen.postmasterAlive()).isPresent();
        Duration patience =
                runningPrimary ? view.dynamic().ttl() : view.dynamic().ttl().multipliedBy(2);
        Duration due = view.now().plus(view.dynamic().loopWait());
        return view.paused() || due.plus(patience).compareTo(status.now()) > 0;
    }

    /** Leader, or a replica that has caught up (rest-api 6.2). */
    static boolean ready(Map<String, String> query, NodeStatus status) {
        if (status.hasLease()) {
            return true;
        }
        if (!status.running() || !status.replicationState().equals(Optional.of("streaming"))) {
            return false;
        }
        if (status.cluster().isEmpty() && status.receiverPosition().bytes() == 0) {
            return false;
        }
        Lsn own = "write".equals(query.get("mode")) ? status.received() : status.replayed();
        long limit = size(query.get("lag")).orElse(status.view().dynamic().maximumLagOnFailover());
        return own.behind(status.leaderPosition()) <= limit;
    }
}
