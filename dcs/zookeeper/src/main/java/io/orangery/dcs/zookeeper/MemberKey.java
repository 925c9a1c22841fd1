package io.orangery.dcs.zookeeper;

import io.orangery.dcs.Answer;
import java.util.Optional;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;

/** The own member key. Runs under the lock of {@link OwnKeys}. */
final class MemberKey {
    private final String path;
    private Optional<String> lastContent = Optional.empty();

    MemberKey(String path) {
        this.path = path;
    }

    String path() {
        return path;
    }

    Optional<String> lastContent() {
        return lastContent;
    }

    /** Leaves a key alone that has this content already and hangs on this session. */
    Answer<Void> touch(Exchange exchange, String json) throws KeeperException, Unanswered, InterruptedException {
        lastContent = Optional.of(json);
        try {
            put(exchange, json);
            return Answer.done(null);
        } catch (KeeperException.NodeExistsException
                | KeeperException.NoNodeException
                | KeeperException.BadVersionException changedMeanwhile) {
            throw new Unanswered("the own member key changes under our hands: " + changedMeanwhile.getMessage());
        }
    }

    private void put(Exchange exchange, String json) throws KeeperException, Unanswered, InterruptedException {
        Optional<Node> found = exchange.get(path);
        if (found.isEmpty()) {
            exchange.create(path, json, CreateMode.EPHEMERAL);
        } else if (found.get().owner() != exchange.session().id()) {
            exchange.multi(Op.delete(path, found.get().dataVersion()), exchange.ephemeral(path, json));
        } else if (!found.get().value().equals(json)) {
            exchange.set(path, json, found.get().dataVersion());
        }
    }
}
