package io.orangery.actors;

import io.orangery.core.citus.GroupTopology;
import io.orangery.core.citus.NodeRow;
import io.orangery.core.citus.TopologyStep;
import io.orangery.core.cluster.GroupId;
import io.orangery.core.cluster.HostPort;
import io.orangery.core.cluster.Lsn;
import io.orangery.postgres.citus.CitusMetadata;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A {@code pg_dist_node} with its constraints and one connection. Answers at once, in the caller's thread, unless the test holds the answer
 * back. One thread.
 */
final class ModelledMetadata implements CitusMetadata {
    /** What happens to a statement instead. */
    record Trouble(String statement, Cause cause) {}

    /** Rows of the table, in the notation {@code a:P#1}; a demoted one shows its name. */
    private TreeMap<Integer, NodeRow> committed = new TreeMap<>();

    private TreeMap<Integer, NodeRow> visible;
    private Optional<Transaction> open = Optional.empty();
    private long transactions;
    private int nextNodeid = 1;
    private boolean primaryMoved;

    /** Everything that was executed, in order. */
    final List<String> statements = new ArrayList<>();

    final List<Duration> serverDeadlines = new ArrayList<>();
    final Map<HostPort, Writability> servers = new HashMap<>();
    final Deque<Trouble> troubles = new ArrayDeque<>();
    Runnable beforeCommit = () -> {};
    Runnable onCommit = () -> {};
    Capabilities capabilities = new Capabilities(true, false);
    /** Standbys that have replayed everything. */
    final Set<HostPort> caughtUp = new HashSet<>();

    boolean synced = true;
    /** Addresses were changed and Citus has not told the workers yet. */
    boolean tellingWorkers;

    boolean readable = true;
    /** Answers of this statement are held back until {@link #release}. */
    Optional<String> heldBack = Optional.empty();

    private final Deque<Runnable> withheld = new ArrayDeque<>();

    void row(int group, String host, NodeRow.Role role) {
        int nodeid = nextNodeid++;
        committed.put(nodeid, new NodeRow(OptionalInt.of(nodeid), new GroupId(group), address(host), role));
    }

    static HostPort address(String host) {
        return new HostPort(host, 5432);
    }

    /** {@code a:P#1, b:S#2}: what everybody sees. */
    String table(int group) {
        return draw(committed, group);
    }

    private static String draw(Map<Integer, NodeRow> rows, int group) {
        return rows.values().stream()
                .filter(row -> row.group().number() == group)
                .map(row -> row.address().host() + ":" + row.role().name().charAt(0) + "#"
                        + row.nodeid().getAsInt())
                .reduce((one, other) -> one + ", " + other)
                .orElse("-");
    }

    boolean holdsTransaction() {
        return open.isPresent();
    }

    Optional<HostPort> primary(int group) {
        return committed.values().stream()
                .filter(row -> row.group().number() == group && row.role() == NodeRow.Role.PRIMARY)
                .map(NodeRow::address)
                .findFirst();
    }

    /** As if the server had been restarted. */
    void loseConnection() {
        open = Optional.empty();
    }

    void release() {
        heldBack = Optional.empty();
        while (!withheld.isEmpty()) {
            withheld.remove().run();
        }
    }

    @Override
    public CompletionStage<Result<Void>> connect() {
        return answer("connect", () -> null);
    }

    @Override
    public CompletionStage<Result<Capabilities>> capabilities() {
        return answer("capabilities", () -> {
            requireNone();
            return capabilities;
        });
    }

    @Override
    public CompletionStage<Result<List<GroupTopology>>> load() {
        return answer("load", () -> {
            requireNone();
            if (!readable) {
                throw new Failure(Cause.OTHER, "relation \"pg_dist_node\" does not exist");
            }
            Map<GroupId, List<NodeRow>> groups = new TreeMap<>();
            committed
                    .values()
                    .forEach(row -> groups.computeIfAbsent(row.group(), group -> new ArrayList<>())
                            .add(row));
            return groups.entrySet().stream()
                    .map(group -> GroupTopology.of(group.getKey(), group.getValue()))
                    .toList();
        });
    }

    @Override
    public CompletionStage<Result<Boolean>> synced() {
        return answer("synced", () -> synced && !tellingWorkers);
    }

    @Override
    public CompletionStage<Result<Transaction>> begin(Duration locks, Duration untilDeadline) {
        return answer("begin", () -> {
            requireNone();
            serverDeadlines.add(untilDeadline);
            visible = new TreeMap<>(committed);
            primaryMoved = false;
            open = Optional.of(new Transaction(4711, ++transactions));
            return open.get();
        });
    }

    @Override
    public CompletionStage<Result<OptionalInt>> execute(
            Transaction transaction, TopologyStep step, Optional<Duration> cooldown) {
        return answer(describe(step), () -> {
            require(transaction);
            return switch (step) {
                case TopologyStep.Update update -> update(update);
                case TopologyStep.Pause pause -> OptionalInt.empty();
                case TopologyStep.Readdress readdress -> readdress(readdress);
                case TopologyStep.Add add -> add(add);
                case TopologyStep.Remove remove -> remove(remove);
            };
        });
    }

    private static String describe(TopologyStep step) {
        return switch (step) {
            case TopologyStep.Update update -> "update " + update.nodeid() + " " + update.nodename();
            case TopologyStep.Pause pause -> "pause " + pause.nodeid();
            case TopologyStep.Readdress readdress ->
                "readdress " + readdress.nodeid() + " " + readdress.address().host();
            case TopologyStep.Add add -> "add " + add.address().host();
            case TopologyStep.Remove remove -> "remove " + remove.address().host();
        };
    }

