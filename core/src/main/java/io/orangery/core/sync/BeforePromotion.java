package io.orangery.core.sync;

import io.orangery.core.cluster.NodeId;
import io.orangery.core.cluster.SyncKey;
import io.orangery.core.settings.SynchronousMode;
import io.orangery.core.sync.SynchronousStandbyNames.Type;
import java.util.Optional;

/**
 * What a node that won the leader key sets before it promotes, so that no commit is acknowledged that could be lost (ha-behaviour 20.5
 * and 21.5).
 *
 * @param key to write first, by compare-and-set on the version that was read; when that is lost: no promotion in this cycle. Empty:
 *     the key stays as it is
 * @param names to be in force when the server leaves recovery. Empty: whatever the user configured
 */
public record BeforePromotion(Optional<SyncStep.WriteKey> key, Optional<SynchronousStandbyNames> names) {

    public static BeforePromotion of(SyncKey found, NodeId self, SynchronousMode mode, boolean strict) {
        return switch (mode) {
            case OFF -> new BeforePromotion(Optional.empty(), Optional.empty());
            case PRIORITY -> priority(found, self, strict);
            case QUORUM -> new BeforePromotion(Optional.empty(), Optional.of(quorum(found, self, strict ? 1 : 0)));
        };
    }

    private static BeforePromotion priority(SyncKey found, NodeId self, boolean strict) {
        StandbySet required = strict ? everybody(found).minus(self) : StandbySet.EMPTY;
        int number = strict ? Math.max(1, required.size()) : 0;
        // left by quorum mode the key does not say that each of them has everything
        StandbySet voters = found.quorum() == 0 ? required : StandbySet.EMPTY;
        var key = new SyncStep.WriteKey(self, voters, 0, "Taking over /sync before promotion");
        return new BeforePromotion(
                Optional.of(key),
                Optional.of(SynchronousStandbyNames.of(type(number, Type.PRIORITY), number, required)));
    }

    private static SynchronousStandbyNames quorum(SyncKey found, NodeId self, int minimum) {
        StandbySet all = everybody(found);
        int number = all.size() - found.quorum() - 1;
        if (!all.contains(self)) {
            number++;
        }
        StandbySet names = all.minus(self);
        // with a key that was never valid the number may come out negative; without names there is nothing to wait for
        number = Math.max(names.isEmpty() ? 0 : Math.max(number, 1), minimum);
        return SynchronousStandbyNames.of(type(number, Type.QUORUM), number, names);
    }

    private static Type type(int number, Type wanted) {
        return number == 0 ? Type.OFF : wanted;
    }

    private static StandbySet everybody(SyncKey found) {
        StandbySet voters = found.active() ? StandbySet.of(found.voters()) : StandbySet.EMPTY;
        return found.leader().map(voters::plus).orElse(voters);
    }
}
