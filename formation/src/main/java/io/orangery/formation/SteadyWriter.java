package io.orangery.formation;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes all the time, as an application would: several connections insert one row after the other, each in autocommit, through the
 * coordinator. A row that fails is tried again until it is acknowledged, so that the time a row took, from its first attempt on, is
 * the time an application would have waited. Remembers every acknowledged id; {@link #missing} says which of them a later primary
 * does not have. Thread-safe.
 */
public final class SteadyWriter implements AutoCloseable {

    private static final Duration BETWEEN_ROWS = Duration.ofMillis(10);
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(50);
    private static final String DUPLICATE_KEY = "23505";

    /** Opens a connection to whoever is the coordinator's primary. */
    public interface Connector {
        Connection connect() throws SQLException;
    }

    private final Connector connector;
    private final String insert;
    private final String select;
    private final List<Thread> threads = new ArrayList<>();
    private final BitSet acknowledged = new BitSet();
    private final long[] waitingSince;
    private Window window = new Window();
    private int nextId;
    private volatile boolean stopping;

    /** What happened since a moment. Guarded by the writer's lock. */
    private static final class Window {
        private final long start = Await.now();
        private int rows;
        private long longestNanos;
        private final Map<String, Integer> failures = new TreeMap<>();
    }

    /**
     * What happened since the last {@link #startWindow}.
     *
     * @param rows acknowledged rows
     * @param longestWait of one row, from its first attempt to its acknowledgement, or until now if it still waits
     * @param failures how many attempts failed, by the error's text
     * @param length of the window
     */
    public record Report(int rows, Duration longestWait, Map<String, Integer> failures, Duration length) {

        public int failed() {
            return failures.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    private SteadyWriter(Connector connector, String table, int connections) {
        this.connector = connector;
        this.insert = "INSERT INTO " + table + " (id) VALUES (?)";
        this.select = "SELECT id FROM " + table;
        this.waitingSince = new long[connections];
    }

    /**
     * Starts writing.
     *
     * @param table has a column {@code id bigint primary key}, and needs no other
     * @param connections how many write at the same time
     */
    public static SteadyWriter start(Connector connector, String table, int connections) {
        SteadyWriter writer = new SteadyWriter(connector, table, connections);
        for (int i = 0; i < connections; i++) {
            int index = i;
            writer.threads.add(Thread.ofPlatform().daemon().name("writer-" + i).start(() -> writer.write(index)));
        }
        return writer;
    }

    /** Forgets rows, waits and failures so far, but no acknowledged id. */
    public synchronized void startWindow() {
        window = new Window();
    }

    public synchronized Report report() {
        long longest = window.longestNanos;
        for (long since : waitingSince) {
            if (since != 0) {
                longest = Math.max(longest, Await.now() - since);
            }
        }
        return new Report(
                window.rows, Duration.ofNanos(longest), Map.copyOf(window.failures), Await.since(window.start));
    }

    /** How many rows were ever acknowledged. */
    public synchronized int acknowledgedRows() {
        return acknowledged.cardinality();
    }

    /** Stops writing; rows under way are acknowledged or given up. Returns when no thread writes any more. */
    public void stop() {
        stopping = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public void close() {
        stop();
    }

    /** The acknowledged ids that the table does not have: must be empty. */
    public List<Integer> missing() throws SQLException {
        BitSet expected = acknowledgedIds();
        try (Connection connection = connector.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(select)) {
            while (rows.next()) {
                expected.clear(rows.getInt(1));
            }
        }
        return expected.stream().boxed().toList();
    }

    private synchronized BitSet acknowledgedIds() {
        return (BitSet) acknowledged.clone();
    }

    private void write(int index) {
        Session session = new Session();
        while (!stopping) {
            int id = begin(index);
            boolean unclear = false; // an attempt was lost on the way: the row may be there
            while (!stopping && !attempt(session, index, id, unclear)) {
                unclear = true;
                Await.pause(BETWEEN_ATTEMPTS);
            }
            Await.pause(BETWEEN_ROWS);
        }
        session.discard();
    }

    private synchronized int begin(int index) {
        waitingSince[index] = Await.now();
        return nextId++;
    }

    private boolean attempt(Session session, int index, int id, boolean unclear) {
        try {
            session.insert(id);
        } catch (SQLException failure) {
            if (!unclear || !DUPLICATE_KEY.equals(failure.getSQLState())) {
                failed(failure);
                session.discardIfBroken();
                return false;
            }
        }
        succeeded(index, id);
        return true;
    }

    private synchronized void succeeded(int index, int id) {
        acknowledged.set(id);
        window.rows++;
        window.longestNanos = Math.max(window.longestNanos, Await.now() - waitingSince[index]);
        waitingSince[index] = 0;
    }

    private synchronized void failed(SQLException failure) {
        String text = failure.getMessage().lines().findFirst().orElse("no message");
        window.failures.merge(text, 1, Integer::sum);
    }

    /** One connection, opened when needed, used by one thread. */
    private final class Session {
        private Connection connection;
        private PreparedStatement statement;

        void insert(int id) throws SQLException {
            if (connection == null) {
                connection = connector.connect();
                statement = connection.prepareStatement(insert);
            }
            statement.setLong(1, id);
            statement.executeUpdate();
        }

        /** An error of the server leaves the connection as good as it was; anything else means a new one. */
        void discardIfBroken() {
            if (connection != null && !isUsable()) {
                discard();
            }
        }

        private boolean isUsable() {
            try {
                return connection.isValid(1) && !isReadOnly();
            } catch (SQLException broken) {
                return false;
            }
        }

        /** A former primary that came back as a standby accepts connections and refuses every row. */
        private boolean isReadOnly() throws SQLException {
            try (Statement ask = connection.createStatement();
                    ResultSet answer = ask.executeQuery("SELECT pg_is_in_recovery()")) {
                return answer.next() && answer.getBoolean(1);
            }
        }

        void discard() {
            try {
                if (connection != null) {
                    connection.close();
                }
            } catch (SQLException alreadyBroken) {
                // A connection that cannot be closed is as gone as one that can.
            }
            connection = null;
        }
    }
}
