package io.orangery.dcs.zookeeper;

import io.orangery.dcs.Answer;
import io.orangery.dcs.HandOver;
import io.orangery.dcs.HandedOver;
import io.orangery.dcs.Lease;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.zookeeper.KeeperException;

/** Leader and member key of one member: one operation at a time, each on the session that the present {@code ttl} asks for. */
final class OwnKeys {
    private final Paths paths;
    private final Connection connection;
    private final MemberKey member;
    private final LeaderKey leader;
    private final ReentrantLock oneAtATime = new ReentrantLock(true);

    private OwnKeys(Paths paths, String name, Connection connection) {
        this.paths = paths;
        this.connection = connection;
        this.member = new MemberKey(paths.memberKey());
        this.leader = new LeaderKey(paths.leader(), name, member, connection);
    }

    /** Empty for the command line. */
    static Optional<OwnKeys> of(Paths paths, Connection connection) {
        return paths.member().map(name -> new OwnKeys(paths, name, connection));
    }

    Answer<Lease> acquire(Exchange exchange) throws KeeperException, Unanswered, InterruptedException {
        return alone(exchange, leader::acquire);
    }

    Answer<Lease> renew(Exchange exchange) throws KeeperException, Unanswered, InterruptedException {
        return alone(exchange, current -> leader.renew(onSessionFor(current), false));
    }

    /** ZooKeeper creates and never overwrites here (dcs-layout 12.3), except a key with the own name. */
    Answer<Lease> take(Exchange exchange) throws KeeperException, Unanswered, InterruptedException {
        return alone(exchange, current -> leader.renew(current, true));
    }

    Answer<Void> release(Exchange exchange) throws KeeperException, Unanswered, InterruptedException {
        return alone(exchange, leader::release);
    }

    /** One hand-over; keep it for further tries of the same. */
    Requests.Attempt<HandedOver> handingOver(HandOver handOver) {
        LeaderHandOver attempt = new LeaderHandOver(handOver, paths, connection, leader);
        return exchange -> alone(exchange, attempt);
    }

    Answer<Void> touch(Exchange exchange, String json) throws KeeperException, Unanswered, InterruptedException {
        return alone(exchange, current -> member.touch(onSessionFor(current), json));
    }

    private Exchange onSessionFor(Exchange exchange) throws InterruptedException {
        return exchange.over(connection.followTtl(exchange.session(), exchange.deadline()));
    }

    private <T> Answer<T> alone(Exchange exchange, Requests.Attempt<T> operation)
            throws KeeperException, Unanswered, InterruptedException {
        if (!oneAtATime.tryLock(exchange.deadline().left().toNanos(), TimeUnit.NANOSECONDS)) {
            throw new Unanswered("another request for the own keys is still under way");
        }
        try {
            return operation.run(exchange);
        } finally {
            oneAtATime.unlock();
        }
    }
}
