package io.orangery.actors;

import io.orangery.core.citus.CitusEvent.OnBlockers;
import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.NodeRow;
import io.orangery.core.citus.TopologyDiff;
import io.orangery.core.citus.TopologyStep;
import io.orangery.core.citus.TopologyTask;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.time.Ticker;
import io.orangery.postgres.citus.CitusMetadata;
import io.orangery.postgres.citus.CitusMetadata.Blocker;
import io.orangery.postgres.citus.CitusMetadata.Cause;
import io.orangery.postgres.citus.CitusMetadata.Result;
import io.orangery.postgres.citus.CitusMetadata.Transaction;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done in the transaction that holds a group's writes: taking the locks, moving reads beside it, and letting go. One connection of its
 * own (deviations 5). Its stages follow one another, on whichever thread; they complete normally.
 */
final class PauseTransaction {
    private static final Logger LOG = LoggerFactory.getLogger(PauseTransaction.class);

    /** Holders that are terminated let go within this time. */
    private static final Duration TERMINATION = Duration.ofSeconds(2);

    /** Writes that waited behind the first attempt run when it is given up: they are not what is to be terminated, and end within this time. */
    private static final Duration PASSAGE = Duration.ofMillis(500);

    /** How long the standby may need to replay what is flushed: more, and moving reads is given up, not the change. */
    private static final Duration CATCH_UP = Duration.ofSeconds(1);

    /** How long writes wait for the coordinator's standbys (citus 20.2 #12). */
    private static final Duration COMMIT_LIMIT = Duration.ofSeconds(1);

    /** For connections that are opened before writes are held. */
    private static final Duration ACQUAINT_LIMIT = Duration.ofMillis(500);

    private static final int ATTEMPTS = 3;

    /** In the application name of every connection of an agent: a pause never terminates another one (citus 20.3). */
    private static final String OWN = "Orangery";

    private final CitusMetadata metadata;
    private final ReadMoves moves;
    private final TopologyVerification verification;
    private final Ticker ticker;
    private final GroupId group;
    private volatile boolean waitsForLocks;

    PauseTransaction(
            CitusMetadata metadata, ReadMoves moves, TopologyVerification verification, Ticker ticker, GroupId group) {
        this.metadata = metadata;
        this.moves = moves;
        this.verification = verification;
        this.ticker = ticker;
        this.group = group;
    }

    /**
     * What is to be held.
     *
     * @param cooldown how long transactions that have written may go on
     * @param deadline monotonic time at which writes must be let go
     * @param readers standbys that may serve reads meanwhile, best first; empty: none
     * @param crashed keys of the group when its primary has crashed, and reads are to move to whoever has everything; else empty
     */
    record Wanted(
            Duration cooldown,
            OnBlockers onBlockers,
            Duration deadline,
            List<HostPort> readers,
            Optional<ClusterView> crashed) {}

    /** What came of {@link #take}. */
    sealed interface Taken {
        record Held(OpenPause pause) implements Taken {}

        /** @param blockers one sentence each */
        record Blocked(List<String> blockers) implements Taken {}

        /** Nothing is held. */
        record Failed(String why) implements Taken {}
    }

    // --- taking

    /** Everything that costs time without holding anybody comes first: connections and rows. */
    CompletionStage<Taken> take(Wanted wanted) {
        return then(
                        metadata.load(),
                        rows -> done(rows.stream()
                                .filter(found -> found.group().equals(group))
                                .findFirst()
                                .orElse(GroupTopology.empty(group))))
                .thenCompose(rows -> switch (rows) {
                    case Result.Failed<GroupTopology>(Cause cause, String why) ->
                        CompletableFuture.completedFuture(new Taken.Failed(why));
                    case Result.Done<GroupTopology>(GroupTopology known)
                    when known.leading().isEmpty() ->
                        CompletableFuture.completedFuture(
                                new Taken.Failed("group " + group + " has no primary in pg_dist_node"));
                    case Result.Done<GroupTopology>(GroupTopology known) ->
                        acquainted(known, wanted).thenCompose(ready -> hold(known, wanted, 1));
                });
    }

