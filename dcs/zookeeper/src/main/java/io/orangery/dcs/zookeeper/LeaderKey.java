package io.orangery.dcs.zookeeper;

import io.orangery.dcs.Answer;
import io.orangery.dcs.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;

/**
 * The leader key of the own group. Runs under the lock of {@link OwnKeys}.
 *
 * <p>A data version alone does not tell whose node it is: a key deleted and created anew starts at the same version. So a renewal reads the
 * owner after its quorum write, over the same connection, and a takeover learns from its own first step whom it replaced.
 *
 * <p><b>Limit.</b> {@link Lease#validFor()} is the negotiated timeout. The leader of the ensemble ends a session that long after it last
 * heard of it, and from a follower it hears every half tick (1 s by default), not with each write. When a follower is lost together with
 * this host right after a renewal, the session can therefore end up to half a tick plus the second between two probes before the lease,
 * less the rounding up to a tick. The margin of the caller has to cover that.
 */
final class LeaderKey {
    /** Tries within one request while others change the key between reading and writing. */
    private static final int ROUNDS = 5;

    private final String path;
    private final String name;
    private final MemberKey member;
    private final Connection connection;
    /** Session in which this connection last knew itself to be the holder. */
    private OptionalLong holdingSession = OptionalLong.empty();
    /** The reply to a takeover that may have hit another's key was lost. */
    private boolean takeoverInDoubt;
    /** It may have been, since it was last known to be the own one. */
    private boolean givenAway;

    LeaderKey(String path, String name, MemberKey member, Connection connection) {
        this.path = path;
        this.name = name;
        this.member = member;
        this.connection = connection;
    }

