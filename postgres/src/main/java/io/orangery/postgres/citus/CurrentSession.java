package io.orangery.postgres.citus;

import io.orangery.postgres.sql.Connections;
import java.sql.SQLException;
import java.util.Optional;

/** The one session, opened when it is needed. Any thread may take it away; only one thread opens. */
final class CurrentSession {
    private static final int STATEMENT_TIMEOUT_MILLIS = 5000;

    private final Connections connections;
    private final String database;
    private Optional<CitusSession> session = Optional.empty();
    /** Raised by {@link #takeAway}: a connection that was being opened meanwhile is not kept. */
    private long generation;

    /** @param database the one that the extension is in */
    CurrentSession(Connections connections, String database) {
        this.connections = connections;
        this.database = database;
    }

    synchronized Optional<CitusSession> present() {
        return session;
    }

    /** Blocks for as long as connecting takes. */
    CitusSession opened() throws SQLException {
        Optional<CitusSession> present = present();
        if (present.isPresent() && present.get().open()) {
            return present.get();
        }
        long before = generation();
        var opened = new CitusSession(connections.superuser("citus", database, STATEMENT_TIMEOUT_MILLIS));
        if (!keep(opened, before)) {
            opened.abort();
            throw new SQLException("disconnected meanwhile", "08003");
        }
        return opened;
    }

    private synchronized boolean keep(CitusSession opened, long before) {
        if (generation != before) {
            return false;
        }
        session = Optional.of(opened);
        return true;
    }

    private synchronized long generation() {
        return generation;
    }

    /** Closing is rolling back; what is left of a failed transaction must never be used again. */
    void drop(CitusSession broken) {
        synchronized (this) {
            session = session.filter(present -> present != broken);
        }
        broken.abort();
    }

    /** Also from the thread that is opening one. The caller ends it. */
    synchronized Optional<CitusSession> takeAway() {
        Optional<CitusSession> taken = session;
        session = Optional.empty();
        generation++;
        return taken;
    }
}
