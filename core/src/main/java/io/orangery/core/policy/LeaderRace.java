package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.FailoverRequest;
import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.Member;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.SyncKey;
import io.orangery.core.postgres.PostgresSeen;
import io.orangery.core.settings.SynchronousMode;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * May this node become the leader? (ha-behaviour 12.2, 12.3, 14.4; deviations 1.) Asked before the race, and again under the lease.
 *
 * <p>Several nodes may get a yes at the same time: creating the key decides. The answer must never depend on who asks first.
 */
final class LeaderRace {
    /** Answer of {@link #judge}. */
    sealed interface Verdict {
        /** @param stopped the former leader, when it has stopped and handed over */
        record Yes(Optional<NodeId> stopped, String why) implements Verdict {
            Yes(String why) {
                this(Optional.empty(), why);
            }
        }

        record No(String why) implements Verdict {}

        /** A primary answered: nobody may be promoted, whatever was asked for. */
        record StillAlive(NodeId primary) implements Verdict {
            String why() {
                return "Primary (" + primary + ") is still alive";
            }
        }

        /** Votes are missing, and members whose votes count were silent: they may answer the next question. */
        record TooFewAnswers(String why) implements Verdict {}

        /** It depends on what these members answer. */
        record Ask(SortedSet<NodeId> members, String why) implements Verdict {}

        /** The named candidate lags behind what was acknowledged: its name must go, so that everybody races normally. */
        record DropCandidate(FailoverRequest request, String why) implements Verdict {}
    }

    private final View view;
    private final ClusterView cluster;
    private final PostgresSeen postgres;
    private final boolean syncActive;
    private final boolean quorumActive;

    private LeaderRace(View view, ClusterView cluster, PostgresSeen postgres) {
        this.view = view;
        this.cluster = cluster;
        this.postgres = postgres;
        this.syncActive = view.syncActive();
        this.quorumActive = syncActive && view.dynamic().synchronousMode() == SynchronousMode.QUORUM;
    }

    static Verdict judge(View view, ClusterView cluster, PostgresSeen postgres) {
        return new LeaderRace(view, cluster, postgres).judge();
    }

    private Verdict judge() {
        Optional<String> refusal = excluded();
        if (refusal.isPresent()) {
            return new Verdict.No(refusal.get());
        }
        if (postgres.primary()) {
            return judgePrimary();
        }
        Optional<FailoverRequest> handedOver = HandOverProof.find(view, cluster, postgres);
        if (handedOver.isPresent()) {
            return new Verdict.Yes(
                    handedOver.get().leader(),
                    "promoted self to leader: the former leader has stopped and handed over to me");
        }
        Optional<FailoverRequest> request = cluster.failover().filter(FailoverRequest::immediate);
        if (view.paused()) {
            return request.filter(asked -> asked.candidateIs(view.self())).isPresent()
                    ? judgeNamedInPause(request.get())
                    : new Verdict.No("not promoting because the cluster is in maintenance mode");
        }
        return request.isPresent() ? judgeRequested(request.get()) : judgeUnasked();
    }

    /** Somebody else is to try first (E1); after that time it may work here. */
    static boolean prePromoteFailedLately(View view) {
        return view.memory()
                .prePromoteFailedAt()
                .filter(at -> view.now().minus(at).compareTo(view.dynamic().ttl()) < 0)
                .isPresent();
    }

    /** Reasons that hold whatever the others say. */
    private Optional<String> excluded() {
        if (prePromoteFailedLately(view)) {
            return Optional.of("not racing because the pre-promote script failed less than ttl ago");
        }
        if (postgres.starting()) {
            return Optional.of("not racing because PostgreSQL is still starting");
        }
        if (view.dynamic().standby()) {
            return Optional.of("refusing to lead: standby_cluster is configured, which this version cannot do");
        }
        if (view.dynamic().synchronousModeStrict()
                && view.dynamic().synchronousMode().on()) {
            return Optional.of("refusing to lead: synchronous_mode_strict is configured, which this version cannot do");
        }
        if (!postgres.primary() && view.settings().tags().noFailover()) {
            return Optional.of("following a different leader because I am not allowed to promote");
        }
        return Optional.empty();
    }

