package io.orangery.formation.bench;

import io.orangery.formation.Await;
import io.orangery.formation.SteadyWriter.Connector;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Applications at work through the coordinator, the same whatever is being measured: on each of the two worker groups two writers and a
 * reader, and on the group that is disturbed a client with transactions and one with {@code SELECT ... FOR UPDATE}.
 * Thread-safe.
 */
final class Load implements AutoCloseable {

    /** The worker group that is switched over and restarted. */
    static final int DISTURBED = 1;

    /** The one that should not notice. */
    static final int OTHER = 2;

    static final int WRITERS_PER_GROUP = 2;

    /** Of all but the writers: they are to see what happens, not to use up the machine. */
    static final Duration THINK_TIME = Duration.ofMillis(5);

    private static final String INSERT = "INSERT INTO entry (tenant, id) VALUES (?, ?)";
    private static final String READ = "SELECT balance FROM account WHERE tenant = ? AND id = ?";
    private static final String UPDATE = "UPDATE account SET balance = balance + 1 WHERE tenant = ? AND id = ?";

    private final Connector connector;
    private final Tables tables;
    private final Duration writersRest;
    private final List<Client> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger nextEntry = new AtomicInteger();
    private final AtomicLong nextOther = new AtomicLong(1);
    private final BitSet acknowledged = new BitSet();
    private volatile long opened = Await.now();

    private Load(Connector connector, Tables tables, Duration writersRest) {
        this.connector = connector;
        this.tables = tables;
        this.writersRest = writersRest;
    }

    /**
     * Starts all clients; they work until {@link #close}.
     *
     * @param writersRest between a row and the next; zero for writers that never rest
     */
    static Load start(Connector connector, Tables tables, Duration writersRest) {
        Load load = new Load(connector, tables, writersRest);
        for (int group : List.of(DISTURBED, OTHER)) {
            for (int i = 0; i < WRITERS_PER_GROUP; i++) {
                load.add(Kind.WRITE, group);
            }
            load.add(Kind.READ, group);
        }
        load.add(Kind.TRANSACTION, DISTURBED);
        load.add(Kind.LOCKING_READ, DISTURBED);
        load.threads.forEach(Thread::start);
        return load;
    }

    private void add(Kind kind, int group) {
        Client client = new Client(connector, work(kind, group), new Recorder(kind, group));
        clients.add(client);
        threads.add(Thread.ofPlatform()
                .daemon()
                .name(kind + "-" + group + "-" + clients.size())
                .unstarted(client));
    }

    private Client.Work work(Kind kind, int group) {
        List<Integer> tenants = tables.tenants(group);
        return switch (kind) {
            case WRITE ->
                new Client.Work(
                        connection -> inserting(connection, tenants),
                        nextEntry::getAndIncrement,
                        this::acknowledge,
                        writersRest);
            case READ -> other(connection -> reading(connection, tenants, READ));
            case TRANSACTION -> other(connection -> changing(connection, tenants));
            case LOCKING_READ -> other(connection -> reading(connection, tenants, READ + " FOR UPDATE"));
        };
    }

    private Client.Work other(Client.Preparation preparation) {
        return new Client.Work(preparation, nextOther::getAndIncrement, id -> {}, THINK_TIME);
    }

    private static Client.Statements inserting(Connection connection, List<Integer> tenants) throws SQLException {
        PreparedStatement insert = connection.prepareStatement(INSERT);
        return id -> {
            insert.setInt(1, tenant(tenants, id));
            insert.setLong(2, id);
            insert.executeUpdate();
        };
    }

    private static Client.Statements reading(Connection connection, List<Integer> tenants, String query)
            throws SQLException {
        PreparedStatement read = connection.prepareStatement(query);
        return id -> readRow(read, tenants, id);
    }

    private Client.Statements changing(Connection connection, List<Integer> tenants) throws SQLException {
        connection.setAutoCommit(false);
        PreparedStatement read = connection.prepareStatement(READ);
        // The stand-in knows no UPDATE; below zero no entry is counted.
        PreparedStatement change = connection.prepareStatement(tables.isStandIn() ? INSERT : UPDATE);
        return id -> {
            readRow(read, tenants, id);
            change.setInt(1, tenant(tenants, id));
            change.setLong(2, tables.isStandIn() ? -id : account(id));
            change.executeUpdate();
            connection.commit();
        };
    }

    private static void readRow(PreparedStatement read, List<Integer> tenants, long id) throws SQLException {
        read.setInt(1, tenant(tenants, id));
        read.setInt(2, account(id));
        try (ResultSet row = read.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("the row is missing");
            }
        }
    }

    private static int tenant(List<Integer> tenants, long id) {
        return tenants.get((int) (id % tenants.size()));
    }

    private static int account(long id) {
        return 1 + (int) (id % Tables.ACCOUNTS);
    }

    private synchronized void acknowledge(long id) {
        acknowledged.set((int) id);
    }

    /** Forgets waits and failures so far, but no acknowledged row. */
    void openWindow() {
        clients.forEach(client -> client.recorder().open());
        opened = Await.now();
    }

    /** What happened since the window was opened. */
    Window window() {
        long now = Await.now();
        return new Window(
                Duration.ofNanos(now - opened),
                clients.stream()
                        .map(client -> client.recorder().waits(opened, now))
                        .toList());
    }

    /** How many rows were ever acknowledged. */
    synchronized int acknowledgedRows() {
        return acknowledged.cardinality();
    }

    /** How many acknowledged rows are not there: must be none. The load has been stopped. */
    int lostRows() throws SQLException {
        BitSet missing = acknowledgedIds();
        try (Connection connection = connector.connect()) {
            missing.andNot(Tables.entries(connection));
        }
        return missing.cardinality();
    }

    private synchronized BitSet acknowledgedIds() {
        return (BitSet) acknowledged.clone();
    }

    /** Stops all clients; returns when the last attempt has ended. */
    @Override
    public void close() {
        clients.forEach(Client::stop);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