    private CompletionStage<Void> acquainted(GroupTopology rows, Wanted wanted) {
        if (wanted.readers().isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        Set<HostPort> servers = new HashSet<>(wanted.readers());
        rows.leading().map(NodeRow::address).ifPresent(servers::add);
        return metadata.acquaint(servers)
                .toCompletableFuture()
                .completeOnTimeout(null, ACQUAINT_LIMIT.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
    }

    /** First nobody is terminated, which also saves the start of a background worker (citus 20.2 #4). */
    private CompletionStage<Taken> hold(GroupTopology rows, Wanted wanted, int attempt) {
        Duration since = ticker.now();
        return locked(rows, wanted, wanted.cooldown(), Optional.empty()).thenCompose(result -> switch (result) {
            case Result.Done<Transaction>(Transaction open) -> held(open, since, rows, wanted);
            case Result.Failed<Transaction>(Cause cause, String why)
            when cause == Cause.DEADLOCK && attempt < ATTEMPTS -> hold(rows, wanted, attempt + 1);
            case Result.Failed<Transaction>(Cause cause, String why)
            when cause == Cause.LOCKS -> blocked(rows, wanted, since);
            case Result.Failed<Transaction>(Cause cause, String why) ->
                CompletableFuture.completedFuture(new Taken.Failed(why));
        });
    }

    private CompletionStage<Result<Transaction>> locked(
            GroupTopology rows, Wanted wanted, Duration patience, Optional<Duration> cooldown) {
        NodeRow primary = rows.leading().orElseThrow();
        var step = new TopologyStep.Pause(primary.nodeid().orElseThrow(), primary.address());
        waitsForLocks = true;
        return then(
                        metadata.begin(shorter(patience, left(wanted.deadline())), left(wanted.deadline())),
                        open -> then(metadata.execute(open, step, cooldown), granted -> done(open)))
                .whenComplete((result, bug) -> waitsForLocks = false);
    }

    /** Locks were asked for and not yet granted. Any thread. */
    boolean waitsForLocks() {
        return waitsForLocks;
    }

    private CompletionStage<Taken> blocked(GroupTopology rows, Wanted wanted, Duration since) {
        return metadata.writersOf(group).thenCompose(found -> {
            List<String> blockers = found instanceof Result.Done<List<Blocker>>(List<Blocker> known)
                    ? known.stream().map(PauseTransaction::sentence).toList()
                    : List.of();
            blockers.forEach(blocker -> LOG.warn("group {} waits for {}", group, blocker));
            if (wanted.onBlockers() == OnBlockers.ABORT) {
                return CompletableFuture.completedFuture(new Taken.Blocked(blockers));
            }
            if (blockers.stream().anyMatch(blocker -> blocker.contains(OWN))) {
                return CompletableFuture.completedFuture(
                        new Taken.Failed("the pause of another group holds the locks"));
            }
            LOG.warn("terminating what has kept the locks of group {} for longer than {}", group, wanted.cooldown());
            return locked(rows, wanted, TERMINATION, Optional.of(shorter(PASSAGE, wanted.cooldown())))
                    .thenCompose(result -> switch (result) {
                        case Result.Done<Transaction>(Transaction open) -> held(open, since, rows, wanted);
                        case Result.Failed<Transaction>(Cause cause, String why) ->
                            CompletableFuture.completedFuture(new Taken.Failed(why));
                    });
        });
    }

    private static String sentence(Blocker blocker) {
        return "backend %d (%s, %s, %s, transaction of %d ms)"
                .formatted(
                        blocker.pid(),
                        blocker.user(),
                        blocker.application(),
                        blocker.state(),
                        blocker.transactionAge().toMillis());
    }

    private CompletionStage<Taken> held(Transaction open, Duration since, GroupTopology rows, Wanted wanted) {
        Duration granted = ticker.now();
        var pause = new OpenPause(open, since, wanted.deadline(), granted.minus(since), Duration.ZERO, rows, rows);
        return metadata.hold(open, left(wanted.deadline())).thenCompose(kept -> switch (kept) {
            case Result.Failed<Void>(Cause cause, String why) ->
                CompletableFuture.completedFuture(new Taken.Failed(why));
            case Result.Done<Void> done ->
                wanted.crashed()
                        .map(keys -> afterCrash(pause, keys))
                        .orElseGet(() -> readsMoved(pause, wanted.readers()))
                        .thenApply(Taken.Held::new);
        });
    }

    // --- reads

    private CompletionStage<OpenPause> afterCrash(OpenPause pause, ClusterView keys) {
        return new CrashReads(metadata, ticker, keys, pause.rows())
                .reader()
                .thenCompose(reader -> reader.filter(address -> secondary(pause, address))
                        .map(address -> moved(pause, address, ticker.now(), moves.toStandby(pause.rows(), address)))
                        .orElseGet(() -> CompletableFuture.completedFuture(pause)));
    }

    private static boolean secondary(OpenPause pause, HostPort address) {
        return pause.rows()
                .at(address)
                .filter(row -> row.role() == NodeRow.Role.SECONDARY)
                .isPresent();
    }

    /** Whatever goes wrong, reads stay where they are; holding writes is worth it without. */
    private CompletionStage<OpenPause> readsMoved(OpenPause pause, List<HostPort> readers) {
        Optional<HostPort> reader =
                readers.stream().filter(address -> secondary(pause, address)).findFirst();
        if (reader.isEmpty()) {
            return CompletableFuture.completedFuture(pause);
        }
        Duration before = ticker.now();
        HostPort primary = pause.rows().leading().orElseThrow().address();
        return moved(
                pause,
                reader.get(),
                before,
                then(
                        metadata.caughtUp(primary, reader.get(), CATCH_UP),
                        position -> moves.toStandby(pause.rows(), reader.get())));
    }

    private CompletionStage<OpenPause> moved(
            OpenPause pause, HostPort reader, Duration before, CompletionStage<Result<GroupTopology>> move) {
        return move.handle((result, bug) ->
                        bug == null ? result : Result.<GroupTopology>failed(Cause.OTHER, bug.toString()))
                .thenApply(result -> switch (result) {
                    case Result.Done<GroupTopology>(GroupTopology moved) ->
                        pause.withReadsMoved(moved, ticker.now().minus(before));
                    case Result.Failed<GroupTopology>(Cause cause, String why) -> {
                        LOG.warn("reads of group {} are not moved to {}: {}", group, reader, why);
                        yield pause;
                    }
                });
    }

    // --- letting go

    /** What came of letting go. */
    sealed interface Ended {
        /** Writes go on. */
        record LetGo(GroupTopology rows, Duration commit) implements Ended {}

        /** It could not be verified: the transaction is open and holds the writes. */
        record StillHeld(String why) implements Ended {}

        /** The transaction is gone, or in doubt when COMMIT was under way. */
        record Gone(String why) implements Ended {}
    }

    /**
     * After the leader key and the server itself have said that this member leads and accepts writes (citus 20.4): addresses and locks change in one
     * COMMIT, so no write ever goes to an address that was not verified.
     */
    CompletionStage<Ended> finish(OpenPause pause, TopologyTask task) {
        Duration before = ticker.now();
        return verification.mayCommit(task).thenCompose(allowed -> switch (allowed) {
            case Result.Failed<Boolean>(Cause cause, String why) ->
                CompletableFuture.completedFuture(new Ended.StillHeld(why));
            case Result.Done<Boolean> yes -> changed(pause, task.desired(), before);
        });
    }

    /**
     * Abandoned, or over its deadline. Where reads were moved and the former primary still leads, its address comes back with the release; where
     * it does not, the standby stays: reads go on (deviations 6).
     *
     * @param stillLeads the key names the member that led when the pause began
     */
    CompletionStage<Ended> abandon(OpenPause pause, boolean stillLeads) {
        if (pause.readsMoved() && stillLeads) {
            return changed(pause, pause.original(), ticker.now());
        }
        return metadata.rollback(pause.transaction()).thenApply(done -> new Ended.LetGo(pause.rows(), Duration.ZERO));
    }

    private CompletionStage<Ended> changed(OpenPause pause, GroupTopology desired, Duration before) {
        GroupTopology unsynced = new GroupTopology(group, pause.rows().rows(), true);
        TopologyDiff diff = TopologyDiff.between(unsynced, wanted(desired));
        // Citus' metadata synchronisation may hold the table for as long as a worker does not answer, and a statement
        // that gives up waiting for it ends the transaction: the synchronisation is stopped before (deviations 6).
        CompletionStage<Result<Void>> stage = diff.steps().isEmpty()
                ? done(null)
                : metadata.cancelMetadataSync().thenApply(told -> Result.done(null));
        for (TopologyStep step : diff.steps()) {
            stage = then(
                    stage,
                    done -> then(
                            metadata.execute(pause.transaction(), step, Optional.empty()),
                            nodeid -> done((Void) null)));
        }
        return then(stage, done -> metadata.commit(pause.transaction(), COMMIT_LIMIT))
                .thenApply(result -> switch (result) {
                    case Result.Done<Void> committed ->
                        new Ended.LetGo(diff.result().committed(), ticker.now().minus(before));
                    case Result.Failed<Void>(Cause cause, String why) -> new Ended.Gone(why);
                });
    }

    /** A comparison is with rows without nodeids. */
    private static GroupTopology wanted(GroupTopology rows) {
        return GroupTopology.of(
                rows.group(),
                rows.rows().stream()
                        .map(row -> NodeRow.wanted(row.group(), row.address(), row.role()))
                        .toList());
    }

    private Duration left(Duration deadline) {
        Duration left = deadline.minus(ticker.now());
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static <T> CompletionStage<Result<T>> done(T value) {
        return CompletableFuture.completedFuture(Result.done(value));
    }

    private static <T, U> CompletionStage<Result<U>> then(
            CompletionStage<Result<T>> stage, Function<T, CompletionStage<Result<U>>> next) {
        return stage.thenCompose(result -> switch (result) {
            case Result.Done<T>(T value) -> next.apply(value);
            case Result.Failed<T>(Cause cause, String why) ->
                CompletableFuture.completedFuture(Result.failed(cause, why));
        });
    }
}
