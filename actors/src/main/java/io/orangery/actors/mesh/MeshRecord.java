package io.orangery.actors.mesh;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.dcs.Answer;
import io.orangery.dcs.Condition;
import io.orangery.dcs.Dcs;
import io.orangery.dcs.Tree;
import io.orangery.protocol.ClusterKeys;
import io.orangery.protocol.StoredKey;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The record in the store that says which mesh counts. Never blocks. */
final class MeshRecord {
    private MeshRecord() {}

    /** Writes a new id if the record is still what the plan was made on; {@code Refused}: somebody else was first. */
    static CompletionStage<Answer<Long>> replace(Dcs dcs, MeshPlan.Found found, String id) {
        if (found.replacing().isEmpty()) {
            return dcs.write(found.key(), id, Condition.absent());
        }
        return dcs.readLinearizable().thenCompose(answer -> switch (answer) {
            case Answer.Done<Tree>(Tree tree) ->
                tree.get(found.key())
                        .filter(entry -> entry.value().equals(found.replacing().get()))
                        .map(entry -> dcs.write(found.key(), id, Condition.version(entry.version())))
                        .orElseGet(() -> CompletableFuture.completedFuture(
                                Answer.refused("the record of the mesh has changed")));
            case Answer.Refused<Tree>(String why) -> CompletableFuture.completedFuture(Answer.refused(why));
            case Answer.Unreachable<Tree>(String why) -> CompletableFuture.completedFuture(Answer.unreachable(why));
        });
    }

    static ClusterView group0(Tree tree) {
        SortedMap<String, StoredKey> keys = new TreeMap<>();
        tree.entries()
                .forEach((path, entry) -> keys.put(
                        path, new StoredKey(entry.value(), entry.version(), entry.modifyVersion(), entry.session())));
        return ClusterKeys.view(keys, Optional.of(GroupId.COORDINATOR));
    }
}
