package io.orangery.dcs.zookeeper;

import io.orangery.dcs.Answer;
import io.orangery.dcs.Condition;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;

/**
 * Writes and deletes keys that hang on no session.
 *
 * <p>{@code sync} is never really deleted: its data version must not start anew, or a stale compare-and-set could succeed. The value
 * {@code {}} stands for its absence (dcs-layout 12.3), also when another tool wrote it: reads leave such a key out, and
 * {@link Condition.Absent} holds for it.
 */
final class PermanentKeys {
    static final String NOTHING = "{}";
    private static final int ANY = -1;
    private static final int ROUNDS = 5;

    private PermanentKeys() {}

    static boolean meansAbsent(String relative, Node node) {
        return Paths.isSync(relative) && node.value().equals(NOTHING);
    }

    /** A node's data version for the version of the port; empty when no node can have it. */
    private static Optional<Integer> dataVersion(long portVersion) {
        return portVersion > 0 && portVersion <= Integer.MAX_VALUE
                ? Optional.of((int) (portVersion - 1))
                : Optional.empty();
    }

    /** One write, with its memory of a try whose reply was lost. */
    static final class Write implements Requests.Attempt<Long> {
        private final String relative;
        private final String path;
        private final String value;
        private final Condition condition;
        private boolean inDoubt;

        Write(String relative, String path, String value, Condition condition) {
            this.relative = relative;
            this.path = path;
            this.value = value;
            this.condition = condition instanceof Condition.Version(long version) && version == 0
                    ? Condition.absent()
                    : condition;
        }

        @Override
        public Answer<Long> run(Exchange exchange) throws KeeperException, Unanswered, InterruptedException {
            if (inDoubt && !(condition instanceof Condition.Always)) {
                Optional<Answer<Long>> found = readBack(exchange);
                if (found.isPresent()) {
                    return found.get();
                }
            }
            inDoubt = true;
            try {
                return send(exchange);
            } catch (KeeperException answer) {
                inDoubt = Trouble.in(answer);
                throw answer;
            }
        }

        private Answer<Long> send(Exchange exchange) throws KeeperException, Unanswered, InterruptedException {
            return switch (condition) {
                case Condition.Always() -> put(exchange);
                case Condition.Absent() -> create(exchange);
                case Condition.Version(long version) -> {
                    Optional<Integer> expected = dataVersion(version);
                    yield expected.isPresent()
                            ? written(exchange.set(path, value, expected.get()))
                            : Answer.refused(relative + " cannot have version " + version);
                }
            };
        }

        private Answer<Long> put(Exchange exchange) throws KeeperException, Unanswered, InterruptedException {
            for (int round = 0; round < ROUNDS; round++) {
                try {
                    return written(exchange.set(path, value, ANY));
                } catch (KeeperException.NoNodeException missing) {
                    try {
                        exchange.create(path, value, CreateMode.PERSISTENT);
                        return Answer.done(Node.portVersion(0));
                    } catch (KeeperException.NodeExistsException anotherWasFaster) {
                        // Then it can be replaced.
                    }
                }
            }
            throw new Unanswered(path + " changes faster than it can be written");
        }

        private Answer<Long> create(Exchange exchange) throws KeeperException, Unanswered, InterruptedException {
            try {
                exchange.create(path, value, CreateMode.PERSISTENT);
                return Answer.done(Node.portVersion(0));
            } catch (KeeperException.NodeExistsException exists) {
                Optional<Node> found = exchange.get(path);
                if (found.isPresent() && meansAbsent(relative, found.get())) {
                    return written(exchange.set(path, value, found.get().dataVersion()));
                }
                throw exists;
            }
        }

        private static Answer<Long> written(Stat stat) {
            return Answer.done(Node.portVersion(stat.getVersion()));
        }

        /** Empty: the lost try did not take effect and never will. */
        private Optional<Answer<Long>> readBack(Exchange exchange)
                throws KeeperException, Unanswered, InterruptedException {
            exchange.barrier();
            Optional<Node> found = exchange.get(path);
            return switch (condition) {
                case Condition.Version(long version) -> afterCompareAndSet(found, version);
                default -> afterCreate(found);
            };
        }

