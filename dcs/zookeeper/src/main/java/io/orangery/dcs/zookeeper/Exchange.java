package io.orangery.dcs.zookeeper;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;

/**
 * Requests over one session until one deadline. Methods named {@code ask} send and return at once, and answers come in the order of the
 * requests; the others wait, on a virtual thread. A missing node is an empty optional when reading and an exception when writing.
 */
final class Exchange {
    private final Session session;
    private final Deadline deadline;
    private final List<ACL> acl;

    Exchange(Session session, Deadline deadline, List<ACL> acl) {
        this.session = session;
        this.deadline = deadline;
        this.acl = acl;
    }

    Exchange over(Session other) {
        return new Exchange(other, deadline, acl);
    }

    Session session() {
        return session;
    }

    Deadline deadline() {
        return deadline;
    }

    CompletableFuture<Optional<Node>> askGet(String path, Optional<Watcher> watcher) {
        CompletableFuture<Optional<Node>> reply = new CompletableFuture<>();
        session.client()
                .getData(
                        path,
                        watcher.orElse(null),
                        (code, asked, context, data, stat) -> {
                            if (Code.get(code) == Code.NONODE) {
                                reply.complete(Optional.empty());
                            } else {
                                settle(reply, code, asked, () -> Optional.of(Node.of(data, stat)));
                            }
                        },
                        null);
        return reply;
    }

    CompletableFuture<List<String>> askChildren(String path, Optional<Watcher> watcher) {
        CompletableFuture<List<String>> reply = new CompletableFuture<>();
        session.client()
                .getChildren(
                        path,
                        watcher.orElse(null),
                        (int code, String asked, Object context, List<String> children) -> {
                            if (Code.get(code) == Code.NONODE) {
                                reply.complete(List.of());
                            } else {
                                settle(reply, code, asked, () -> children);
                            }
                        },
                        null);
        return reply;
    }

    /** All or nothing, decided by a quorum. */
    CompletableFuture<List<OpResult>> askMulti(Op... operations) {
        CompletableFuture<List<OpResult>> reply = new CompletableFuture<>();
        session.client()
                .multi(
                        List.of(operations),
                        (code, path, context, results) -> settle(reply, code, operations[0].getPath(), () -> results),
                        null);
        return reply;
    }

    Optional<Node> get(String path) throws KeeperException, Unanswered, InterruptedException {
        return await(askGet(path, Optional.empty()));
    }

    List<OpResult> multi(Op... operations) throws KeeperException, Unanswered, InterruptedException {
        return await(askMulti(operations));
    }

    Stat set(String path, String value, int version) throws KeeperException, Unanswered, InterruptedException {
        CompletableFuture<Stat> reply = new CompletableFuture<>();
        session.client()
                .setData(
                        path,
                        Node.bytes(value),
                        version,
                        (code, asked, context, stat) -> settle(reply, code, asked, () -> stat),
                        null);
        return await(reply);
    }

    void delete(String path, int version) throws KeeperException, Unanswered, InterruptedException {
        CompletableFuture<Void> reply = new CompletableFuture<>();
        session.client().delete(path, version, (code, asked, context) -> settle(reply, code, asked, () -> null), null);
        await(reply);
    }

    /** Creates a node, and its parents as permanent nodes when they are missing. */
    void create(String path, String value, CreateMode mode) throws KeeperException, Unanswered, InterruptedException {
        try {
            createOnce(path, value, mode);
        } catch (KeeperException.NoNodeException parentMissing) {
            createParents(path);
            createOnce(path, value, mode);
        }
    }

    private void createParents(String path) throws KeeperException, Unanswered, InterruptedException {
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            String parent = path.substring(0, slash);
            if (get(parent).isEmpty()) {
                try {
                    createOnce(parent, "", CreateMode.PERSISTENT);
                } catch (KeeperException.NodeExistsException anotherWasFaster) {
                    continue;
                }
            }
        }
    }

    private void createOnce(String path, String value, CreateMode mode)
            throws KeeperException, Unanswered, InterruptedException {
        CompletableFuture<Void> reply = new CompletableFuture<>();
        session.client()
                .create(
                        path,
                        Node.bytes(value),
                        acl,
                        mode,
                        (int code, String asked, Object context, String name) -> settle(reply, code, asked, () -> null),
                        null);
        await(reply);
    }

    Op ephemeral(String path, String value) {
        return Op.create(path, Node.bytes(value), acl, CreateMode.EPHEMERAL);
    }

    Op permanent(String path, String value) {
        return Op.create(path, Node.bytes(value), acl, CreateMode.PERSISTENT);
    }

    /**
     * Returns when the connected server knows everything that was committed before the call. A transaction that changes nothing: unlike
     * {@code sync}, which a leader that has just been cut off from its quorum still answers (ZOOKEEPER-1675), it is decided by a quorum.
     * Requests of this session that were lost with an earlier connection are settled afterwards, too.
     */
    void barrier() throws KeeperException, Unanswered, InterruptedException {
        try {
            multi(Op.check("/", -1));
        } catch (KeeperException refused) {
            if (Trouble.in(refused)) {
                throw refused;
            }
            // A refusal, for example by the access rules of the root, went through the quorum as well.
        }
    }

    <T> T await(CompletableFuture<T> reply) throws KeeperException, Unanswered, InterruptedException {
        try {
            return reply.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            throw new Unanswered("no answer in time");
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof KeeperException refusal) {
                throw refusal;
            }
            throw new IllegalStateException(failure.getCause());
        }
    }

    <T> List<T> awaitAll(List<CompletableFuture<T>> replies) throws KeeperException, Unanswered, InterruptedException {
        List<T> values = new ArrayList<>();
        for (CompletableFuture<T> reply : replies) {
            values.add(await(reply));
        }
        return values;
    }

    private static <T> void settle(
            CompletableFuture<T> reply, int code, String path, java.util.function.Supplier<T> value) {
        if (code == Code.OK.intValue()) {
            reply.complete(value.get());
        } else {
            Code known = Code.get(code);
            reply.completeExceptionally(KeeperException.create(known == null ? Code.SYSTEMERROR : known, path));
        }
    }
}