    /** A primary that runs without a leader key: a stale one must not take it (E5). */
    private Verdict judgePrimary() {
        int clusterTimeline = cluster.history().clusterTimeline();
        int mine = postgres.row().map(row -> row.timeline()).orElse(0);
        if (mine < clusterTimeline) {
            return new Verdict.No(
                    "demoting self because my timeline " + mine + " is behind the cluster's " + clusterTimeline);
        }
        if (syncActive && cluster.sync().leader().isPresent() && !cluster.sync().names(view.self())) {
            return new Verdict.No("demoting self because I am not named in /sync");
        }
        return view.paused() ? new Verdict.Yes("acquired session lock as a leader") : comparePrimary();
    }

    /**
     * Somebody may have led and gone since this primary's agent last held the key, without having written its timeline into {@code history}:
     * the others know (deviations 1).
     */
    private Verdict comparePrimary() {
        SortedSet<NodeId> asked = others(Optional.empty());
        if (!usable(asked)) {
            return new Verdict.Ask(asked, "asking " + asked + " whether somebody else has led meanwhile");
        }
        int mine = postgres.row().map(row -> row.timeline()).orElse(0);
        int votes = 0;
        for (NodeId peer : asked) {
            if (!(view.evidence().orElseThrow().answers().get(peer) instanceof PeerAnswer.Answered answer)) {
                continue;
            }
            if (!answer.inRecovery()) {
                return new Verdict.StillAlive(peer);
            }
            if (answer.timeline() > mine) {
                return new Verdict.No("demoting self because " + peer + " is on timeline " + answer.timeline()
                        + ", later than my " + mine);
            }
            votes += quorumActive && cluster.sync().names(peer) ? 1 : 0;
        }
        // Positions say nothing: what a standby has beyond the last look came from here.
        boolean trusted = !quorumActive || cluster.sync().leaderIs(view.self());
        return trusted || votes >= cluster.sync().quorum()
                ? new Verdict.Yes("acquired session lock as a leader")
                : new Verdict.No(
                        "demoting self because too few members of /sync say that nobody else has led meanwhile");
    }

    /** Clearing the name would leave a request that nobody may answer while nobody may race. */
    private Verdict judgeNamedInPause(FailoverRequest request) {
        Verdict verdict = judgeAsCandidate(request);
        return verdict instanceof Verdict.DropCandidate drop ? new Verdict.No(drop.why()) : verdict;
    }

    private Verdict judgeUnasked() {
        if (syncActive && !quorumActive && !cluster.sync().names(view.self())) {
            return new Verdict.No("following a different leader because I am not a synchronous standby");
        }
        return compare(Optional.empty());
    }

    private Verdict judgeRequested(FailoverRequest request) {
        if (request.switchover() && syncActive && !cluster.sync().names(view.self())) {
            String why = request.action() + ": I am not named in /sync";
            // Left in the key, the name would make those who may lead wait for one who may not.
            return request.candidateIs(view.self()) ? new Verdict.DropCandidate(request, why) : new Verdict.No(why);
        }
        if (request.candidateIs(view.self())) {
            return judgeAsCandidate(request);
        }
        Optional<Verdict> candidateFirst = request.candidate().flatMap(candidate -> deferTo(request, candidate));
        if (candidateFirst.isPresent()) {
            return candidateFirst.get();
        }
        if (request.leader().filter(view.self()::equals).isPresent()) {
            return judgeAsFormerLeader(request);
        }
        return compare(Optional.of(request));
    }

    /** Being named counts only where nothing acknowledged can be lost by it; else the comparison holds (deviations 1). */
    private Verdict judgeAsCandidate(FailoverRequest request) {
        boolean nothingPromised = !view.dynamic().synchronousMode().on() || !request.switchover();
        Verdict verdict = compare(Optional.of(request));
        return switch (verdict) {
            case Verdict.No no when nothingPromised -> new Verdict.Yes(request.action() + " to me was asked for");
            case Verdict.No no ->
                new Verdict.DropCandidate(
                        request, request.action() + ": I am the candidate but must not lead: " + no.why());
            // A peer that was slow to answer is no reason to give the operator's choice up: it is asked again.
            case Verdict.TooFewAnswers wait -> wait;
            case Verdict.StillAlive alive -> alive;
            case Verdict.Yes yes -> yes;
            case Verdict.Ask ask -> ask;
            case Verdict.DropCandidate drop -> drop;
        };
    }

