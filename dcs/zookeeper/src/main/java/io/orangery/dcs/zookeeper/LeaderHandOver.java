package io.orangery.dcs.zookeeper;

import io.orangery.dcs.Answer;
import io.orangery.dcs.HandOver;
import io.orangery.dcs.HandedOver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;

/**
 * One hand-over of the leader key, with its memory of a try whose reply was lost. Runs under the lock of {@link OwnKeys}.
 *
 * <p>An ephemeral node cannot be given to another session, so the node is deleted, and {@code failover}, written in the same transaction,
 * says who is to create it (deviations 1).
 */
final class LeaderHandOver implements Requests.Attempt<HandedOver> {
    private static final int ANY = -1;
    private static final int ROUNDS = 5;

    /** What the transaction depends on, read after a barrier. */
    private record Keys(Optional<Node> leader, Optional<Node> failover, Optional<Node> member, Optional<Node> status) {}

    private final HandOver handOver;
    private final Paths paths;
    private final Connection connection;
    private final LeaderKey own;
    /** What was there before the latest try, unless that was refused. */
    private Optional<Keys> inDoubt = Optional.empty();

    LeaderHandOver(HandOver handOver, Paths paths, Connection connection, LeaderKey own) {
        this.handOver = handOver;
        this.paths = paths;
        this.connection = connection;
        this.own = own;
    }

    @Override
    public Answer<HandedOver> run(Exchange exchange) throws KeeperException, Unanswered, InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            Keys keys = read(exchange);
            Optional<Answer<HandedOver>> settled = inDoubt.flatMap(before -> afterLostReply(before, keys));
            if (settled.isPresent()) {
                return settled.get();
            }
            inDoubt = Optional.empty();
            Optional<String> obstacle = obstacle(exchange, keys);
            if (obstacle.isPresent()) {
                return Answer.refused(obstacle.get());
            }
            try {
                return send(exchange, keys);
            } catch (KeeperException.NodeExistsException
                    | KeeperException.NoNodeException
                    | KeeperException.BadVersionException changedMeanwhile) {
                // Look again: the keys say which of them it was.
            }
        }
        return Answer.refused("the keys change faster than the leader key can be handed over");
    }

    /** The barrier also settles the fate of a request of this session that was lost with an earlier connection. */
    private Keys read(Exchange exchange) throws KeeperException, Unanswered, InterruptedException {
        exchange.barrier();
        List<Optional<Node>> found = exchange.awaitAll(List.of(
                exchange.askGet(paths.leader(), Optional.empty()),
                exchange.askGet(failover(), Optional.empty()),
                exchange.askGet(successor(), Optional.empty()),
                exchange.askGet(status(), Optional.empty())));
        return new Keys(found.get(0), found.get(1), found.get(2), found.get(3));
    }

    /** Why the leader key cannot go to the successor; empty: it can. */
    private Optional<String> obstacle(Exchange exchange, Keys keys) {
        if (successor().equals(paths.memberKey())) {
            return Optional.of(handOver.successor() + " cannot succeed itself");
        }
        if (keys.leader().filter(leader -> isOwn(leader, exchange)).isEmpty()) {
            return Optional.of("the own session does not hold the leader key: " + holder(keys));
        }
        long failover = version(keys.failover());
        if (failover == 0 || failover != handOver.failoverVersion()) {
            return Optional.of("failover has version " + failover + ", not " + handOver.failoverVersion());
        }
        return keys.member().filter(member -> member.owner() != 0).isPresent()
                ? Optional.empty()
                : Optional.of("there is no member key of " + handOver.successor() + " that hangs on a session");
    }

    private boolean isOwn(Node leader, Exchange exchange) {
        return leader.owner() == exchange.session().id() || connection.keepsAlive(leader.owner());
    }

    private Answer<HandedOver> send(Exchange exchange, Keys keys)
            throws KeeperException, Unanswered, InterruptedException {
        inDoubt = Optional.of(keys);
        List<OpResult> results;
        try {
            results = exchange.multi(operations(exchange, keys).toArray(Op[]::new));
        } catch (KeeperException answer) {
            inDoubt = Trouble.in(answer) ? inDoubt : Optional.empty();
            throw answer;
        } finally {
            if (inDoubt.isPresent()) {
                own.mayBeGivenAway();
            }
        }
        long replaced = ((OpResult.SetDataResult) results.getFirst()).getStat().getEphemeralOwner();
        return replaced == keys.leader().orElseThrow().owner()
                ? Answer.done(HandedOver.RELEASED)
                : Answer.unreachable("session " + Node.sessionText(replaced)
                        + " had just acquired the leader key, which was deleted with failover written");
    }

    /**
     * A key deleted and created anew starts at the same version, so the first operation, whose value nobody ever sees, tells whose node it
     * was. That the successor is there is checked without a version: it may write its key at any time.
     */
    private List<Op> operations(Exchange exchange, Keys keys) {
        Node leader = keys.leader().orElseThrow();
        List<Op> operations = new ArrayList<>(List.of(
                Op.setData(paths.leader(), Node.bytes(leader.value()), leader.dataVersion()),
                Op.check(successor(), ANY),
                Op.setData(
                        failover(),
                        Node.bytes(handOver.failover()),
                        keys.failover().orElseThrow().dataVersion())));
        handOver.status()
                .ifPresent(status -> operations.add(
                        keys.status().isPresent()
                                ? Op.setData(status(), Node.bytes(status), ANY)
                                : exchange.permanent(status(), status)));
        operations.add(Op.delete(paths.leader(), leader.dataVersion() + 1));
        return operations;
    }

    /** Empty: the lost try did not take effect and never will. */
    private Optional<Answer<HandedOver>> afterLostReply(Keys before, Keys now) {
        if (isSameNode(before.leader(), now.leader())) {
            return Optional.empty();
        }
        long failover = version(now.failover());
        boolean sameFailover = isSameNode(before.failover(), now.failover());
        if (sameFailover && failover == handOver.failoverVersion()) {
            return Optional.of(
                    Answer.refused("the leader key was lost before it could be handed over: " + holder(now)));
        }
        boolean written = sameFailover
                && failover == handOver.failoverVersion() + 1
                && now.failover().orElseThrow().value().equals(handOver.failover());
        return Optional.of(
                written
                        ? Answer.done(HandedOver.RELEASED)
                        : Answer.unreachable("the reply was lost, and failover has changed since: "
                                + "the leader key may have been handed over in between"));
    }

    private static boolean isSameNode(Optional<Node> before, Optional<Node> now) {
        return now.isPresent()
                && before.orElseThrow().stat().getCzxid() == now.get().stat().getCzxid();
    }

    private String failover() {
        return paths.own("failover");
    }

    private String status() {
        return paths.own("status");
    }

    private String successor() {
        return paths.own("members/" + handOver.successor());
    }

    private static long version(Optional<Node> node) {
        return node.map(found -> found.entry().version()).orElse(0L);
    }

    private static String holder(Keys keys) {
        return keys.leader().map(leader -> "it is held by " + leader.value()).orElse("there is none");
    }
}
