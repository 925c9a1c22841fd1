package io.orangery.formation.bench;

import io.orangery.formation.Await;
import io.orangery.formation.SteadyWriter.Connector;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * One client of the load, on a thread and a connection of its own: performs one operation after the other, tries again what fails, and
 * has every wait recorded. It connects anew only when its connection has broken.
 */
final class Client implements Runnable {

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(20);
    private static final String DUPLICATE_KEY = "23505";

    /** The statements of an operation, prepared on one connection. */
    interface Statements {
        void perform(long id) throws SQLException;
    }

    /** Prepares the statements on a new connection. */
    interface Preparation {
        Statements on(Connection connection) throws SQLException;
    }

    /**
     * What a client does.
     *
     * @param ids numbers for the operations
     * @param acknowledged told the number of every operation that succeeded
     * @param thinkTime between an operation and the next
     */
    record Work(Preparation preparation, LongSupplier ids, LongConsumer acknowledged, Duration thinkTime) {}

    private final Connector connector;
    private final Work work;
    private final Recorder recorder;
    private Connection connection;
    private Statements statements;
    private volatile boolean stopping;

    Client(Connector connector, Work work, Recorder recorder) {
        this.connector = connector;
        this.work = work;
        this.recorder = recorder;
    }

    Recorder recorder() {
        return recorder;
    }

    /** The operation under way is given up once its present attempt has ended. */
    void stop() {
        stopping = true;
    }

    @Override
    public void run() {
        while (!stopping) {
            long id = work.ids().getAsLong();
            recorder.began(Await.now());
            if (perform(id)) {
                recorder.succeeded(Await.now());
                work.acknowledged().accept(id);
            } else {
                recorder.abandoned();
            }
            if (!work.thinkTime().isZero()) {
                Await.pause(work.thinkTime());
            }
        }
        disconnect();
    }

    private boolean perform(long id) {
        boolean unclear = false; // an attempt was lost on the way: what it wrote may be there
        while (!stopping) {
            try {
                attempt(id);
                return true;
            } catch (SQLException failure) {
                if (unclear && DUPLICATE_KEY.equals(failure.getSQLState())) {
                    return true;
                }
                recorder.failed(failure);
                unclear = true;
                tidyUp();
                Await.pause(BETWEEN_ATTEMPTS);
            }
        }
        return false;
    }

    private void attempt(long id) throws SQLException {
        if (connection == null) {
            connection = connector.connect();
            statements = work.preparation().on(connection);
        }
        statements.perform(id);
    }

    /** An error of the server leaves the connection as good as it was, once a transaction has been rolled back. */
    private void tidyUp() {
        if (connection == null) {
            return;
        }
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            if (connection.isValid(1)) {
                return;
            }
        } catch (SQLException broken) {
            // The next lines are for this case.
        }
        disconnect();
    }

    private void disconnect() {
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