    /** Empty: the candidate cannot, so the race is open. */
    private Optional<Verdict> deferTo(FailoverRequest request, NodeId candidate) {
        Optional<Member> member = cluster.member(candidate);
        boolean outsideSync =
                request.switchover() && syncActive && !cluster.sync().names(candidate);
        if (member.isEmpty() || member.get().data().tags().noFailover() || outsideSync) {
            return Optional.empty();
        }
        if (!usable(new TreeSet<>(java.util.Set.of(candidate)))) {
            return Optional.of(new Verdict.Ask(
                    others(Optional.of(request)), request.action() + ": is " + candidate + " healthy?"));
        }
        return switch (view.evidence().orElseThrow().answers().get(candidate)) {
            case PeerAnswer.Answered answer
            when answer.running() && !answer.tags().noFailover() && !answer.watchdogFailed() ->
                Optional.of(new Verdict.No(request.action() + ": to " + candidate + ", i am " + view.self()));
            case PeerAnswer.Answered unable -> Optional.empty();
            case PeerAnswer.Silent silent -> Optional.empty();
        };
    }

    private Verdict judgeAsFormerLeader(FailoverRequest request) {
        SortedSet<NodeId> asked = others(Optional.empty());
        if (!usable(asked)) {
            return new Verdict.Ask(asked, request.action() + ": can somebody else take over?");
        }
        FailoverPossible.Result possible =
                FailoverPossible.judge(view, cluster, Optional.empty(), request.candidate(), Optional.empty());
        return possible instanceof FailoverPossible.Result.Yes
                ? new Verdict.No(request.action() + ": waiting for somebody else to take over")
                : compare(Optional.of(request));
    }

    // --- comparison with the others (12.3)
    // -------------------------------------------------------------------------------------------

    private Verdict compare(Optional<FailoverRequest> request) {
        Optional<Lsn> position = postgres.position();
        if (position.isEmpty()) {
            return new Verdict.No(
                    "my WAL position is not known: " + postgres.rowFailure().orElse("PostgreSQL did not answer"));
        }
        Lsn mine = position.get();
        if (request.isEmpty()
                && mine.behind(cluster.status().optime()) > view.dynamic().maximumLagOnFailover()) {
            return new Verdict.No("My wal position exceeds maximum replication lag");
        }
        Optional<String> timeline = timelineBehind();
        if (timeline.isPresent()) {
            return new Verdict.No(timeline.get());
        }
        SortedSet<NodeId> asked = others(request);
        if (!usable(asked)) {
            return new Verdict.Ask(asked, "asking " + asked + " for their WAL positions");
        }
        return count(mine, asked);
    }

    private Optional<String> timelineBehind() {
        int clusterTimeline = cluster.history().clusterTimeline();
        if (!view.dynamic().checkTimeline() || clusterTimeline == 0) {
            return Optional.empty();
        }
        Optional<Integer> mine = postgres.timeline();
        if (mine.isEmpty()) {
            return Optional.of("Can not figure out my timeline");
        }
        return mine.get() < clusterTimeline
                ? Optional.of("My timeline " + mine.get() + " is behind last known cluster timeline " + clusterTimeline)
                : Optional.empty();
    }

    private Verdict count(Lsn mine, SortedSet<NodeId> asked) {
        SyncKey sync = cluster.sync();
        int votes = sync.names(view.self()) ? 0 : -1;
        boolean ahead = false;
        for (NodeId peer : asked) {
            if (!(view.evidence().orElseThrow().answers().get(peer) instanceof PeerAnswer.Answered answer)) {
                continue;
            }
            if (!answer.inRecovery()) {
                return new Verdict.StillAlive(peer);
            }
            if (answer.tags().noFailover() && !(quorumActive && sync.names(peer)) || answer.watchdogFailed()) {
                continue;
            }
            if (leftBehind(answer)) {
                continue;
            }
            if (answer.position().isAfter(mine)) {
                ahead = true;
                if (!(syncActive && sync.leaderIs(peer))) {
                    return new Verdict.No("not the healthiest node: " + peer + " is ahead of me (" + answer.position()
                            + " > " + mine + ")");
                }
            } else if (answer.position().bytes() > 0) {
                if (outranks(peer, answer, mine)) {
                    return new Verdict.No("not the healthiest node: " + peer + " has a higher failover_priority");
                }
                votes += quorumActive && sync.names(peer) ? 1 : 0;
            }
        }
        return quorum(asked, votes, ahead);
    }

