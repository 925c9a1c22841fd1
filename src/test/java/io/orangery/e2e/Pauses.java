package io.orangery.e2e;

import static io.orangery.e2e.FormationUnderTest.await;

import java.sql.SQLException;
import java.util.concurrent.TimeoutException;

/** The transactions by which agents hold writes, as the coordinator's primary shows them. */
record Pauses(FormationUnderTest formation) {

    int open() throws SQLException {
        return Integer.parseInt(formation.query("SELECT count(*) FROM pg_stat_activity"
                + " WHERE application_name LIKE 'Orangery%' AND state LIKE 'idle in transaction%'"));
    }

    /** Waits until no writes are held any more. */
    void awaitNone() throws TimeoutException {
        await("the end of all pauses", () -> open() == 0);
    }

    /** Waits until one waits for a transaction that has written. */
    void awaitBlocked() throws TimeoutException {
        await(
                "a pause that waits for a transaction",
                () -> !formation
                        .query("SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                                + " WHERE NOT granted AND locktype = 'advisory' AND application_name LIKE 'Orangery%'")
                        .equals("0"));
    }
}
