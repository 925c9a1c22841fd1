package io.orangery.core.sync;

import io.orangery.core.cluster.NodeId;
import io.orangery.core.sync.SynchronousStandbyNames.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the changes of {@code /sync} and {@code synchronous_standby_names} that lead from what is to what is wanted, in an order that
 * may be interrupted anywhere (ha-behaviour 21). Rule of thumb: what increases {@code numsync} or {@code quorum} goes first, what
 * decreases them last.
 *
 * <p>The methods follow the rows M1 to M6 of section 21.3. One resolver serves one resolution.
 */
public final class QuorumResolver {
    private final List<SyncStep> steps = new ArrayList<>();
    private QuorumState now;
    private boolean restarted;

    private QuorumResolver(QuorumState start) {
        int numsync = Math.min(start.numsync(), start.sync().size());
        // standbys beyond the number say nothing about what a larger number would promise
        now = start.withNames(numsync, start.sync()).withConfirmed(Math.min(start.confirmed(), numsync));
        if (now.voters().isEmpty()) {
            now = now.withKey(now.leader(), 0, now.voters());
        }
    }

    /**
     * All steps, in order; empty when nothing is to be done. A {@code Restart} is always the last one.
     *
     * @throws QuorumViolation when a step would break the invariant; nothing may be carried out then
     */
    public static List<SyncStep> resolve(QuorumState state) {
        var resolver = new QuorumResolver(state);
        resolver.run();
        return List.copyOf(resolver.steps);
    }

    private void run() {
        if (!takeOver()) {
            return;
        }
        if (now.confirmed() == 0 && now.sync().intersects(now.active())) {
            int listedAndActive = now.sync().intersection(now.active()).size();
            // right after a promotion or a restart nobody is confirmed yet, but the key tells what earlier commits were
            // confirmed by
            now = now.withConfirmed(Math.min(listedAndActive, now.voters().size() - now.quorum()));
        }
        finishChangeOfNodes();
        finishChangeOfNumbers();
        removeGone();
        addNew();
        adoptWantedNumber();
    }

    /** M1. Returns false when the standbys are to be given time to connect to a new primary. */
    private boolean takeOver() {
        try {
            if (now.leader().folded().equals(now.self().folded())) {
                requireLegalQuorum(now.quorum(), now.voters());
                now.checkInvariants();
                return true;
            }
            StandbySet voters = now.voters().minus(now.self()).plus(now.leader());
            if (now.sync().isEmpty()) {
                setNames(voters.size() - now.quorum(), voters);
            }
            writeKey(now.self(), now.quorum(), voters);
        } catch (QuorumViolation broken) {
            now = now.withKey(now.self(), now.quorum(), now.voters());
            // the list says what really happens, so the key is made to fit it
            String why = "Repairing what was found: " + broken.getMessage();
            writeKey(now.self(), adjusted(now.sync().size() - now.numsync(), now.sync()), now.sync(), why);
            return true;
        }
        return now.sync().intersects(now.active());
    }

    /** M3a and M3b: an interrupted change left more names on one side than on the other. */
    private void finishChangeOfNodes() {
        if (now.voters().isProperSupersetOf(now.sync())) {
            StandbySet gone = now.voters().minus(now.sync()).minus(now.active());
            if (!gone.isEmpty()) {
                boolean adjust = now.active().containsAll(now.sync());
                changeKey(
                        now.voters().size() - gone.size() - now.numsync(),
                        now.voters().minus(gone),
                        adjust);
            }
            StandbySet add = now.voters().intersection(now.active()).minus(now.sync());
            if (!add.isEmpty()) {
                setNames(now.numsync(), now.sync().plus(add));
            }
        } else if (now.sync().isProperSupersetOf(now.voters())) {
            finishAddition();
        }
    }

    private void finishAddition() {
        // Voters stay listed even when they are gone: without them neither side would contain the other. removeGone
        // sees to them
        StandbySet rest = now.sync().intersection(now.active().plus(now.voters()));
        if (rest.size() < now.sync().size() && !rest.isEmpty()) {
            setNames(Math.min(now.numsync(), rest.size()), rest);
        }
        StandbySet add = now.sync().minus(now.voters()).intersection(now.active());
        if (!add.isEmpty()) {
            StandbySet voters = now.voters().plus(add);
            changeKey(voters.size() - now.numsync(), voters, true);
        }
        StandbySet left = now.sync().minus(now.voters());
        if (!left.isEmpty()) {
            StandbySet kept = now.sync().minus(left);
            setNames(Math.min(now.numsync(), kept.size()), kept);
        }
    }

    /** M3c and M3d: voters and names agree, an interrupted change of the numbers is finished. */
    private void finishChangeOfNumbers() {
        if (restarted) {
            return;
        }
        if (!now.voters().equals(now.sync())) {
            throw new QuorumViolation("voters and names still differ in " + now);
        }
        int nodes = now.voters().size();
        int inBalance = nodes - now.numsync();
        if (now.quorum() + Math.min(now.numsync(), now.confirmed()) > nodes) {
            if (now.numsync() > now.wanted()) {
                setNames(Math.max(now.wanted(), nodes - now.quorum()), now.sync());
            } else {
                changeKey(inBalance, now.voters(), true);
            }
        } else if (now.numsync() == now.wanted()
                && now.quorum() + now.numsync() > nodes
                && now.numsync() > now.confirmed()) {
            changeKey(inBalance, now.voters(), true);
        }
    }

