package io.orangery.e2e;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Reads a table through the coordinator all the time, each statement in autocommit, and remembers what failed. */
final class SteadyReader implements AutoCloseable {
    /** Opens a connection to whoever is the coordinator's primary. */
    interface Connector {
        Connection connect() throws SQLException;
    }

    private final Connector connector;
    private final String query;
    private final List<String> failures = new ArrayList<>();
    private final Thread thread;
    private int reads;
    private volatile boolean stopping;

    private SteadyReader(Connector connector, String query) {
        this.connector = connector;
        this.query = query;
        this.thread = Thread.ofPlatform().daemon().name("reader").start(this::read);
    }

    static SteadyReader start(Connector connector, String query) {
        return new SteadyReader(connector, query);
    }

    private void read() {
        while (!stopping) {
            try (Connection connection = connector.connect();
                    Statement statement = connection.createStatement()) {
                while (!stopping) {
                    readOnce(statement);
                }
            } catch (SQLException failure) {
                failed(failure);
            }
        }
    }

    private void readOnce(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            succeeded();
        }
    }

    private synchronized void succeeded() {
        reads++;
    }

    private synchronized void failed(SQLException failure) {
        failures.add(failure.getMessage());
    }

    synchronized int reads() {
        return reads;
    }

    synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
