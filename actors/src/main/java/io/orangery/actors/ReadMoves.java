package io.orangery.actors;

import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.NodeRow;
import io.orangery.core.citus.TopologyStep;
import io.orangery.core.cluster.HostPort;
import io.orangery.postgres.citus.CitusMetadata;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Result;
import io.orangery.postgres.citus.CitusMetadata.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Lets a standby serve the reads of a group whose writes are held (design.md 6, step 4): in a transaction beside the one that holds them, on one
 * connection for all groups, one group after the other (deviations 5). Any thread.
 *
 * <p><b>Why it is safe</b> (citus 20.2 #16, 20.4). The address that becomes visible is that of a standby of the same group, which refuses
 * writes by itself; it has replayed all that was written, and nothing can be written meanwhile, so no read goes back in time.
 */
final class ReadMoves implements AutoCloseable {
    /** Who holds {@code pg_dist_node} for longer talks to the network meanwhile (deviations 6). */
    private static final Duration LOCKS = Duration.ofMillis(100);

    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final Duration COMMIT = Duration.ofMillis(500);

    private final CitusMetadata metadata;
    private CompletionStage<?> last = CompletableFuture.completedFuture(null);

    /** @param metadata a connection that nobody else uses; closed with this */
    ReadMoves(CitusMetadata metadata) {
        this.metadata = metadata;
    }

    /** So that the first move need not. */
    void connect() {
        metadata.connect();
    }

    /**
     * @param rows as they are; the group's leading row is a primary's
     * @param standby has a row, and has replayed everything
     * @return the rows afterwards. Failed: nothing was changed
     */
    synchronized CompletionStage<Result<GroupTopology>> toStandby(GroupTopology rows, HostPort standby) {
        CompletionStage<Result<GroupTopology>> moved = last.handle((before, failure) -> null)
                .thenCompose(turn -> attempt(rows, standby).thenCompose(result -> {
                    boolean held = result instanceof Result.Failed<GroupTopology>(Cause cause, String why)
                            && cause == Cause.LOCKS;
                    // Once: the synchronisation of metadata comes back by itself.
                    return held
                            ? metadata.cancelMetadataSync().thenCompose(done -> attempt(rows, standby))
                            : CompletableFuture.completedFuture(result);
                }));
        last = moved;
        return moved;
    }

    private CompletionStage<Result<GroupTopology>> attempt(GroupTopology rows, HostPort standby) {
        NodeRow primary = rows.leading().orElseThrow();
        NodeRow other = rows.at(standby).orElseThrow();
        int primaryId = primary.nodeid().orElseThrow();
        int otherId = other.nodeid().orElseThrow();
        // An address must be free before a row takes it. The secondary's row goes through Citus' own function, which
        // wakes the synchronisation of the other nodes' metadata at COMMIT.
        List<TopologyStep> steps = List.of(
                new TopologyStep.Update(otherId, standby, true),
                new TopologyStep.Readdress(primaryId, standby),
                new TopologyStep.Update(otherId, primary.address(), false));
        return then(
                metadata.begin(LOCKS, DEADLINE),
                open -> then(
                        all(open, steps),
                        done -> then(
                                metadata.commit(open, COMMIT), committed -> done(exchanged(rows, primary, other)))));
    }

    private CompletionStage<Result<Void>> all(Transaction open, List<TopologyStep> steps) {
        CompletionStage<Result<Void>> stage = done(null);
        for (TopologyStep step : steps) {
            stage = then(
                    stage, before -> then(metadata.execute(open, step, Optional.empty()), nodeid -> done((Void) null)));
        }
        return stage;
    }

    private static GroupTopology exchanged(GroupTopology rows, NodeRow primary, NodeRow other) {
        return new GroupTopology(
                rows.group(),
                rows.rows().stream()
                        .map(row -> row.equals(primary)
                                ? new NodeRow(row.nodeid(), row.group(), other.address(), row.role())
                                : row.equals(other)
                                        ? new NodeRow(row.nodeid(), row.group(), primary.address(), row.role())
                                        : row)
                        .toList(),
                true);
    }

    private static <T> CompletionStage<Result<T>> done(T value) {
        return CompletableFuture.completedFuture(Result.done(value));
    }

    private static <T, U> CompletionStage<Result<U>> then(
            CompletionStage<Result<T>> stage, java.util.function.Function<T, CompletionStage<Result<U>>> next) {
        return stage.thenCompose(result -> switch (result) {
            case Result.Done<T>(T value) -> next.apply(value);
            case Result.Failed<T>(Cause cause, String why) ->
                CompletableFuture.completedFuture(Result.failed(cause, why));
        });
    }

    @Override
    public void close() {
        metadata.close();
    }
}
