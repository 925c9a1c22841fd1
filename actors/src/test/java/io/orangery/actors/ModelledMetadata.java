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
 * A {@code pg_dist_node} with its constraints and one connection, {@link #another} for one more. Answers at once, in the caller's thread, unless
 * the test holds the answer back or has whoever wants locks wait for them. One thread.
 */
final class ModelledMetadata implements CitusMetadata {
    /** What happens to a statement instead. */
    record Trouble(String statement, Cause cause) {}

    /** Rows of the table, in the notation {@code a:P#1}; a demoted one shows its name. */
    private final TreeMap<Integer, NodeRow> committed = new TreeMap<>();

    /** The connection that the table, and what tests set, belong to; itself, unless this is another one. */
    private final ModelledMetadata first;

    /** Before each statement of another connection. */
    private final String label;

    /** Not committed; empty: removed. */
    private final TreeMap<Integer, Optional<NodeRow>> changes = new TreeMap<>();

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

    /** Writers of a group that have not committed; they end only when they are terminated, or when the test removes them. */
    final Map<Integer, Blocker> writers = new TreeMap<>();

    /** Whoever wants locks waits until they are free, instead of finding at once that they were not granted in time. */
    boolean locksAreAwaited;

    /** Citus' own synchronisation of metadata holds the table until it is cancelled; as often as this. */
    int syncHoldsTable;

    /** Who was terminated for its locks, and must not have been. */
    final List<String> violations = new ArrayList<>();

    final Map<HostPort, Standing> standings = new HashMap<>();
    private final Map<Integer, ModelledMetadata> locks = new TreeMap<>();
    private final List<LockWaiter> lockWaiters = new ArrayList<>();
    private final List<ModelledMetadata> others = new ArrayList<>();
    private boolean closed;

    ModelledMetadata() {
        first = this;
        label = "";
    }

    private ModelledMetadata(ModelledMetadata first, String label) {
        this.first = first;
        this.label = label + ": ";
    }

    /** A second connection to the same server, with a transaction of its own. */
    ModelledMetadata another(String name) {
        var connection = new ModelledMetadata(first, name);
        first.others.add(connection);
        return connection;
    }

    /** Whether writes to the group are held by a transaction. */
    boolean holdsWrites(int group) {
        return first.locks.containsKey(group);
    }

    /** Connections of others than the topology that nobody has closed. */
    long connections() {
        return first.others.stream().filter(connection -> !connection.closed).count();
    }

    /** The writer has committed. */
    void writerEnds(int group) {
        first.writers.remove(group);
        retryLocks();
    }

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
        return open.isPresent() || others.stream().anyMatch(other -> other.open.isPresent());
    }

    Optional<HostPort> primary(int group) {
        return committed.values().stream()
                .filter(row -> row.group().number() == group && row.role() == NodeRow.Role.PRIMARY)
                .map(NodeRow::address)
                .findFirst();
    }

    /** As if the server had been restarted. */
    void loseConnection() {
        end();
        others.forEach(ModelledMetadata::end);
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
        return CompletableFuture.completedFuture(Result.done(first.capabilities));
    }

    @Override
    public CompletionStage<Result<List<GroupTopology>>> load() {
        return answer("load", () -> {
            requireNone();
            if (!first.readable) {
                throw new Failure(Cause.OTHER, "relation \"pg_dist_node\" does not exist");
            }
            Map<GroupId, List<NodeRow>> groups = new TreeMap<>();
            first.committed
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
        return answer("synced", () -> first.synced && !first.tellingWorkers);
    }

    @Override
    public CompletionStage<Result<Transaction>> begin(Duration locks, Duration untilDeadline) {
        return answer("begin", () -> {
            requireNone();
            first.serverDeadlines.add(untilDeadline);
            changes.clear();
            primaryMoved = false;
            open = Optional.of(new Transaction(4711, ++first.transactions));
            return open.get();
        });
    }

    @Override
    public CompletionStage<Result<OptionalInt>> execute(
            Transaction transaction, TopologyStep step, Optional<Duration> cooldown) {
        if (step instanceof TopologyStep.Pause pause && waits(transaction, pause, cooldown)) {
            first.statements.add(label + describe(step));
            var granted = new CompletableFuture<Result<OptionalInt>>();
            first.lockWaiters.add(new LockWaiter(this, transaction, pause, granted));
            return granted;
        }
        String force = step instanceof TopologyStep.Pause && cooldown.isPresent() ? " by force" : "";
        return answer(describe(step) + force, () -> {
            require(transaction);
            return switch (step) {
                case TopologyStep.Update update -> update(update, cooldown);
                case TopologyStep.Pause pause -> lock(group(pause.nodeid()), cooldown);
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

    private boolean waits(Transaction transaction, TopologyStep.Pause pause, Optional<Duration> cooldown) {
        int group = group(pause.nodeid());
        boolean taken = first.locks.getOrDefault(group, this) != this || first.writers.containsKey(group);
        return first.locksAreAwaited
                && cooldown.isEmpty()
                && open.filter(transaction::equals).isPresent()
                && taken;
    }

    private int group(int nodeid) {
        return visible().get(nodeid).group().number();
    }

    /** With a cooldown whoever holds them is terminated. */
    private OptionalInt lock(int group, Optional<Duration> cooldown) {
        ModelledMetadata holder = first.locks.getOrDefault(group, this);
        if (cooldown.isPresent()) {
            first.writers.remove(group);
            if (holder != this) {
                first.violations.add(holder.label + "was terminated for its locks of group " + group);
                holder.end();
            }
        } else if (holder != this || first.writers.containsKey(group)) {
            throw new Failure(Cause.LOCKS, "canceling statement due to lock timeout");
        }
        first.locks.put(group, this);
        return OptionalInt.empty();
    }

    /** A statement that waits for locks. */
    private record LockWaiter(
            ModelledMetadata connection,
            Transaction transaction,
            TopologyStep.Pause pause,
            CompletableFuture<Result<OptionalInt>> granted) {}

    private void retryLocks() {
        for (LockWaiter waiter : List.copyOf(first.lockWaiters)) {
            ModelledMetadata asking = waiter.connection();
            boolean gone = asking.open.filter(waiter.transaction()::equals).isEmpty();
            if (!gone && asking.waits(waiter.transaction(), waiter.pause(), Optional.empty())) {
                continue;
            }
            if (first.lockWaiters.remove(waiter)) {
                waiter.granted()
                        .complete(
                                gone ? Result.failed(Cause.CONNECTION, "the connection was closed") : granted(waiter));
            }
        }
    }

    private static Result<OptionalInt> granted(LockWaiter waiter) {
        ModelledMetadata asking = waiter.connection();
        return Result.done(asking.lock(asking.group(waiter.pause().nodeid()), Optional.empty()));
    }

    /** The transaction is over, and what it held is free. */
    private void end() {
        open = Optional.empty();
        changes.clear();
        first.locks.values().removeIf(holder -> holder == this);
        retryLocks();
    }

    private TreeMap<Integer, NodeRow> visible() {
        TreeMap<Integer, NodeRow> rows = new TreeMap<>(first.committed);
        changes.forEach(
                (nodeid, row) -> row.ifPresentOrElse(present -> rows.put(nodeid, present), () -> rows.remove(nodeid)));
        return rows;
    }

    private void change(int nodeid, Optional<NodeRow> row) {
        boolean taken = first.syncHoldsTable > 0
                || !first.changes.isEmpty() && first != this
                || first.others.stream().anyMatch(other -> other != this && !other.changes.isEmpty());
        if (taken) {
            throw new Failure(Cause.LOCKS, "canceling statement due to lock timeout: pg_dist_node");
        }
        changes.put(nodeid, row);
    }

    private OptionalInt update(TopologyStep.Update update, Optional<Duration> cooldown) {
        NodeRow row = visible().get(update.nodeid());
        if (row.role() == NodeRow.Role.PRIMARY) {
            lock(row.group().number(), cooldown);
        }
        return move(row, new HostPort(update.nodename(), update.address().port()));
    }

    private OptionalInt readdress(TopologyStep.Readdress readdress) {
        NodeRow row = visible().get(readdress.nodeid());
        if (row == null || row.role() != NodeRow.Role.PRIMARY) {
            throw new Failure(Cause.OTHER, "nodeid " + readdress.nodeid() + " is not a primary's");
        }
        return move(row, readdress.address());
    }

    private OptionalInt move(NodeRow row, HostPort address) {
        int nodeid = row.nodeid().getAsInt();
        requireFree(address, nodeid);
        change(nodeid, Optional.of(new NodeRow(row.nodeid(), row.group(), address, row.role())));
        primaryMoved |= row.role() == NodeRow.Role.PRIMARY;
        return OptionalInt.empty();
    }

    private OptionalInt add(TopologyStep.Add add) {
        requireSynced();
        requireFree(add.address(), -1);
        int nodeid = first.nextNodeid++;
        change(nodeid, Optional.of(new NodeRow(OptionalInt.of(nodeid), add.group(), add.address(), add.role())));
        return OptionalInt.of(nodeid);
    }

    private OptionalInt remove(TopologyStep.Remove remove) {
        requireSynced();
        NodeRow row = visible().values().stream()
                .filter(known -> known.address().equals(remove.address()))
                .findFirst()
                .orElseThrow(() -> new Failure(Cause.OTHER, "node at " + remove.address() + " does not exist"));
        change(row.nodeid().getAsInt(), Optional.empty());
        return OptionalInt.empty();
    }

    private void requireFree(HostPort address, int nodeid) {
        boolean taken = visible().values().stream()
                .anyMatch(row -> row.address().equals(address) && row.nodeid().getAsInt() != nodeid);
        if (taken) {
            throw new Failure(
                    Cause.OTHER, "there is already another node with the specified hostname and port: " + address);
        }
    }

    private void requireSynced() {
        if (!first.synced || first.tellingWorkers || primaryMoved) {
            throw new Failure(Cause.OTHER, "is a metadata node, but is out of sync");
        }
    }

    @Override
    public CompletionStage<Result<Void>> hold(Transaction transaction, Duration untilDeadline) {
        return answer("hold", () -> {
            require(transaction);
            first.serverDeadlines.add(untilDeadline);
            return null;
        });
    }

    @Override
    public CompletionStage<Result<Void>> commit(Transaction transaction, Duration limit) {
        return answer("commit", () -> {
            require(transaction);
            TreeMap<Integer, NodeRow> rows = visible();
            first.committed.clear();
            first.committed.putAll(rows);
            first.tellingWorkers |= primaryMoved;
            end();
            first.onCommit.run();
            return null;
        });
    }

    @Override
    public CompletionStage<Result<Void>> rollback(Transaction transaction) {
        return answer("rollback", () -> {
            if (open.filter(transaction::equals).isPresent()) {
                end();
            }
            return null;
        });
    }

    @Override
    public CompletionStage<Result<List<Blocker>>> blockers() {
        return CompletableFuture.completedFuture(Result.done(List.of()));
    }

    @Override
    public CompletionStage<Result<List<Blocker>>> writersOf(GroupId group) {
        List<Blocker> found = new ArrayList<>();
        Optional.ofNullable(first.writers.get(group.number())).ifPresent(found::add);
        if (first.locks.getOrDefault(group.number(), this) != this) {
            found.add(new Blocker(4712, "postgres", "Orangery pause", "idle in transaction", Duration.ofSeconds(1)));
        }
        return CompletableFuture.completedFuture(Result.done(found));
    }

    @Override
    public CompletionStage<Void> acquaint(Set<HostPort> servers) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Result<Lsn>> caughtUp(HostPort primary, HostPort standby, Duration limit) {
        return CompletableFuture.completedFuture(
                first.caughtUp.contains(standby)
                        ? Result.done(Lsn.ZERO)
                        : Result.failed(Cause.OTHER, standby + " does not stream"));
    }

    @Override
    public CompletionStage<Result<Integer>> cancelMetadataSync() {
        first.statements.add(label + "cancel metadata sync");
        int told = first.syncHoldsTable > 0 ? 1 : 0;
        first.syncHoldsTable = Math.max(0, first.syncHoldsTable - 1);
        return CompletableFuture.completedFuture(Result.done(told));
    }

    @Override
    public CompletionStage<Standing> standing(HostPort server, Duration limit) {
        return CompletableFuture.completedFuture(
                first.standings.getOrDefault(server, new Standing.Other("connection refused")));
    }

    @Override
    public CompletionStage<Writability> writable(HostPort server, Duration limit) {
        first.beforeCommit.run();
        return CompletableFuture.completedFuture(
                first.servers.getOrDefault(server, new Writability.Unknown("connection refused")));
    }

    @Override
    public void disconnect() {
        first.statements.add(label + "disconnect");
        end();
    }

    @Override
    public void close() {
        if (first == this) {
            throw new UnsupportedOperationException("the topology does not close what it was given");
        }
        closed = true;
        end();
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
        String labelled = label + statement;
        boolean quiet = first != this && (statement.equals("connect") || statement.equals("load"));
        if (!quiet) {
            first.statements.add(labelled);
        }
        Result<T> result = carryOut(labelled, work);
        var answer = new CompletableFuture<Result<T>>();
        if (first.heldBack.filter(labelled::startsWith).isPresent()) {
            first.withheld.add(() -> answer.complete(result));
        } else {
            answer.complete(result);
        }
        return answer;
    }

    private <T> Result<T> carryOut(String statement, Work<T> work) {
        try {
            if (closed) {
                throw new Failure(Cause.CONNECTION, "the connection was closed for good");
            }
            if (!first.troubles.isEmpty()
                    && statement.startsWith(first.troubles.peek().statement())) {
                throw new Failure(first.troubles.remove().cause(), "as the test wants it");
            }
            return Result.done(work.run());
        } catch (Failure failure) {
            end();
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
