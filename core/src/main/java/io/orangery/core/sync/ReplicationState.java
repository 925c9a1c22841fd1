package io.orangery.core.sync;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.settings.SynchronousMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Which standbys are fit for synchronous replication (ha-behaviour 20.2).
 *
 * @param active standbys that should be listed
 * @param confirmed those of them that are known to hold what the present list promises
 * @param memory for the next observation
 * @param listChanged true when the server's list differs from the last observation: the caller assigns a transaction id with
 *     {@code synchronous_commit = off}, so that positions move even on an idle server
 */
public record ReplicationState(StandbySet active, StandbySet confirmed, SyncMemory memory, boolean listChanged) {

    /** A replica in good order, with the position that counts. */
    private record Candidate(Member member, SyncState state, Lsn position) {
        NodeId id() {
            return member.id();
        }

        SyncMemory.Standing standing() {
            return new SyncMemory.Standing(member.id(), state);
        }
    }

    private static final Comparator<Candidate> PREFERENCE = Comparator.comparing(
                    (Candidate candidate) -> candidate.member().data().tags().noFailover())
            .thenComparing(candidate -> -candidate.member().data().tags().syncPriority())
            .thenComparing(Candidate::state, Comparator.reverseOrder())
            .thenComparing(Candidate::position, Comparator.reverseOrder());

    public SynchronousStandbyNames listed() {
        return memory.listed();
    }

    /**
     * True when so many listed standbys reached the threshold that each commit acknowledged under any earlier list is held by as many
     * of them as the present list promises. Until then {@code /sync} must not be relaxed: the list in force says nothing yet about
     * what was acknowledged before it.
     */
    public boolean settled() {
        return memory.settled().size()
                >= Math.min(listed().number(), listed().names().size());
    }

    public static ReplicationState observe(ReplicationObservation seen, SyncMemory before) {
        SyncMemory memory = before.noting(seen.standbyNames(), seen.flushed());
        List<Candidate> candidates = withinLag(eligible(seen), seen);
        memory = memory.with(candidates.stream()
                .filter(reached(memory))
                .map(Candidate::standing)
                .toList());
        List<Candidate> active = choose(candidates, seen);
        SyncMemory known = memory;
        List<NodeId> confirmed = active.stream()
                .filter(candidate -> confirmed(candidate, seen, known))
                .map(Candidate::id)
                .toList();
        return new ReplicationState(
                StandbySet.of(active.stream().map(Candidate::id).toList()),
                StandbySet.of(confirmed),
                memory,
                !memory.seen().equals(before.seen()));
    }

    private static List<Candidate> choose(List<Candidate> candidates, ReplicationObservation seen) {
        if (seen.mode() != SynchronousMode.QUORUM || seen.wanted() == 0) {
            return candidates.stream().limit(seen.wanted()).toList();
        }
        var chosen = new ArrayList<Candidate>();
        for (Candidate candidate : candidates) {
            if (!candidate.member().data().tags().noFailover() || chosen.size() < seen.wanted()) {
                chosen.add(candidate);
            }
        }
        return chosen;
    }

    private static boolean confirmed(Candidate candidate, ReplicationObservation seen, SyncMemory memory) {
        if (seen.mode() == SynchronousMode.QUORUM) {
            return memory.ready().contains(candidate.id());
        }
        // Each priority voter must have everything by itself: it was seen to reach the threshold of the list in force,
        // or the key says so.
        // Having been ready under an earlier list, when others were enough, is no proof. Nor is a key with a quorum
        // above 0
        boolean vouchedFor = seen.key().leaderIs(seen.self())
                && seen.key().quorum() == 0
                && seen.key().votes(candidate.id());
        boolean caughtUp = memory.settled().contains(candidate.id());
        return candidate.state() == SyncState.SYNC && (vouchedFor || caughtUp);
    }

    private static Predicate<Candidate> reached(SyncMemory memory) {
        return candidate -> memory.listed().names().contains(candidate.id())
                && candidate.position().atLeast(memory.threshold());
    }

    private static List<Candidate> withinLag(List<Candidate> candidates, ReplicationObservation seen) {
        if (seen.maximumLag() <= 0) {
            return candidates;
        }
        Lsn best = candidates.size() > 1
                ? candidates.stream().map(Candidate::position).reduce(Lsn.ZERO, Lsn::max)
                : seen.flushed();
        return candidates.stream()
                .filter(candidate -> candidate.position().behind(best) <= seen.maximumLag())
                .toList();
    }

    /** In order of preference. */
    private static List<Candidate> eligible(ReplicationObservation seen) {
        Map<String, Member> members = new LinkedHashMap<>();
        for (Member member : seen.members()) {
            boolean fit = member.data().running() && !member.data().tags().noSync();
            if (fit && !member.id().folded().equals(seen.self().folded())) {
                members.put(member.id().folded(), member);
            }
        }
        Map<String, Candidate> streaming = new LinkedHashMap<>();
        for (StandbyRow row : seen.rows()) {
            Optional<Lsn> position = seen.synchronousCommit().position(row);
            Member member = members.get(row.applicationName().toLowerCase(Locale.ROOT));
            if (member != null && position.isPresent()) {
                var candidate = new Candidate(member, row.syncState(), position.get());
                // after a reconnection the old WAL sender may still be there, further behind
                streaming.merge(
                        member.id().folded(), candidate, (a, b) -> a.position().atLeast(b.position()) ? a : b);
            }
        }
        return streaming.values().stream()
                .filter(candidate -> !shouldCascade(candidate.member(), members, streaming.keySet(), new TreeSet<>()))
                .sorted(PREFERENCE)
                .toList();
    }

    /** True when the member is told to replicate from another one and there is a way through fit members to one that streams from here. */
    private static boolean shouldCascade(
            Member member, Map<String, Member> fit, Set<String> streaming, Set<String> visited) {
        Optional<Member> source = member.data().tags().replicateFrom().map(name -> fit.get(name.folded()));
        if (source.isEmpty() || !visited.add(member.id().folded())) {
            return false;
        }
        return streaming.contains(source.get().id().folded()) || shouldCascade(source.get(), fit, streaming, visited);
    }
}
