package io.orangery.core.sync;

import io.orangery.core.sync.SyncStep.WriteKey;
import io.orangery.core.sync.SynchronousStandbyNames.Type;
import java.util.List;
import java.util.Optional;

/** Quorum mode: the first step of the resolver, unless it has to wait (ha-behaviour 21.4). */
final class QuorumSync {
    private QuorumSync() {}

    static Optional<SyncStep> next(SyncSituation now) {
        if (now.key().leaderIs(now.self())) {
            Optional<SyncStep> strict = StrictSync.next(now);
            if (strict.isPresent() || StrictSync.waits(now)) {
                return strict;
            }
        }
        var listed = now.listed();
        var names = SynchronousStandbyNames.of(Type.QUORUM, listed.number(), listed.names());
        Optional<SyncStep> retype = listed.type() == Type.PRIORITY
                ? Optional.of(new SyncStep.SetNames(names, "Setting synchronous_standby_names to " + names))
                : Optional.empty();
        // Under a priority list no standby is in state quorum, so none would ever be confirmed. Where all names are
        // required, or no
        // voter depends on them, the type can be changed at once
        boolean free =
                now.voters().isEmpty() || listed.number() == listed.names().size();
        if (retype.isPresent() && free) {
            return retype;
        }
        List<SyncStep> steps = QuorumResolver.resolve(state(now));
        return steps.isEmpty() ? retype : Optional.of(onceSettled(steps.getFirst(), now));
    }

    /**
     * The resolver compares the key with the list in force, which says nothing about commits that were acknowledged under an earlier
     * list. So the key is relaxed only after the listed standbys reached the position at which the list came into force. Without
     * that: raise the number from 1 to 2 while c is far behind; the key would at once allow c to be elected without asking b, which
     * alone confirmed the last commits.
     */
    private static SyncStep onceSettled(SyncStep step, SyncSituation now) {
        if (!(step instanceof WriteKey write) || now.replication().settled() || !relaxes(write, now)) {
            return step;
        }
        return new SyncStep.Restart(
                "waiting for " + now.listed().number() + " of (" + now.listed().names() + ") to reach "
                        + now.replication().memory().threshold() + " before quorum becomes " + write.quorum() + " of ("
                        + write.voters() + ")");
    }

    /** True unless each set of nodes that could elect by the new key contains one that could by the old key. */
    private static boolean relaxes(WriteKey write, SyncSituation now) {
        StandbySet before = now.voters().plus(now.key().leader().orElse(now.self()));
        StandbySet after = write.voters().plus(write.leader());
        int strangers = after.minus(before).size();
        return write.quorum() + 1 - strangers < now.key().quorum() + 1;
    }

    /**
     * How many listed standbys hold each acknowledged commit, as far as it is known. Before the list in force is settled that is what the
     * key says of earlier lists: each commit is held by all but {@code quorum} voters.
     */
    private static int confirmed(SyncSituation now) {
        int confirmed = now.replication().confirmed().size();
        if (now.replication().settled()) {
            return confirmed;
        }
        int unlisted = now.voters().minus(now.listed().names()).size();
        int inherited = now.voters().size() - now.key().quorum() - unlisted;
        int settled = now.replication().memory().settled().size();
        return Math.min(confirmed, Math.max(inherited, settled));
    }

    private static QuorumState state(SyncSituation now) {
        return new QuorumState(
                now.self(),
                now.key().leader().orElse(now.self()),
                now.key().quorum(),
                now.voters(),
                now.listed().number(),
                now.listed().names(),
                confirmed(now),
                now.replication().active(),
                now.wanted());
    }
}
