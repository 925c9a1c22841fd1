package io.orangery.actors;

import io.orangery.core.citus.CompleteStandby;
import io.orangery.core.citus.GroupTopology;
import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.time.Ticker;
import io.orangery.postgres.citus.CitusMetadata;
import io.orangery.postgres.citus.CitusMetadata.Standing;
import io.orangery.postgres.citus.CitusMetadata.Writability;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Finds the standby that may serve reads after the crash of its primary: it has, and has replayed, every acknowledged commit, and the old primary
 * does not answer (deviations 1 and 6). For one crash; any thread.
 */
final class CrashReads {
    private static final Duration QUESTION = Duration.ofSeconds(1);

    /** A standby replays what it has received in milliseconds, or is held up by something that takes long. */
    private static final Duration REPLAY_LIMIT = Duration.ofSeconds(2);

    private final CitusMetadata metadata;
    private final Ticker ticker;
    private final ClusterView group;
    private final GroupTopology rows;

    CrashReads(CitusMetadata metadata, Ticker ticker, ClusterView group, GroupTopology rows) {
        this.metadata = metadata;
        this.ticker = ticker;
        this.group = group;
        this.rows = rows;
    }

    /** Empty: nobody. */
    CompletionStage<Optional<HostPort>> reader() {
        HostPort primary = rows.leading().orElseThrow().address();
        return metadata.writable(primary, QUESTION)
                .thenCompose(answer -> answer instanceof Writability.Unknown
                        ? positions(ticker.now().plus(REPLAY_LIMIT))
                        : CompletableFuture.completedFuture(Optional.empty()));
    }

    private CompletionStage<Optional<HostPort>> positions(Duration until) {
        Map<NodeId, Standing.Standby> answers = new HashMap<>();
        CompletionStage<?> all = CompletableFuture.completedFuture(null);
        for (NodeId name : CompleteStandby.candidates(group)) {
            Optional<HostPort> address =
                    group.member(name).flatMap(member -> member.data().address());
            if (address.isPresent()) {
                all = all.thenCombine(metadata.standing(address.get(), QUESTION), (before, standing) -> {
                    if (standing instanceof Standing.Standby standby) {
                        answers.put(name, standby);
                    }
                    return null;
                });
            }
        }
        return all.thenCompose(done -> judge(answers, until));
    }

    private CompletionStage<Optional<HostPort>> judge(Map<NodeId, Standing.Standby> answers, Duration until) {
        Map<NodeId, Lsn> flushed = new HashMap<>();
        answers.forEach((name, standing) -> flushed.put(name, standing.flushed()));
        Optional<NodeId> complete = CompleteStandby.of(group, flushed);
        if (complete.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        Standing.Standby standing = answers.get(complete.get());
        if (standing.replayed().atLeast(standing.flushed())) {
            return CompletableFuture.completedFuture(
                    group.member(complete.get()).map(Member::data).flatMap(data -> data.address()));
        }
        return ticker.now().compareTo(until) < 0
                ? positions(until)
                : CompletableFuture.completedFuture(Optional.empty());
    }
}
