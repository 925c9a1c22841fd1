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

    /**
     * @param stopped the former leader, when it has stopped cleanly and this node has everything that it wrote; empty: nothing is known
     *     of it
     */
    public static BeforePromotion of(
            SyncKey found, NodeId self, SynchronousMode mode, boolean strict, Optional<NodeId> stopped) {
        return switch (mode) {
            case OFF -> new BeforePromotion(Optional.empty(), Optional.empty());
            case PRIORITY -> priority(found, self, strict);
            case QUORUM ->
                !strict
                                && stopped.filter(former -> isAlone(found, self, former))
                                        .isPresent()
                        ? alone(self)
                        : new BeforePromotion(Optional.empty(), Optional.of(quorum(found, self, strict ? 1 : 0)));
        };
    }

    private static boolean isAlone(SyncKey found, NodeId self, NodeId stopped) {
        return found.active() && everybody(found).minus(self).minus(stopped).isEmpty();
    }

    /**
     * What the resolver comes to as soon as it sees that the only other one is not there (ha-behaviour 21.3, M4), but a second later, for
     * which every write would wait. Nothing is lost by it: the node has all that was acknowledged, and once the key says so nobody else
     * may lead.
     */
    private static BeforePromotion alone(NodeId self) {
        var key = new SyncStep.WriteKey(
                self, StandbySet.EMPTY, 0, "Taking over /sync from a leader that has stopped and handed over");
        return new BeforePromotion(Optional.of(key), Optional.of(SynchronousStandbyNames.OFF));
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