    /** M4: names that are no longer active. */
    private void removeGone() {
        StandbySet gone = now.sync().minus(now.active());
        if (gone.isEmpty()) {
            return;
        }
        if (gone.equals(now.sync())) {
            changeKey(0, StandbySet.EMPTY, false);
            setNames(0, StandbySet.EMPTY);
            return;
        }
        if (now.quorum() > 0) {
            List<NodeId> last = gone.sorted().reversed();
            StandbySet out = StandbySet.of(last.subList(0, Math.min(now.quorum(), last.size())));
            StandbySet kept = now.sync().minus(out);
            setNames(Math.min(Math.max(now.wanted(), now.numsync()), kept.size()), kept);
            gone = gone.intersection(now.sync());
            StandbySet voters = now.voters().minus(out);
            changeKey(voters.size() - now.numsync(), voters, gone.isEmpty());
        }
        if (!gone.isEmpty()) {
            removeRequired(gone);
        }
    }

    /** M4c: each of the names is required (quorum is 0), so the number has to shrink with them. */
    private void removeRequired(StandbySet gone) {
        int numsync = now.numsync() - gone.size();
        StandbySet kept = now.sync().minus(gone);
        StandbySet voters = now.voters().minus(gone);
        int surplus = numsync - Math.min(now.wanted(), kept.size());
        changeKey(surplus != 0 ? Math.min(surplus, voters.size() - 1) : 0, voters, false);
        setNames(numsync, kept);
    }

    /** M5: active standbys that are not listed. */
    private void addNew() {
        StandbySet added = now.active().minus(now.sync());
        if (added.isEmpty()) {
            return;
        }
        int wanted = Math.min(now.wanted(), now.sync().plus(added).size());
        int increase = wanted - now.numsync();
        if (increase > 0) {
            boolean first = now.sync().isEmpty();
            StandbySet add = first ? added : StandbySet.of(added.sorted().subList(0, Math.min(increase, added.size())));
            setNames(now.numsync() + (first ? increase : add.size()), now.sync().plus(add));
            StandbySet voters = now.voters().plus(add);
            changeKey(voters.size() - now.numsync(), voters, true);
            added = added.minus(now.sync());
        }
        if (!added.isEmpty()) {
            StandbySet voters = now.voters().plus(added);
            changeKey(voters.size() - wanted, voters, wanted > now.confirmed());
            setNames(wanted, now.sync().plus(added));
        }
    }

    /** M6: the wanted number itself changed. */
    private void adoptWantedNumber() {
        int increase = Math.min(now.wanted(), now.sync().size()) - now.numsync();
        if (increase > 0) {
            setNames(now.numsync() + increase, now.sync());
            changeKey(now.voters().size() - now.numsync(), now.voters(), true);
        } else if (increase < 0) {
            int quorum = now.voters().size() - now.numsync() - increase;
            if (now.quorum() < quorum) {
                changeKey(quorum, now.voters(), now.wanted() > now.confirmed());
            }
            setNames(now.numsync() + increase, now.sync());
        }
    }

    /** As long as fewer standbys confirm than the list asks for, that many more must be asked; all but one at most. */
    private int adjusted(int quorum, StandbySet voters) {
        int unconfirmed = Math.max(now.numsync() - now.confirmed(), 0);
        return Math.max(quorum, Math.min(quorum + unconfirmed, voters.size() - 1));
    }

    private void changeKey(int quorum, StandbySet voters, boolean adjust) {
        if (now.confirmed() == 0 && now.voters().isEmpty()) {
            writeKey(now.leader(), 0, StandbySet.EMPTY);
        } else {
            writeKey(now.leader(), adjust ? adjusted(quorum, voters) : quorum, voters);
        }
    }

    private void writeKey(NodeId leader, int quorum, StandbySet voters) {
        writeKey(
                leader,
                quorum,
                voters,
                "Setting leader to " + leader + ", quorum to " + quorum + " of (" + voters + ")");
    }

    private void writeKey(NodeId leader, int quorum, StandbySet voters, String why) {
        if (restarted) {
            return;
        }
        requireLegalQuorum(quorum, voters);
        QuorumState changed = now.withKey(leader, quorum, voters);
        if (changed.equals(now)) {
            if (now.voters().isEmpty()) {
                emit(new SyncStep.Restart(
                        "waiting for the standbys to confirm " + now.numsync() + " of (" + now.sync() + ")"));
                restarted = true;
            }
            return;
        }
        now = changed;
        now.checkInvariants();
        emit(new SyncStep.WriteKey(leader, voters, quorum, why));
    }

    private void requireLegalQuorum(int quorum, StandbySet voters) {
        if (quorum < 0 || quorum > 0 && quorum >= voters.size()) {
            throw new QuorumViolation("a quorum of " + quorum + " out of (" + voters + ") is not possible, in " + now);
        }
    }

    private void setNames(int numsync, StandbySet names) {
        if (restarted) {
            return;
        }
        if (numsync < 0 || numsync > names.size() || numsync == 0 && !names.isEmpty()) {
            throw new QuorumViolation(numsync + " out of (" + names + ") were to confirm commits in " + now);
        }
        now = now.withNames(numsync, names);
        now.checkInvariants();
        var value = SynchronousStandbyNames.of(Type.QUORUM, numsync, names);
        emit(new SyncStep.SetNames(value, "Setting synchronous_standby_names to " + value));
    }

    /** Nobody needs to see the first of two changes of the same thing. */
    private void emit(SyncStep step) {
        if (!steps.isEmpty() && steps.getLast().getClass() == step.getClass()) {
            steps.removeLast();
        }
        steps.add(step);
    }
}
