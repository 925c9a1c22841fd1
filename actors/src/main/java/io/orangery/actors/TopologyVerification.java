package io.orangery.actors;

import io.orangery.core.citus.TopologyTask;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Member;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.Tree;
import io.orangery.postgres.citus.CitusMetadata;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Result;
import io.orangery.postgres.citus.CitusMetadata.Writability;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.StoredKey;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What must be true before writers are stopped or let go: a message alone proves nothing (citus 20.4, deviations 2). Any thread; stages
 * complete normally.
 */
final class TopologyVerification {
    /** For the question to a new primary: it is asked while writes wait. */
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(1);

    private final Dcs dcs;
    private final CitusMetadata metadata;

    TopologyVerification(Dcs dcs, CitusMetadata metadata) {
        this.dcs = dcs;
        this.metadata = metadata;
    }

    /** Keys of a group, as of now. */
    CompletionStage<Result<ClusterView>> read(GroupId group) {
        return dcs.readGroup(group.number()).handle((answer, failure) -> {
            if (failure != null) {
                return Result.failed(Cause.OTHER, "the keys of group " + group + " cannot be read: " + failure);
            }
            return switch (answer) {
                case Answer.Done<Tree>(Tree tree) -> Result.done(view(tree, group));
                case Answer.Refused<Tree>(String why) -> unreadable(group, why);
                case Answer.Unreachable<Tree>(String why) -> unreadable(group, why);
            };
        });
    }

    private static Result<ClusterView> unreadable(GroupId group, String why) {
        return Result.failed(Cause.OTHER, "the keys of group " + group + " cannot be read: " + why);
    }

    private static ClusterView view(Tree tree, GroupId group) {
        SortedMap<String, StoredKey> keys = new TreeMap<>();
        tree.entries()
                .forEach((path, entry) -> keys.put(
                        path, new StoredKey(entry.value(), entry.version(), entry.modifyVersion(), entry.session())));
        return ClusterKeys.view(keys, Optional.of(group));
    }

    /** Before locks are taken: the leader key names the member whose address the task is about. */
    CompletionStage<Result<Boolean>> mayBegin(TopologyTask task) {
        return read(task.group()).thenApply(read -> switch (read) {
            case Result.Failed<ClusterView>(Cause cause, String why) -> Result.failed(cause, why);
            case Result.Done<ClusterView>(ClusterView view) ->
                leads(view, task).isPresent() ? Result.done(true) : notLeading(view, task);
        });
    }

    /**
     * Before COMMIT: besides, that member is a primary. Its own word in the DCS is taken for it, unless the server itself, which is asked
     * about events, says otherwise; before it says so in the DCS the server's word is needed (citus 20.2 #11).
     */
    CompletionStage<Result<Boolean>> mayCommit(TopologyTask task) {
        // what the view said that a heartbeat comes from is read again; an event may be quicker than the member key
        CompletionStage<Writability> asked = task.fromHeartbeat()
                ? CompletableFuture.completedFuture(new Writability.Unknown("it was not asked"))
                : metadata.writable(address(task), PROBE_LIMIT);
        return read(task.group()).thenCombine(asked, (read, writability) -> switch (read) {
            case Result.Failed<ClusterView>(Cause cause, String why) -> Result.failed(cause, why);
            case Result.Done<ClusterView>(ClusterView view) ->
                leads(view, task)
                        .map(leader -> primary(view, leader, task, writability))
                        .orElseGet(() -> notLeading(view, task));
        });
    }

    private static Result<Boolean> primary(
            ClusterView view, Member leader, TopologyTask task, Writability writability) {
        return switch (writability) {
            case Writability.Writable(String system) -> {
                Optional<String> expected = view.systemIdentifier();
                yield expected.isEmpty() || expected.get().equals(system)
                        ? Result.done(true)
                        : refused(leader.id() + " is a server of another cluster: system identifier " + system);
            }
            case Writability.InRecovery no -> refused(leader.id() + " is still in recovery");
            case Writability.Unknown(String why) -> {
                // the coordinator's own key may lag behind: its view says what it is
                boolean published = leader.data().primary() && leader.data().running()
                        || task.group().coordinator();
                yield published
                        ? Result.done(true)
                        : refused("it is not known that " + leader.id() + " is a primary: " + why);
            }
        };
    }

    private static Optional<Member> leads(ClusterView view, TopologyTask task) {
        return view.leaderMember()
                .filter(leader ->
                        leader.data().address().filter(address(task)::equals).isPresent());
    }

    private static HostPort address(TopologyTask task) {
        return task.desired().leading().orElseThrow().address();
    }

    private static Result<Boolean> notLeading(ClusterView view, TopologyTask task) {
        String holder = view.leader().map(key -> "names " + key.holder()).orElse("is absent");
        return refused("the leader key of group " + task.group() + " " + holder + ", which is not the member at "
                + address(task));
    }

    private static Result<Boolean> refused(String why) {
        return Result.failed(Cause.OTHER, why);
    }
}
