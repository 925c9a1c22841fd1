package io.orangery.formation.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.orangery.formation.SteadyWriter.Connector;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.TimeoutException;

/** A formation that is being measured, and whoever makes planned changes to its worker group 1. Used by one thread; every call blocks. */
interface Contestant extends AutoCloseable {

    String name();

    /** Opens connections to the primary of the coordinator. Thread-safe. */
    Connector coordinator();

    /** What is not as it should be, in words; empty when all is well and the next change may come. */
    String missing();

    /**
     * What was done.
     *
     * @param steps how many milliseconds each took, as far as they are known
     * @param refusals how often the request was refused before it was accepted
     */
    record Change(ObjectNode steps, int refusals) {}

    /**
     * Makes a standby of the group its primary.
     *
     * @throws ChangeFailed when it did not succeed, or was refused again and again
     */
    Change switchOver() throws ChangeFailed, IOException, SQLException, TimeoutException;

    /** Restarts the group's primary; the rest as for {@link #switchOver}. */
    Change restart() throws ChangeFailed, IOException, SQLException, TimeoutException;

    /** Stops everything; returns when no process is left. */
    @Override
    void close();

    /** A change did not succeed; the message says why. */
    final class ChangeFailed extends Exception {
        private static final long serialVersionUID = 1;

        ChangeFailed(String why) {
            super(why);
        }
    }
}