    Answer<Lease> acquire(Exchange exchange) throws KeeperException, Unanswered, InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            try {
                exchange.create(path, name, CreateMode.EPHEMERAL);
                return held(exchange, 0);
            } catch (KeeperException.NodeExistsException taken) {
                Optional<Node> holder = exchange.get(path);
                if (holder.isPresent()) {
                    return acquireHeld(exchange, holder.get());
                }
            }
        }
        throw keepsChanging();
    }

    private Answer<Lease> acquireHeld(Exchange exchange, Node holder)
            throws KeeperException, Unanswered, InterruptedException {
        if (isOwn(holder, exchange)) {
            return takeoverInDoubt ? undo(exchange, holder) : held(exchange, holder.dataVersion());
        }
        return connection.keepsAlive(holder.owner()) ? takeOver(exchange, holder) : heldBy(holder);
    }

    /**
     * @param evenAfterExpiry false: a free key is created only while the session lives in which this connection held it, or when it never
     *     held it, and not after it was given away. Afterwards somebody else may have led in between, which only a race for the key takes into
     *     account (deviations 1)
     */
    Answer<Lease> renew(Exchange exchange, boolean evenAfterExpiry)
            throws KeeperException, Unanswered, InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            try {
                Optional<Node> leader = exchange.get(path);
                Optional<Answer<Lease>> answer = leader.isEmpty()
                        ? Optional.of(restore(exchange, evenAfterExpiry))
                        : proveOrTakeOver(exchange, leader.get());
                if (answer.isPresent()) {
                    return answer.get();
                }
            } catch (KeeperException.NodeExistsException
                    | KeeperException.NoNodeException
                    | KeeperException.BadVersionException changedMeanwhile) {
                // Look again: the refusal went through the quorum, so the server knows the present state.
            }
        }
        throw keepsChanging();
    }

    private Answer<Lease> restore(Exchange exchange, boolean evenAfterExpiry)
            throws KeeperException, Unanswered, InterruptedException {
        long session = exchange.session().id();
        if (!evenAfterExpiry && givenAway) {
            return Answer.refused("the leader key was given away, and it is free");
        }
        if (!evenAfterExpiry && holdingSession.isPresent() && holdingSession.getAsLong() != session) {
            return Answer.refused("the session that held the leader key has ended, and the key is free");
        }
        exchange.create(path, name, CreateMode.EPHEMERAL);
        return held(exchange, 0);
    }

    private Optional<Answer<Lease>> proveOrTakeOver(Exchange exchange, Node leader)
            throws KeeperException, Unanswered, InterruptedException {
        if (isOwn(leader, exchange)) {
            return takeoverInDoubt ? Optional.of(undo(exchange, leader)) : prove(exchange, leader);
        }
        if (!leader.value().equals(name)) {
            return Optional.of(heldBy(leader));
        }
        return Optional.of(takeOver(exchange, leader));
    }

    /** The quorum write that makes a cut-off server show itself (deviations 3). Empty: look again. */
    private Optional<Answer<Lease>> prove(Exchange exchange, Node leader)
            throws KeeperException, Unanswered, InterruptedException {
        List<Op> write = new ArrayList<>(List.of(Op.check(path, leader.dataVersion())));
        Optional<Node> ownMember = exchange.get(member.path()).filter(found -> isOwn(found, exchange));
        ownMember.ifPresent(found -> write.add(Op.setData(
                member.path(), Node.bytes(member.lastContent().orElse(found.value())), found.dataVersion())));
        var written = exchange.askMulti(write.toArray(Op[]::new));
        var after = exchange.askGet(path, Optional.empty());
        exchange.await(written);
        return exchange.await(after)
                .filter(found -> isOwn(found, exchange))
                .map(found -> held(exchange, found.dataVersion()));
    }

    /**
     * Replaces the own key of another session, and the member key with it. If that session ends at this very moment, the node may be
     * somebody else's when the transaction arrives; the first result tells.
     */
    private Answer<Lease> takeOver(Exchange exchange, Node old)
            throws KeeperException, Unanswered, InterruptedException {
        List<Op> moves = new ArrayList<>(List.of(
                Op.setData(path, Node.bytes(name), old.dataVersion()),
                Op.delete(path, old.dataVersion() + 1),
                exchange.ephemeral(path, name)));
        exchange.get(member.path()).filter(found -> !isOwn(found, exchange)).ifPresent(found -> {
            moves.add(Op.delete(member.path(), found.dataVersion()));
            moves.add(exchange.ephemeral(member.path(), member.lastContent().orElse(found.value())));
        });
        takeoverInDoubt = !connection.keepsAlive(old.owner());
        List<OpResult> results;
        try {
            results = exchange.multi(moves.toArray(Op[]::new));
        } catch (KeeperException answer) {
            takeoverInDoubt = takeoverInDoubt && Trouble.in(answer);
            throw answer;
        }
        long replaced = ((OpResult.SetDataResult) results.getFirst()).getStat().getEphemeralOwner();
        if (replaced != old.owner()) {
            exchange.delete(path, 0);
            takeoverInDoubt = false;
            return Answer.refused("session " + Node.sessionText(replaced) + " had just acquired the leader key");
        }
        return held(exchange, 0);
    }

    private Answer<Lease> undo(Exchange exchange, Node leader)
            throws KeeperException, Unanswered, InterruptedException {
        exchange.delete(path, leader.dataVersion());
        takeoverInDoubt = false;
        return Answer.unreachable("the reply to the takeover of the leader key was lost; the key has been released");
    }

    Answer<Void> release(Exchange exchange) throws KeeperException, Unanswered, InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            Optional<Node> leader = exchange.get(path);
            if (leader.isPresent()
                    && !isOwn(leader.get(), exchange)
                    && !connection.keepsAlive(leader.get().owner())) {
                return Answer.<Void>refused("the leader key is " + describe(leader.get()));
            }
            try {
                if (leader.isPresent()) {
                    exchange.delete(path, leader.get().dataVersion());
                }
                return Answer.done(null);
            } catch (KeeperException.NoNodeException | KeeperException.BadVersionException changedMeanwhile) {
                // Look again.
            }
        }
        throw keepsChanging();
    }

    /** By {@link LeaderHandOver}: a renewal does not take it back before it was acquired anew. */
    void mayBeGivenAway() {
        givenAway = true;
    }

    private Answer<Lease> held(Exchange exchange, int dataVersion) {
        Session session = exchange.session();
        holdingSession = OptionalLong.of(session.id());
        takeoverInDoubt = false;
        givenAway = false;
        Duration granted = session.granted().orElse(session.requested());
        return Answer.done(new Lease(granted, Node.portVersion(dataVersion), Node.sessionText(session.id())));
    }

    private Unanswered keepsChanging() {
        return new Unanswered(path + " changes faster than it can be written");
    }

    private static boolean isOwn(Node node, Exchange exchange) {
        return node.owner() == exchange.session().id();
    }

    private static Answer<Lease> heldBy(Node node) {
        return Answer.refused("the leader key is " + describe(node));
    }

    private static String describe(Node node) {
        return "held by " + node.value() + " in session " + Node.sessionText(node.owner());
    }
}
