package io.orangery.core.sync;

import io.orangery.core.cluster.Lsn;
import io.orangery.core.cluster.NodeId;
import java.util.List;

/**
 * What a primary remembers from one observation of its standbys to the next. Start with {@link #NOTHING} after each start or promotion.
 *
 * @param seen text of {@code synchronous_standby_names} at the last observation
 * @param listed the same, parsed; {@code OFF} when it cannot be parsed
 * @param threshold flush position of this server when that text was first seen: every commit that was acknowledged under an earlier
 *     text lies at or before it
 * @param ready names that once reached a threshold as members of a quorum since they were listed; dropped when unlisted, not by any
 *     other change of the list (deviations 12)
 * @param settled listed names that reached the threshold: they hold everything that was acknowledged under earlier texts
 */
public record SyncMemory(
        String seen, SynchronousStandbyNames listed, Lsn threshold, StandbySet ready, StandbySet settled) {
    public static final SyncMemory NOTHING =
            new SyncMemory("", SynchronousStandbyNames.OFF, Lsn.ZERO, StandbySet.EMPTY, StandbySet.EMPTY);

    /** Takes note of the text in the server; the same memory when it did not change. */
    SyncMemory noting(String text, Lsn flushed) {
        if (text.equals(seen)) {
            return this;
        }
        var names = SynchronousStandbyNames.parse(text).orElse(SynchronousStandbyNames.OFF);
        return new SyncMemory(text, names, flushed, ready.intersection(names.names()), StandbySet.EMPTY);
    }

    /** A listed standby at or beyond the threshold. */
    record Standing(NodeId id, SyncState state) {}

    SyncMemory with(List<Standing> caughtUp) {
        StandbySet moreReady = StandbySet.of(caughtUp.stream()
                .filter(standby -> standby.state() == SyncState.QUORUM)
                .map(Standing::id)
                .toList());
        StandbySet moreSettled =
                StandbySet.of(caughtUp.stream().map(Standing::id).toList());
        return new SyncMemory(seen, listed, threshold, ready.plus(moreReady), settled.plus(moreSettled));
    }
}