    private OptionalInt update(TopologyStep.Update update) {
        return move(
                visible.get(update.nodeid()),
                new HostPort(update.nodename(), update.address().port()));
    }

    private OptionalInt readdress(TopologyStep.Readdress readdress) {
        NodeRow row = visible.get(readdress.nodeid());
        if (row == null || row.role() != NodeRow.Role.PRIMARY) {
            throw new Failure(Cause.OTHER, "nodeid " + readdress.nodeid() + " is not a primary's");
        }
        return move(row, readdress.address());
    }

    private OptionalInt move(NodeRow row, HostPort address) {
        int nodeid = row.nodeid().getAsInt();
        requireFree(address, nodeid);
        visible.put(nodeid, new NodeRow(row.nodeid(), row.group(), address, row.role()));
        primaryMoved |= row.role() == NodeRow.Role.PRIMARY;
        return OptionalInt.empty();
    }

    private OptionalInt add(TopologyStep.Add add) {
        requireSynced();
        requireFree(add.address(), -1);
        int nodeid = nextNodeid++;
        visible.put(nodeid, new NodeRow(OptionalInt.of(nodeid), add.group(), add.address(), add.role()));
        return OptionalInt.of(nodeid);
    }

    private OptionalInt remove(TopologyStep.Remove remove) {
        requireSynced();
        if (!visible.values().removeIf(row -> row.address().equals(remove.address()))) {
            throw new Failure(Cause.OTHER, "node at " + remove.address() + " does not exist");
        }
        return OptionalInt.empty();
    }

    private void requireFree(HostPort address, int nodeid) {
        boolean taken = visible.values().stream()
                .anyMatch(row -> row.address().equals(address) && row.nodeid().getAsInt() != nodeid);
        if (taken) {
            throw new Failure(
                    Cause.OTHER, "there is already another node with the specified hostname and port: " + address);
        }
    }

    private void requireSynced() {
        if (!synced || tellingWorkers || primaryMoved) {
            throw new Failure(Cause.OTHER, "is a metadata node, but is out of sync");
        }
    }

    @Override
    public CompletionStage<Result<Void>> hold(Transaction transaction, Duration untilDeadline) {
        return answer("hold", () -> {
            require(transaction);
            serverDeadlines.add(untilDeadline);
            return null;
        });
    }

    @Override
    public CompletionStage<Result<Void>> commit(Transaction transaction, Duration limit) {
        return answer("commit", () -> {
            require(transaction);
            committed = visible;
            tellingWorkers |= primaryMoved;
            open = Optional.empty();
            onCommit.run();
            return null;
        });
    }

    @Override
    public CompletionStage<Result<Void>> rollback(Transaction transaction) {
        return answer("rollback", () -> {
            open = open.filter(present -> !present.equals(transaction));
            return null;
        });
    }

    @Override
    public CompletionStage<Result<List<Blocker>>> blockers() {
        return CompletableFuture.completedFuture(Result.done(List.of()));
    }

    @Override
    public CompletionStage<Result<List<Blocker>>> writersOf(GroupId group) {
        return CompletableFuture.completedFuture(Result.done(List.of()));
    }

    @Override
    public CompletionStage<Void> acquaint(Set<HostPort> servers) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Result<Lsn>> caughtUp(HostPort primary, HostPort standby, Duration limit) {
        return CompletableFuture.completedFuture(
                caughtUp.contains(standby)
                        ? Result.done(Lsn.ZERO)
                        : Result.failed(Cause.OTHER, standby + " does not stream"));
    }

    @Override
    public CompletionStage<Result<Integer>> cancelMetadataSync() {
        statements.add("cancel metadata sync");
        return CompletableFuture.completedFuture(Result.done(0));
    }

    @Override
    public CompletionStage<Writability> writable(HostPort server, Duration limit) {
        beforeCommit.run();
        return CompletableFuture.completedFuture(
                servers.getOrDefault(server, new Writability.Unknown("connection refused")));
    }

    @Override
    public void disconnect() {
        statements.add("disconnect");
        open = Optional.empty();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("the topology does not close what it was given");
    }

    // --- one connection

    private static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Cause kind;

        Failure(Cause kind, String why) {
            super(why);
            this.kind = kind;
        }
    }

    private interface Work<T> {
        T run();
    }

    private <T> CompletionStage<Result<T>> answer(String statement, Work<T> work) {
        statements.add(statement);
        Result<T> result = carryOut(statement, work);
        var answer = new CompletableFuture<Result<T>>();
        if (heldBack.filter(statement::startsWith).isPresent()) {
            withheld.add(() -> answer.complete(result));
        } else {
            answer.complete(result);
        }
        return answer;
    }

    private <T> Result<T> carryOut(String statement, Work<T> work) {
        try {
            if (!troubles.isEmpty() && statement.startsWith(troubles.peek().statement())) {
                throw new Failure(troubles.remove().cause(), "as the test wants it");
            }
            return Result.done(work.run());
        } catch (Failure failure) {
            open = Optional.empty();
            return Result.failed(failure.kind, failure.getMessage());
        }
    }

    private void requireNone() {
        if (open.isPresent()) {
            throw new Failure(Cause.OTHER, "a transaction is open already");
        }
    }

    private void require(Transaction transaction) {
        if (open.filter(transaction::equals).isEmpty()) {
            throw new Failure(Cause.CONNECTION, "the transaction is gone");
        }
    }
}
