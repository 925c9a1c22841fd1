package io.orangery.core.policy;

import io.orangery.core.cluster.ClusterView;
import io.orangery.core.cluster.NodeId;
import io.orangery.core.postgres.PostgresSeen;
import java.time.Duration;
import java.util.Optional;

/** Nobody holds the leader key and PostgreSQL runs (ha-behaviour 12). */
final class Racing {
    private Racing() {}

    static Decision decide(View view, PostgresSeen postgres, ClusterView cluster) {
        boolean waiting = view.memory()
                .steppedDownAt()
                .filter(at -> view.now().minus(at).compareTo(Limits.AFTER_STEPPING_DOWN) < 0)
                .isPresent();
        if (waiting && !postgres.primary()) {
            return new Decision.Stay("waiting for a new leader after stepping down");
        }
        return switch (LeaderRace.judge(view, cluster, postgres)) {
            case LeaderRace.Verdict.Yes yes -> new Decision.Race(yes.why());
            case LeaderRace.Verdict.Ask ask -> askAgain(view, ask);
            case LeaderRace.Verdict.DropCandidate drop ->
                new Decision.ClearCandidate(drop.request().version(), drop.why());
            case LeaderRace.Verdict.StillAlive alive -> lost(view, postgres, alive.why());
            case LeaderRace.Verdict.TooFewAnswers wait -> lost(view, postgres, wait.why());
            case LeaderRace.Verdict.No no -> lost(view, postgres, no.why());
        };
    }

    private static Decision askAgain(View view, LeaderRace.Verdict.Ask ask) {
        return new Decision.GatherEvidence(ask.members(), ask.why());
    }

    /**
     * Somebody else is to lead. A primary stops being one; a standby goes on following whom it followed: its upstream may be the next leader, and
     * detaching it from a dead one gains nothing.
     */
    private static Decision lost(View view, PostgresSeen postgres, String why) {
        if (postgres.primary() && !view.paused()) {
            return new Decision.Demote(DemoteMode.IMMEDIATE_NOLOCK, Optional.<NodeId>empty(), why);
        }
        Duration since = view.evidence()
                .map(evidence -> view.now().minus(evidence.gatheredAt()))
                .orElse(Duration.ZERO);
        return since.compareTo(Limits.EVIDENCE_REFRESH) >= 0
                        && !view.evidence().orElseThrow().answers().isEmpty()
                ? new Decision.GatherEvidence(view.evidence().get().answers().keySet(), why)
                : new Decision.Stay(why);
    }
}