    /** It may not lead itself, and its position belongs to a history that the cluster has left: waiting for it would be for ever. */
    private boolean leftBehind(PeerAnswer.Answered answer) {
        return view.dynamic().checkTimeline()
                && answer.timeline() > 0
                && answer.timeline() < cluster.history().clusterTimeline();
    }

    private boolean outranks(NodeId peer, PeerAnswer.Answered answer, Lsn mine) {
        boolean formerLeader = syncActive
                ? cluster.sync().leaderIs(peer)
                : view.memory().lastWithLeader().filter(old -> old.ledBy(peer)).isPresent();
        boolean counts = !quorumActive || cluster.sync().names(peer);
        return counts
                && !formerLeader
                && answer.position().equals(mine)
                && answer.tags().failoverPriority() > view.settings().tags().failoverPriority();
    }

    /** A member whose vote counts did not answer. */
    private boolean silentVoter(NodeId peer) {
        return cluster.sync().names(peer)
                && view.evidence().orElseThrow().answers().get(peer) instanceof PeerAnswer.Silent;
    }

    private Verdict quorum(SortedSet<NodeId> asked, int votes, boolean ahead) {
        if (!quorumActive
                || votes >= cluster.sync().quorum()
                || !ahead && cluster.sync().leaderIs(view.self())) {
            return new Verdict.Yes("promoted self to leader by acquiring session lock");
        }
        if (!cluster.sync().names(view.self())) {
            return new Verdict.No("not promoting: /sync does not name me (only "
                    + cluster.sync().voters() + "), acknowledged commits may be missing here");
        }
        if (quorumActive && asked.stream().anyMatch(this::silentVoter)) {
            return new Verdict.TooFewAnswers("not enough votes yet: " + votes + " of "
                    + cluster.sync().quorum() + " members of /sync confirm that I am not behind, others are silent");
        }
        return new Verdict.No("not enough votes: " + votes + " of "
                + cluster.sync().quorum() + " members of /sync confirm that I am not behind");
    }

    /**
     * Whom to ask: members of the last view that had a leader and of the present one; in a synchronous mode only those named in
     * {@code /sync}. The former leader is always asked whether it is still alive (trap T56).
     */
    private SortedSet<NodeId> others(Optional<FailoverRequest> request) {
        Map<NodeId, Member> known = new TreeMap<>();
        view.memory()
                .lastWithLeader()
                .ifPresent(old -> old.members().forEach(member -> known.put(member.id(), member)));
        cluster.members().forEach(member -> known.put(member.id(), member));
        known.remove(view.self());
        Optional<NodeId> former =
                view.memory().lastWithLeader().flatMap(ClusterView::leader).map(key -> key.holder());
        SortedSet<NodeId> asked = new TreeSet<>();
        known.forEach((name, member) -> {
            boolean eligible = !member.data().tags().noFailover()
                    || quorumActive && cluster.sync().names(name);
            boolean inScope = !syncActive
                    || cluster.sync().names(name)
                    || request.filter(r -> r.candidateIs(name)).isPresent();
            if (member.data().apiUrl().isPresent()
                    && (former.filter(name::equals).isPresent() || eligible && inScope)) {
                asked.add(name);
            }
        });
        return asked;
    }

    /** The evidence is recent, was gathered on the present state of the keys, and covers these members. */
    private boolean usable(SortedSet<NodeId> asked) {
        return view.evidence()
                .filter(evidence -> evidence.basis().equals(Evidence.Basis.of(cluster)))
                .filter(evidence -> view.now()
                                .minus(evidence.gatheredAt())
                                .compareTo(Limits.evidenceAge(view.dynamic().ttl()))
                        <= 0)
                .filter(evidence -> evidence.answersAll(asked))
                .isPresent();
    }
}