        private Optional<Answer<Long>> afterCompareAndSet(Optional<Node> found, long before) {
            long now = found.map(node -> node.entry().version()).orElse(0L);
            if (now == before) {
                return Optional.empty();
            }
            if (now != before + 1) {
                return Optional.of(unknown());
            }
            return Optional.of(
                    found.get().value().equals(value)
                            ? Answer.done(now)
                            : Answer.refused(relative + " was changed by another"));
        }

        /** An equal value proves nothing: two nodes that race to bootstrap both write an empty {@code initialize}. */
        private Optional<Answer<Long>> afterCreate(Optional<Node> found) {
            if (found.isEmpty() || meansAbsent(relative, found.get())) {
                return Optional.empty();
            }
            boolean another =
                    found.get().dataVersion() == 0 && !found.get().value().equals(value);
            return Optional.of(another ? Answer.refused(relative + " was created by another") : unknown());
        }

        private Answer<Long> unknown() {
            return Answer.unreachable(
                    "the reply was lost, and " + relative + " has changed since: the write may have taken effect");
        }
    }

    /** One delete, with its memory of a try whose reply was lost. */
    static final class Delete implements Requests.Attempt<Void> {
        private final String relative;
        private final String path;
        private final Condition condition;
        private boolean inDoubt;

        Delete(String relative, String path, Condition condition) {
            this.relative = relative;
            this.path = path;
            this.condition = condition instanceof Condition.Version(long version) && version == 0
                    ? Condition.absent()
                    : condition;
        }

        @Override
        public Answer<Void> run(Exchange exchange) throws KeeperException, Unanswered, InterruptedException {
            boolean replyWasLost = inDoubt;
            if (replyWasLost) {
                exchange.barrier();
            }
            Optional<Node> found = exchange.get(path);
            boolean absent = found.isEmpty() || meansAbsent(relative, found.get());
            return switch (condition) {
                case Condition.Always() -> absent ? Answer.done(null) : remove(exchange, ANY);
                case Condition.Absent() -> absent ? Answer.done(null) : Answer.refused(relative + " exists");
                case Condition.Version(long version) -> {
                    Optional<Integer> expected = dataVersion(version);
                    boolean matches =
                            !absent && expected.equals(Optional.of(found.get().dataVersion()));
                    if (replyWasLost && !matches) {
                        yield Answer.unreachable(
                                "the reply was lost, and " + relative + " is gone or has changed since");
                    }
                    yield matches
                            ? remove(exchange, expected.get())
                            : Answer.refused(relative + " does not have version " + version);
                }
            };
        }

        private Answer<Void> remove(Exchange exchange, int version)
                throws KeeperException, Unanswered, InterruptedException {
            inDoubt = true;
            try {
                if (Paths.isSync(relative)) {
                    exchange.set(path, NOTHING, version);
                } else {
                    exchange.delete(path, version);
                }
            } catch (KeeperException.NoNodeException gone) {
                return version == ANY ? Answer.done(null) : Answer.refused(relative + " does not exist");
            } catch (KeeperException answer) {
                inDoubt = Trouble.in(answer);
                throw answer;
            }
            return Answer.done(null);
        }
    }

    /** Deletes a node and everything below it, deepest first, until nothing is left. */
    static Answer<Void> deleteTree(Exchange exchange, String root)
            throws KeeperException, Unanswered, InterruptedException {
        List<String> children = exchange.await(exchange.askChildren(root, Optional.empty()));
        for (String child : children) {
            deleteTree(exchange, root + "/" + child);
        }
        try {
            exchange.delete(root, ANY);
        } catch (KeeperException.NoNodeException gone) {
            return Answer.done(null);
        } catch (KeeperException.NotEmptyException createdMeanwhile) {
            throw new Unanswered("keys are created below " + root + " while they are deleted");
        }
        return Answer.done(null);
    }
}
